package asbackend_test

import (
	"math"
	"reflect"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

func TestRecordsAreWrittenReadAndRemoved(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	ctx := t.Context()
	for name, k := range map[string]aerostore.Key{
		"string id": key(set, "k"), "int id": key(set, 42), "bytes id": key(set, []byte{0, 1}),
		"a digest": aerostore.DigestKey(namespace, set, key(set, "d").Digest()),
	} {
		if existed, err := s.Exists(ctx, k); existed || err != nil {
			t.Errorf("%s: exists before: %t, %v", name, existed, err)
		}
		put(t, s, k, aerostore.Bins{"a": 1, "b": "x"})
		if r := wantBins(t, s, k, aerostore.Bins{"a": 1, "b": "x"}); r.Key != k || r.Generation != 1 || r.TTL != aerostore.NeverExpire {
			t.Errorf("%s: read %+v", name, r)
		}
		put(t, s, k, aerostore.Bins{"b": nil, "c": 2})
		if r := wantBins(t, s, k, aerostore.Bins{"a": 1, "c": 2}); r.Generation != 2 {
			t.Errorf("%s: generation %d after two writes", name, r.Generation)
		}
		if existed, err := s.Exists(ctx, k); !existed || err != nil {
			t.Errorf("%s: exists: %t, %v", name, existed, err)
		}
		if existed, err := s.Remove(ctx, k); !existed || err != nil {
			t.Errorf("%s: removed: %t, %v", name, existed, err)
		}
		if existed, err := s.Remove(ctx, k); existed || err != nil {
			t.Errorf("%s: removed again: %t, %v", name, existed, err)
		}
	}
}

func TestSelectReadsTheNamedBins(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k := key(set, "k")
	put(t, s, k, aerostore.Bins{"a": 1, "b": 2})
	for name, c := range map[string]struct {
		bins []string
		want aerostore.Bins
	}{
		"one bin":         {[]string{"a"}, aerostore.Bins{"a": 1}},
		"one that is not": {[]string{"a", "z"}, aerostore.Bins{"a": 1}},
		"none that is":    {[]string{"z"}, aerostore.Bins{}},
		"one twice":       {[]string{"a", "a"}, aerostore.Bins{"a": 1}},
		"no bins":         {[]string{}, aerostore.Bins{}},
		"nil":             {nil, aerostore.Bins{}},
	} {
		r, err := s.Select(t.Context(), k, c.bins)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !reflect.DeepEqual(r.Bins, c.want) || r.Generation != 1 || r.Key != k {
			t.Errorf("%s: read %+v", name, r)
		}
	}
}

func TestAMissingRecordIsNotFound(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k, ctx := key(set, "missing"), t.Context()
	_, get := s.Get(ctx, k)
	_, sel := s.Select(ctx, k, []string{"a"})
	_, header := s.Select(ctx, k, nil)
	_, operate := s.Operate(ctx, k, []aerostore.Operation{aerostore.ReadBin("a")})
	_, readHeader := s.Operate(ctx, k, []aerostore.Operation{aerostore.ReadHeader()})
	for name, err := range map[string]error{
		"Get": get, "Select": sel, "Select of no bins": header, "Touch": s.Touch(ctx, k),
		"Operate": operate, "Operate on the header": readHeader,
		"Put to update only": s.Put(ctx, k, aerostore.Bins{"a": 1}, aerostore.UpdateOnly),
	} {
		t.Run(name, func(t *testing.T) { wantError(t, err, aerostore.ErrNotFound) })
	}
	wantClientError(t, get)
}

func TestAppendPrependAndIncrementCreateAndChange(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k, ctx := key(set, "k"), t.Context()
	for _, err := range []error{
		s.Append(ctx, k, aerostore.Bins{"s": "b", "y": []byte{2}}),
		s.Prepend(ctx, k, aerostore.Bins{"s": "a", "y": []byte{1}}),
		s.Increment(ctx, k, aerostore.Bins{"i": 2, "f": 1.5}),
		s.Increment(ctx, k, aerostore.Bins{"i": uint64(3), "f": -0.5}),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	wantBins(t, s, k, aerostore.Bins{"s": "ab", "y": []byte{1, 2}, "i": 5, "f": 1.0})
	for name, err := range map[string]error{
		"Append":    s.Append(ctx, k, aerostore.Bins{"i": "x"}),
		"Prepend":   s.Prepend(ctx, k, aerostore.Bins{"i": "x"}),
		"Increment": s.Increment(ctx, k, aerostore.Bins{"s": 1}),
	} {
		t.Run(name, func(t *testing.T) { wantError(t, err, aerostore.ErrBinType) })
	}
}

func TestValuesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	geo := aerostore.GeoJSON(`{"type":"Point","coordinates":[1.5,2.5]}`)
	for name, c := range map[string]struct{ value, want any }{
		"int":              {7, 7},
		"least int":        {int64(math.MinInt64), math.MinInt64},
		"int8":             {int8(-1), -1},
		"uint":             {uint(7), 7},
		"uint64":           {uint64(math.MaxInt64), math.MaxInt64},
		"float":            {1.5, 1.5},
		"bool":             {true, true},
		"string":           {"grüß", "grüß"},
		"bytes":            {[]byte{0, 255}, []byte{0, 255}},
		"GeoJSON":          {geo, geo},
		"list":             {[]any{1, "x", nil, []any{1.5}}, []any{1, "x", nil, []any{1.5}}},
		"map":              {map[any]any{"a": 1, 2: []any{true}}, map[any]any{"a": 1, 2: []any{true}}},
		"uint64 in a list": {[]any{uint64(7)}, []any{7}},
		"uint64 as a key":  {map[any]any{uint64(7): uint64(8)}, map[any]any{7: 8}},
		"GeoJSON in a map": {map[any]any{"p": []any{geo}}, map[any]any{"p": []any{geo}}},
	} {
		k := key(set, name)
		put(t, s, k, aerostore.Bins{"v": c.value})
		wantBins(t, s, k, aerostore.Bins{"v": c.want})
		r, err := s.Operate(t.Context(), k, []aerostore.Operation{aerostore.WriteBin("w", c.value), aerostore.ReadBin("w")})
		if err != nil || !reflect.DeepEqual(r.Bins, aerostore.Bins{"w": c.want}) {
			t.Errorf("%s: Operate gave %+v, %v", name, r, err)
		}
	}
}

func TestMapsThatTheServerKeepsInOrderArePairs(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k := key(set, "k")
	raw, err := as.NewKey(namespace, set, "k")
	if err != nil {
		t.Fatal(err)
	}
	ordered := as.NewMapPolicy(as.MapOrder.KEY_ORDERED, as.MapWriteMode.UPDATE)
	if _, err := s.Client().Operate(nil, raw, as.MapPutItemsOp(ordered, "m", map[any]any{"b": 2, "a": 1}), as.HLLInitOp(as.DefaultHLLPolicy(), "h", 4, -1)); err != nil {
		t.Fatal(err)
	}
	r, get := s.Get(t.Context(), k)
	if get != nil {
		t.Fatal(get)
	}
	if pairs, err := r.Pairs("m"); err != nil || !reflect.DeepEqual(pairs, []aerostore.MapPair{{Key: "a", Value: 1}, {Key: "b", Value: 2}}) {
		t.Errorf("the pairs are %v, %v", pairs, err)
	}
	if _, ok := r.Bins["h"].(aerostore.HLL); !ok {
		t.Errorf("the HyperLogLog is a %T", r.Bins["h"])
	}
}

func TestAnErrorNamesTheUnknownNamespace(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k, ctx := aerostore.NewKey(unknown, set, 1), t.Context()
	ops := []aerostore.Operation{aerostore.WriteBin("a", 1)}
	_, get := s.Get(ctx, k)
	_, header := s.Select(ctx, k, nil)
	_, exists := s.Exists(ctx, k)
	_, remove := s.Remove(ctx, k)
	_, operate := s.Operate(ctx, k, ops)
	for name, err := range map[string]error{
		"Get": get, "Select": header, "Exists": exists, "Remove": remove, "Operate": operate,
		"Put": s.Put(ctx, k, aerostore.Bins{"a": 1}), "Touch": s.Touch(ctx, k),
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, err, aerostore.ErrInvalidNamespace)
			wantClientError(t, err)
		})
	}
}

func TestARecordThatIsTooBigIsRefused(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	err := s.Put(t.Context(), key(set, 1), aerostore.Bins{"b": make([]byte, 2<<20)})
	wantError(t, err, aerostore.ErrRecordTooBig)
}

func TestInvalidInputIsRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	err := s.Put(t.Context(), key(set, 1), aerostore.Bins{"b": struct{}{}})
	wantError(t, err, aerostore.ErrInvalid)
}
