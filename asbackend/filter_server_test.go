package asbackend_test

import (
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

func TestAFilterOfAPolicyFiltersEachKeySeparately(t *testing.T) {
	t.Parallel()
	plain, set := dial(t)
	read, write, batch, query := as.NewPolicy(), as.NewWritePolicy(0, 0), as.NewBatchPolicy(), as.NewQueryPolicy()
	for _, base := range []*as.BasePolicy{read, &write.BasePolicy, &batch.BasePolicy, &query.BasePolicy} {
		base.FilterExpression = as.ExpGreater(as.ExpIntBin("a"), as.ExpIntVal(5))
	}
	s, err := asbackend.New(plain.Client(), asbackend.WithPolicies(asbackend.Policies{Read: read, Write: write, Batch: batch, Query: query}))
	if err != nil {
		t.Fatal(err)
	}
	small, large, missing, nowhere := key(set, "small"), key(set, "large"), key(set, "missing"), aerostore.NewKey(unknown, set, 1)
	put(t, plain, small, aerostore.Bins{"a": 1})
	put(t, plain, large, aerostore.Bins{"a": 9})
	ctx := t.Context()

	_, err = s.Get(ctx, small)
	wantError(t, err, aerostore.ErrFilteredOut)
	wantBins(t, s, large, aerostore.Bins{"a": 9})
	wantError(t, s.Touch(ctx, small), aerostore.ErrFilteredOut)
	if err := s.Touch(ctx, large); err != nil {
		t.Error(err)
	}
	n := 0
	for r, err := range s.Query(ctx, aerostore.Query{Namespace: namespace, Set: set}) {
		if err != nil || r.Bins["a"] != 9 {
			t.Errorf("the query gave %v, %v", r, err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("the query gave %d records, want 1", n)
	}

	keys := []aerostore.Key{small, large, missing, nowhere}
	out, none, unknown := want{err: aerostore.ErrFilteredOut}, want{err: aerostore.ErrNotFound}, want{err: aerostore.ErrInvalidNamespace}
	got, err := s.BatchRead(ctx, keys, nil)
	check(t, keys, got, err, out, want{bins: aerostore.Bins{"a": 9}}, none, unknown)
	// A filter does not apply to a record that does not exist: the record is created.
	got, err = s.BatchOperate(ctx, keys[:2], []aerostore.Operation{aerostore.AddBin("a", 1), aerostore.ReadBin("a")})
	check(t, keys[:2], got, err, out, want{bins: aerostore.Bins{"a": 10}})
	got, err = s.BatchRemove(ctx, keys)
	check(t, keys, got, err, out, want{}, none, unknown)
	wantBins(t, plain, small, aerostore.Bins{"a": 1})
	for _, k := range []aerostore.Key{small, large} {
		got, err = s.BatchRead(ctx, []aerostore.Key{k}, nil)
		if k == small {
			check(t, []aerostore.Key{k}, got, err, out)
		} else {
			check(t, []aerostore.Key{k}, got, err, none)
		}
	}
}

func TestTheBatchReadPolicyAppliesToEachRecord(t *testing.T) {
	t.Parallel()
	plain, set := dial(t)
	policy := as.NewBatchReadPolicy()
	policy.FilterExpression = as.ExpGreater(as.ExpIntBin("a"), as.ExpIntVal(5))
	s, err := asbackend.New(plain.Client(), asbackend.WithPolicies(asbackend.Policies{BatchRead: policy}))
	if err != nil {
		t.Fatal(err)
	}
	small, large := key(set, "small"), key(set, "large")
	put(t, plain, small, aerostore.Bins{"a": 1, "": 2})
	put(t, plain, large, aerostore.Bins{"a": 9, "": 2})
	out := want{err: aerostore.ErrFilteredOut}
	for name, c := range map[string]struct {
		read  func([]aerostore.Key) ([]aerostore.BatchResult, error)
		gives aerostore.Bins
	}{
		"all bins": {func(keys []aerostore.Key) ([]aerostore.BatchResult, error) {
			return s.BatchRead(t.Context(), keys, nil)
		}, aerostore.Bins{"a": 9, "": 2}},
		"a bin": {func(keys []aerostore.Key) ([]aerostore.BatchResult, error) {
			return s.BatchRead(t.Context(), keys, []string{"a"})
		}, aerostore.Bins{"a": 9}},
		"the empty name": {func(keys []aerostore.Key) ([]aerostore.BatchResult, error) {
			return s.BatchRead(t.Context(), keys, []string{""})
		}, aerostore.Bins{"": 2}},
		"no bins": {func(keys []aerostore.Key) ([]aerostore.BatchResult, error) {
			return s.BatchRead(t.Context(), keys, []string{})
		}, aerostore.Bins{}},
		"operations": {func(keys []aerostore.Key) ([]aerostore.BatchResult, error) {
			return s.BatchOperate(t.Context(), keys, []aerostore.Operation{aerostore.ReadBin("a")})
		}, aerostore.Bins{"a": 9}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.read([]aerostore.Key{small, large})
			check(t, []aerostore.Key{small, large}, got, err, out, want{bins: c.gives})
			got, err = c.read([]aerostore.Key{small})
			check(t, []aerostore.Key{small}, got, err, out)
			got, err = c.read([]aerostore.Key{large})
			check(t, []aerostore.Key{large}, got, err, want{bins: c.gives})
		})
	}
}
