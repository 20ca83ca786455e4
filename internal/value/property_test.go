package aerostore_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	value "github.com/aerostore/aerostore/internal/value"
)

// leaves are values without elements, some of which cannot be stored.
var leaves = []any{
	nil, true, 1, int8(1), int64(2), uint64(2), uint64(math.MaxUint64), 1.5, float32(1.5), "a", "b",
	[]byte{1},
	[]byte(nil),
	[1]byte{1},
	value.GeoJSON("a"),
	value.HLL{1},
	json.Number("1"), json.Number("x"),
	[]string{"a"},
	[]int64{1},
	map[string]int{"a": 1},
	map[int8]string{1: "a"},
	[][]byte{{1}},
	[]any(nil), map[any]any(nil), []value.MapPair(nil), colour("red"),
	struct{}{},
	value.Unreadable{},
}

var mapKeys = []any{1, int8(1), int64(2), uint64(2), "a", "b", [1]byte{1}, [1]byte{2}, true, nil}

func drawValue(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	if depth == 0 {
		kind = 6
	}
	n := rapid.IntRange(0, 3).Draw(t, "size")
	switch kind {
	case 0:
		list := make([]any, n)
		for i := range list {
			list[i] = drawValue(t, depth-1)
		}
		return list
	case 1:
		m := map[any]any{}
		for range n {
			m[rapid.SampledFrom(mapKeys).Draw(t, "key")] = drawValue(t, depth-1)
		}
		return m
	case 2:
		pairs := make([]value.MapPair, n)
		for i := range pairs {
			key := rapid.SampledFrom(append(mapKeys, []byte{1}, []byte{3})).Draw(t, "key")
			pairs[i] = value.MapPair{Key: key, Value: drawValue(t, depth-1)}
		}
		return pairs
	case 3:
		m := map[string]any{}
		for range n {
			m[rapid.SampledFrom([]string{"a", "b"}).Draw(t, "key")] = drawValue(t, depth-1)
		}
		return m
	default:
		return rapid.SampledFrom(leaves).Draw(t, "leaf")
	}
}

func TestCheckImportAndCanonicalAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t, 3)
		reason := value.Check(v)
		in, err := value.Import(v)
		if (err == nil) != (reason == "") {
			t.Fatalf("Check of %#v says %q, Import %v", v, reason, err)
		}
		canonical := value.Canonical(v)
		if clone := value.Clone(v); !reflect.DeepEqual(clone, v) {
			t.Fatalf("the clone of %#v is %#v", v, clone)
		}
		if err != nil {
			if !reflect.DeepEqual(canonical, v) {
				t.Fatalf("%#v, which cannot be stored, became %#v", v, canonical)
			}
			return
		}
		if out := value.Export(in); !reflect.DeepEqual(out, canonical) {
			t.Fatalf("%#v is read as %#v, its canonical form is %#v", v, out, canonical)
		}
		if again := value.Canonical(canonical); !reflect.DeepEqual(again, canonical) {
			t.Fatalf("the canonical form %#v became %#v", canonical, again)
		}
	})
}
