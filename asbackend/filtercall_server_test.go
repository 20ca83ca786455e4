package asbackend_test

import (
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

func TestTheFilterOfACallReplacesThatOfThePolicies(t *testing.T) {
	t.Parallel()
	plain, set := dial(t)
	read, write, batch, query := as.NewPolicy(), as.NewWritePolicy(0, 0), as.NewBatchPolicy(), as.NewQueryPolicy()
	batchRead, batchWrite, batchRemove := as.NewBatchReadPolicy(), as.NewBatchWritePolicy(), as.NewBatchDeletePolicy()
	never := as.ExpEq(as.ExpIntBin("a"), as.ExpIntVal(-1))
	for _, p := range []**as.Expression{
		&read.FilterExpression, &write.FilterExpression, &batch.FilterExpression, &query.FilterExpression,
		&batchRead.FilterExpression, &batchWrite.FilterExpression, &batchRemove.FilterExpression,
	} {
		*p = never
	}
	s, err := asbackend.New(plain.Client(), asbackend.WithPolicies(asbackend.Policies{
		Read: read, Write: write, Batch: batch, Query: query, BatchRead: batchRead, BatchWrite: batchWrite, BatchRemove: batchRemove,
	}))
	if err != nil {
		t.Fatal(err)
	}
	one, two := key(set, "one"), key(set, "two")
	put(t, plain, one, aerostore.Bins{"a": 1})
	put(t, plain, two, aerostore.Bins{"a": 2})
	ctx, keys := t.Context(), []aerostore.Key{one, two}
	small, large := aerostore.Filter(exp.IntBin("a").AtMost(1)), aerostore.Filter(exp.IntBin("a").Greater(1))
	out, found := want{err: aerostore.ErrFilteredOut}, want{bins: aerostore.Bins{"a": 1}}

	_, err = s.Get(ctx, one)
	wantError(t, err, aerostore.ErrFilteredOut)
	if _, err = s.Get(ctx, one, small); err != nil {
		t.Error(err)
	}
	wantError(t, s.Touch(ctx, one), aerostore.ErrFilteredOut)
	if err = s.Touch(ctx, one, small); err != nil {
		t.Error(err)
	}
	got, err := s.BatchRead(ctx, keys, nil, small)
	check(t, keys, got, err, found, out)
	got, err = s.BatchRead(ctx, keys[:1], nil, small)
	check(t, keys[:1], got, err, found)
	got, err = s.BatchOperate(ctx, keys, []aerostore.Operation{aerostore.ReadBin("a")}, small)
	check(t, keys, got, err, found, out)
	items := []aerostore.BatchItem{
		{Key: one, Bins: aerostore.Bins{"b": 1}},
		{Key: two, Bins: aerostore.Bins{"b": 1}, Options: []aerostore.WriteOption{large}},
		{Key: two, Bins: aerostore.Bins{"b": 2}},
	}
	got, err = s.BatchWrite(ctx, items, small)
	check(t, []aerostore.Key{one, two, two}, got, err, want{}, want{}, out)
	got, err = s.BatchWrite(ctx, items[1:2], small)
	check(t, keys[1:], got, err, want{})
	n := 0
	for _, err := range s.Query(ctx, aerostore.Query{Namespace: namespace, Set: set, Options: []aerostore.ReadOption{small}}) {
		if err != nil {
			t.Error(err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("the query returned %d records, want 1", n)
	}
	got, err = s.BatchRemove(ctx, keys, large)
	check(t, keys, got, err, out, want{})
	existed, err := s.Remove(ctx, one, small)
	if !existed || err != nil {
		t.Errorf("Remove: %v, %v", existed, err)
	}
}

// The sizes that expressions know are those of a server that keeps its namespace in memory.
func TestMemoryKnowsTheMetadataThatTheServerKnows(t *testing.T) {
	t.Parallel()
	server, set := dial(t)
	m := memory.NewT(t, memory.WithNamespaces(namespace))
	for name, r := range map[string]struct {
		bins aerostore.Bins
		opts []aerostore.WriteOption
	}{
		"an integer":  {aerostore.Bins{"a": 1}, nil},
		"a string":    {aerostore.Bins{"a": strings.Repeat("x", 77)}, nil},
		"with a TTL":  {aerostore.Bins{"a": 1 << 40}, []aerostore.WriteOption{aerostore.TTL(time.Hour)}},
		"with an id":  {aerostore.Bins{"a": 1}, []aerostore.WriteOption{aerostore.SendKey}},
		"many":        {aerostore.Bins{"a": 1, "bb": true, "ccc": 2.5, "dddd": []byte("x"), "e": "y"}, nil},
		"a list":      {aerostore.Bins{"a": []any{1, "x", 2.5, []any{}}}, nil},
		"a map":       {aerostore.Bins{"a": map[any]any{"k": 1, 2: "v"}}, nil},
		"GeoJSON":     {aerostore.Bins{"a": aerostore.GeoJSON(`{"type":"Point","coordinates":[1,2]}`)}, nil},
		"a long list": {aerostore.Bins{"a": make([]any, 300)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			k := key(set, name)
			size := 0
			for _, s := range []aerostore.Store{m, server} {
				put(t, s, k, r.bins, r.opts...)
				for size == 0 || !passes(t, s, k, exp.RecordSize().Equal(size)) {
					if size += 16; size > 1024 {
						t.Fatal("no size")
					}
					if s == aerostore.Store(server) {
						t.Errorf("the size is not that of memory, but %d or more", size)
					}
				}
				for what, e := range map[string]exp.Bool{
					"device size":  exp.DeviceSize().Equal(0),
					"memory size":  exp.MemorySize().Equal(size),
					"set":          exp.SetName().Equal(set),
					"key":          exp.Equal(exp.KeyExists(), exp.BoolVal(name == "with an id")),
					"last update":  exp.LastUpdate().Greater(int(time.Now().Add(-time.Minute).UnixNano())),
					"since update": exp.SinceUpdate().Less(60_000),
				} {
					if !passes(t, s, k, e) {
						t.Errorf("%s of %T: %s is false", what, s, e.Source())
					}
				}
			}
		})
	}
}

func passes(t *testing.T, s aerostore.Store, k aerostore.Key, f exp.Bool) bool {
	t.Helper()
	_, err := s.Get(t.Context(), k, aerostore.Filter(f))
	if err != nil {
		wantError(t, err, aerostore.ErrFilteredOut)
	}
	return err == nil
}
