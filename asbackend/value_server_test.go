package asbackend_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// ordered are values that the client itself does not send as they were read.
func ordered(t *testing.T) map[string]any {
	t.Helper()
	small := []aerostore.MapPair{{Key: 1, Value: "x"}, {Key: "a", Value: []any{}}, {Key: []byte("b"), Value: nil}}
	large := make([]aerostore.MapPair, 70_000)
	for i := range large {
		large[i] = aerostore.MapPair{Key: i, Value: i % 300}
	}
	values := map[string]any{
		"empty":                     []aerostore.MapPair{},
		"small":                     small,
		"14 entries":                large[:14],
		"15 entries":                large[:15],
		"16 entries":                large[:16],
		"65534 entries":             large[:65_534],
		"65535 entries":             large[:65_535],
		"70000 entries":             large,
		"in a list":                 []any{small, []any{small}},
		"in a map":                  map[any]any{"m": small},
		"in order":                  []aerostore.MapPair{{Key: "m", Value: small}},
		"blobs as keys":             map[any]any{[2]byte{1, 2}: 1, [0]byte{}: map[any]any{[1]byte{3}: []any{}}},
		"HyperLogLog":               aerostore.HLL(sketch(t)),
		"numbers":                   []any{127, 128, -32, -33, 255, 256, 65535, 65536, 1<<32 - 1, 1 << 32, 1<<63 - 1, -1 << 63, -128, -129, -32769, -1<<31 - 1, 0.5, math.Inf(-1)},
		"GeoJSON in a map, blobs":   []aerostore.MapPair{{Key: "g", Value: aerostore.GeoJSON(`{"type":"Point","coordinates":[1,2]}`)}, {Key: "h", Value: []byte{0, 1}}},
		"strings and blobs by size": []any{string(make([]byte, 30)), string(make([]byte, 31)), make([]byte, 255), make([]byte, 70_000), []aerostore.MapPair{{Key: string(make([]byte, 65_600)), Value: true}}},
	}
	return values
}

// sketch returns a HyperLogLog of a server.
func sketch(t *testing.T) []byte {
	t.Helper()
	s, set := dial(t)
	r, err := s.Operate(t.Context(), key(set, "sketch"), ops(aerostore.HLLBin("h").Create(4, 0).Add(1, 2), read("h")))
	if err != nil {
		t.Fatal(err)
	}
	h, err := r.Step(1).HLL()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestValuesAreSentAsTheyWereRead(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	for name, v := range ordered(t) {
		k := key(set, name)
		client, err := as.NewKey(k.Namespace(), k.Set(), k.ID())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Client().PutBins(nil, client, as.NewBin("b", asbackend.RawValue(v))); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantBins(t, s, k, bins("b", v))

		nested := v
		if h, ok := v.(aerostore.HLL); ok {
			nested = []byte(h) // which it becomes in lists and maps
		}
		l, m := aerostore.ListBin("l"), aerostore.MapBin("m").Create(cdt.KeyOrdered)
		operations := ops(
			write("w", v), read("w"),
			l.Append(v, 1), l.Set(1, v), l.Insert(0, v), l.Get(cdt.Value(v), cdt.Count), l.Get(cdt.Values(7, v), cdt.Count), l.GetAt(2),
			m.Put("k", v), m.PutAll(map[any]any{"n": v}), m.Get(cdt.Key("n")), m.Get(cdt.Value(v), cdt.KeyOf),
		)
		want := []any{nil, v, 2, nil, 3, 3, 3, nested, 1, 2, nested, []any{"k", "n"}}
		if pairs, ok := v.([]aerostore.MapPair); ok && len(pairs) > 1000 { // a record holds it once
			operations, want = ops(write("b", v), read("b")), []any{nil, v}
		}
		r, failed := s.Operate(t.Context(), k, operations)
		if failed != nil {
			t.Errorf("%s: %v", name, failed)
			continue
		}
		for i, w := range want {
			if got := r.Step(i).Value(); !reflect.DeepEqual(got, w) {
				t.Errorf("%s: %v gave %.200s, want %.200s", name, operations[i], fmt.Sprintf("%#v", got), fmt.Sprintf("%#v", w))
			}
		}
	}
}

// A server keeps the order of what it is sent: appending to a list in order puts the value
// in its place.
func TestListsAndMapsAreSentInOrder(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k := key(set, 1)
	client, err := as.NewKey(k.Namespace(), k.Set(), k.ID())
	if err != nil {
		t.Fatal(err)
	}
	list := &value.List{Items: []any{1, 3}, Order: value.Ordered}
	m, failed := value.NewMap(value.KeyValueOrdered, value.MapPair{Key: "l", Value: list})
	if failed != nil {
		t.Fatal(failed)
	}
	if err := s.Client().PutBins(nil, client, as.NewBin("l", asbackend.RawValue(list)), as.NewBin("m", asbackend.RawValue(m))); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Operate(t.Context(), k, ops(aerostore.ListBin("l").Append(2), aerostore.ListBin("m").In(cdt.Key("l")).Append(2))); err != nil {
		t.Fatal(err)
	}
	sorted := []any{1, 2, 3}
	wantBins(t, s, k, bins("l", sorted, "m", []aerostore.MapPair{{Key: "l", Value: sorted}}))
}

func TestArraysOfBytesAreStoredAsBytes(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k := key(set, "arrays")
	bins := aerostore.Bins{"a": [3]byte{1, 2, 3}, "l": []any{[2]byte{4, 5}}, "m": map[any]any{[1]byte{6}: [0]byte{}}}
	if err := s.Put(t.Context(), k, bins); err != nil {
		t.Fatal(err)
	}
	r, err := s.Get(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	want := aerostore.Bins{"a": []byte{1, 2, 3}, "l": []any{[]byte{4, 5}}, "m": map[any]any{[1]byte{6}: []byte{}}}
	if !reflect.DeepEqual(r.Bins, want) {
		t.Errorf("got %v, want %v", r.Bins, want)
	}
}
