package asbackend_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

// A want is the expected result of one key of a batch.
type want struct {
	bins aerostore.Bins // nil: no record
	err  error
}

func check(t *testing.T, keys []aerostore.Key, got []aerostore.BatchResult, err error, wants ...want) {
	t.Helper()
	if err != nil {
		t.Errorf("the batch failed: %v", err)
	}
	if len(got) != len(wants) {
		t.Fatalf("%d results, want %d", len(got), len(wants))
	}
	for i, w := range wants {
		if got[i].Key != keys[i] {
			t.Errorf("result %d is of another key", i)
		}
		wantError(t, got[i].Err, w.err)
		switch r := got[i].Record; {
		case w.bins == nil && r != nil:
			t.Errorf("result %d has the record %+v", i, r)
		case w.bins != nil && (r == nil || !reflect.DeepEqual(r.Bins, w.bins) || r.Key != keys[i]):
			t.Errorf("result %d has the record %+v, want %v", i, r, w.bins)
		}
		var e *aerostore.Error
		if errors.As(got[i].Err, &e) && (e.Namespace != keys[i].Namespace() || e.Set != keys[i].Set()) {
			t.Errorf("result %d: the error is of %s.%s", i, e.Namespace, e.Set)
		}
	}
}

// codeOf returns the error's code, nil for nil.
func codeOf(err error) error {
	if err == nil {
		return nil
	}
	return aerostore.CodeOf(err)
}

func TestBatchReadAnswersForEachKey(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	there, missing, nowhere := key(set, 1), key(set, "missing"), aerostore.NewKey(unknown, set, 1)
	bar := aerostore.NewKey("bar", set, 1)
	all := aerostore.Bins{"a": 1, "b": "x"}
	put(t, s, there, all)
	put(t, s, bar, all)
	t.Cleanup(func() { s.Remove(context.Background(), bar) })

	found := map[string]struct {
		names []string
		bins  aerostore.Bins
	}{
		"all bins":        {nil, all},
		"no bins":         {[]string{}, aerostore.Bins{}},
		"one bin":         {[]string{"a"}, aerostore.Bins{"a": 1}},
		"one twice":       {[]string{"a", "b", "a"}, all},
		"one not there":   {[]string{"a", "z"}, aerostore.Bins{"a": 1}},
		"none that there": {[]string{"z"}, aerostore.Bins{}},
	}
	for name, c := range found {
		keys := []aerostore.Key{there, missing, nowhere, bar, there}
		ok, none, unknown := want{bins: c.bins}, want{err: aerostore.ErrNotFound}, want{err: aerostore.ErrInvalidNamespace}
		t.Run(name, func(t *testing.T) {
			got, err := s.BatchRead(t.Context(), keys, c.names)
			check(t, keys, got, err, ok, none, unknown, ok, ok)
			if r := got[0].Record; r == nil || r.Generation != 1 || r.TTL != aerostore.NeverExpire {
				t.Errorf("read %+v", r)
			}
			for i, w := range []want{ok, none, unknown} {
				got, err := s.BatchRead(t.Context(), keys[i:i+1], c.names)
				check(t, keys[i:i+1], got, err, w)
			}
		})
	}
}

func TestBatchWriteAnswersForEachItem(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	there := key(set, "there")
	put(t, s, there, aerostore.Bins{"a": 1})
	nowhere := aerostore.NewKey(unknown, set, 1)
	items := []aerostore.BatchItem{
		{Key: key(set, 1), Bins: aerostore.Bins{"a": 1, "g": aerostore.GeoJSON(`{"type":"Point","coordinates":[1,2]}`)}},
		{Key: there, Bins: aerostore.Bins{"a": 2}, Options: []aerostore.WriteOption{aerostore.CreateOnly}},
		{Key: nowhere, Bins: aerostore.Bins{"a": 1}},
		{Key: key(set, 2), Bins: aerostore.Bins{"b": uint64(2)}, Options: []aerostore.WriteOption{aerostore.TTL(time.Hour)}},
		{Key: there, Bins: aerostore.Bins{"c": 3}},
	}
	keys := make([]aerostore.Key, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	got, err := s.BatchWrite(t.Context(), items, aerostore.TTL(1000*time.Second))
	check(t, keys, got, err, want{}, want{err: aerostore.ErrExists}, want{err: aerostore.ErrInvalidNamespace}, want{}, want{})
	wantClientError(t, got[1].Err)

	r := wantBins(t, s, keys[0], aerostore.Bins{"a": 1, "g": aerostore.GeoJSON(`{"type":"Point","coordinates":[1,2]}`)})
	if r.TTL > aerostore.TTL(1000*time.Second) || r.TTL < aerostore.TTL(990*time.Second) {
		t.Errorf("the call's TTL became %v", r.TTL)
	}
	r = wantBins(t, s, keys[3], aerostore.Bins{"b": 2})
	if r.TTL > aerostore.TTL(time.Hour) || r.TTL < aerostore.TTL(3590*time.Second) {
		t.Errorf("the item's TTL became %v", r.TTL)
	}
	wantBins(t, s, there, aerostore.Bins{"a": 1, "c": 3})

	for i := range items[:3] {
		one, err := s.BatchWrite(t.Context(), items[i:i+1])
		check(t, keys[i:i+1], one, err, want{err: codeOf(got[i].Err)})
	}
}

func TestBatchOperateAnswersForEachKey(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	number, text, missing, nowhere := key(set, 1), key(set, 2), key(set, 3), aerostore.NewKey(unknown, set, 1)
	put(t, s, number, aerostore.Bins{"a": 1})
	put(t, s, text, aerostore.Bins{"a": "x"})
	keys := []aerostore.Key{number, text, missing, nowhere}

	got, err := s.BatchOperate(t.Context(), keys, ops(aerostore.ReadHeader(), read("a"), read("a")))
	check(t, keys, got, err, want{bins: bins("a", results(1, 1))}, want{bins: bins("a", results("x", "x"))},
		want{err: aerostore.ErrNotFound}, want{err: aerostore.ErrInvalidNamespace})

	add := ops(read("a"), aerostore.AddBin("a", 1), read("a"))
	got, err = s.BatchOperate(t.Context(), keys, add)
	check(t, keys, got, err, want{bins: bins("a", results(1, 2))}, want{err: aerostore.ErrBinType},
		want{bins: bins("a", results(nil, 1))}, want{err: aerostore.ErrInvalidNamespace})

	got, err = s.BatchOperate(t.Context(), keys[1:2], add)
	check(t, keys[1:2], got, err, want{err: aerostore.ErrBinType})

	got, err = s.BatchOperate(t.Context(), keys, ops(aerostore.DeleteRecord()))
	check(t, keys, got, err, want{bins: bins()}, want{bins: bins()}, want{bins: bins()}, want{err: aerostore.ErrInvalidNamespace})
}

func TestBatchRemoveAnswersForEachKey(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	missing, nowhere := key(set, "missing"), aerostore.NewKey(unknown, set, 1)
	for name, c := range map[string]struct {
		opts []aerostore.WriteOption
		want error // for a record of generation 1
	}{
		"without options":      {nil, nil},
		"the generation":       {[]aerostore.WriteOption{aerostore.GenerationEqual(1)}, nil},
		"another generation":   {[]aerostore.WriteOption{aerostore.GenerationEqual(9)}, aerostore.ErrGeneration},
		"a greater generation": {[]aerostore.WriteOption{aerostore.GenerationGreater(2), aerostore.SendKey}, nil},
		"durable":              {[]aerostore.WriteOption{aerostore.DurableDelete}, aerostore.CodeEnterpriseOnly},
	} {
		t.Run(name, func(t *testing.T) {
			there := key(set, name)
			keys := []aerostore.Key{there, missing, nowhere}
			wants := []want{{err: c.want}, {err: aerostore.ErrNotFound}, {err: aerostore.ErrInvalidNamespace}}
			put(t, s, there, aerostore.Bins{"a": 1})
			got, err := s.BatchRemove(t.Context(), keys, c.opts...)
			if errors.Is(got[0].Err, aerostore.CodeEnterpriseOnly) {
				wants[1] = want{err: codeOf(got[1].Err)} // the server refuses the batch before it looks
			} else if c.want == aerostore.CodeEnterpriseOnly {
				t.Skip("this server is of the Enterprise Edition")
			}
			check(t, keys, got, err, wants...)

			if c.want == nil {
				put(t, s, there, aerostore.Bins{"a": 1})
			}
			for i := range keys {
				one, err := s.BatchRemove(t.Context(), keys[i:i+1], c.opts...)
				check(t, keys[i:i+1], one, err, wants[i])
			}
		})
	}
}

func TestABatchWithoutKeysIsEmpty(t *testing.T) {
	t.Parallel()
	s, _ := dial(t)
	ctx := t.Context()
	read1, err1 := s.BatchRead(ctx, nil, nil)
	written, err2 := s.BatchWrite(ctx, []aerostore.BatchItem{})
	operated, err3 := s.BatchOperate(ctx, nil, ops(read("a")))
	removed, err4 := s.BatchRemove(ctx, nil)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Error(err)
	}
	for _, r := range [][]aerostore.BatchResult{read1, written, operated, removed} {
		if r == nil || len(r) != 0 {
			t.Errorf("the results are %#v", r)
		}
	}
}

func TestABatchThatIsNotSentFailsAsAWhole(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	late, cancel := context.WithTimeout(t.Context(), 20*time.Microsecond)
	defer cancel()
	keys := []aerostore.Key{key(set, 1), key(set, 2)}
	got, err := s.BatchRead(late, keys, nil)
	if err == nil {
		t.Skip("the server is faster than that")
	}
	if !errors.Is(err, context.DeadlineExceeded) || aerostore.InDoubt(err) {
		t.Errorf("the error is %v", err)
	}
	for _, r := range got {
		if r.Err == nil || r.Record != nil {
			t.Errorf("a key has %+v", r)
		}
	}
}

func TestBatchesSendTheKeyWithTheOption(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k1, k2 := key(set, "one"), key(set, "two")
	item := func(k aerostore.Key) aerostore.BatchItem {
		return aerostore.BatchItem{Key: k, Bins: aerostore.Bins{"a": 1}}
	}
	got, err := s.BatchWrite(t.Context(), []aerostore.BatchItem{item(k1), item(k2)}, aerostore.SendKey)
	check(t, []aerostore.Key{k1, k2}, got, err, want{}, want{})
	ids := map[any]bool{}
	for r, err := range s.Query(t.Context(), aerostore.Query{Namespace: namespace, Set: set}) {
		if err != nil {
			t.Fatal(err)
		}
		ids[r.Key.ID()] = true
	}
	if !ids["one"] || !ids["two"] || len(ids) != 2 {
		t.Errorf("the ids are %v", ids)
	}
}
