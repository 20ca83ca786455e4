package engine

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

func TestHLLsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		index := rapid.IntRange(6, 12).Draw(t, "index bits")
		minhash := rapid.SampledFrom([]int{0, 4, 16, 30}).Draw(t, "minhash bits")
		a := rapid.IntRange(1, 2000).Draw(t, "elements of one")
		b := rapid.IntRange(1, 2000).Draw(t, "elements of another")
		shared := rapid.IntRange(0, min(a, b)).Draw(t, "elements of both")
		hll := func(from, n int) any {
			items := []any{}
			for i := range n {
				items = append(items, from+i)
			}
			h, _, err := Apply(nil, &cdt.Op{Kind: cdt.HLLAdd, Index: index, Shift: minhash, Values: items}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		get := func(bin any, op *cdt.Op) any {
			_, result, err := Apply(bin, op, nil)
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		one, other := hll(0, a), hll(a-shared, b)
		both := hll(0, a+b-shared)
		others := []any{other}
		if u := get(one, &cdt.Op{Kind: cdt.HLLGetUnion, Values: others}); !value.Identical(u, both) {
			t.Fatal("the union is not the HyperLogLog of the elements of both")
		}
		if u := get(other, &cdt.Op{Kind: cdt.HLLGetUnion, Values: []any{one, one}}); !value.Identical(u, both) {
			t.Fatal("the union depends on the order")
		}
		// Five times the standard error.
		off := 5 * 1.04 / math.Sqrt(float64(int(1)<<index))
		n := get(one, &cdt.Op{Kind: cdt.HLLGetCount}).(int)
		if math.Abs(float64(n-a)) > off*float64(a)+2 {
			t.Fatalf("%d elements are counted as %d", a, n)
		}
		if n != get(one, &cdt.Op{Kind: cdt.HLLGetUnionCount, Values: []any{one}}) {
			t.Fatal("the union with itself counts other than itself")
		}
		looksEmpty := minhash != 0 && sketch(one.(value.HLL)).looksEmpty()
		if s := get(one, &cdt.Op{Kind: cdt.HLLGetSimilarity, Values: []any{one}}).(float64); math.IsNaN(s) != looksEmpty || s < 0.9 {
			t.Fatalf("the similarity to itself is %v", s)
		}
		if get(one, &cdt.Op{Kind: cdt.HLLMayContain, Values: []any{0, a - 1}}) != 1 {
			t.Fatal("an element is not found")
		}
		if minhash == 0 {
			folded, _, err := Apply(one, &cdt.Op{Kind: cdt.HLLFold, Index: index - 2}, nil)
			index -= 2
			if err != nil || !value.Identical(folded, hll(0, a)) {
				t.Fatal("folding differs from adding with fewer bits")
			}
		}
	})
}

// Operations that change a HyperLogLog agree with those that compute another.
func TestChangesOfHLLsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		index := rapid.IntRange(4, 12).Draw(t, "index bits")
		minhash := rapid.SampledFrom([]int{0, 4, 16, 30}).Draw(t, "minhash bits")
		a := rapid.SliceOfN(rapid.IntRange(0, 400), 1, 60).Draw(t, "one")
		b := rapid.SliceOfN(rapid.IntRange(0, 400), 1, 60).Draw(t, "other")
		apply := func(bin any, op *cdt.Op) (after, result any) {
			after, result, err := Apply(value.Clone(bin), op, nil)
			if err != nil {
				t.Fatalf("%s: %v", op.Kind, err)
			}
			return after, result
		}
		add := func(bin any, items []int) any {
			after, changed := apply(bin, &cdt.Op{Kind: cdt.HLLAdd, Index: index, Shift: minhash, Values: anys(items)})
			if again, n := apply(after, &cdt.Op{Kind: cdt.HLLAdd, Index: index, Shift: minhash, Values: anys(items)}); n != 0 || !value.Identical(again, after) {
				t.Fatal("adding again changes something")
			}
			if changed.(int) > len(items) {
				t.Fatalf("%d elements changed %d times", len(items), changed)
			}
			return after
		}
		one, other := add(nil, a), add(nil, b)
		both := add(one, b)
		union, _ := apply(one, &cdt.Op{Kind: cdt.HLLSetUnion, Values: []any{other}})
		if !value.Identical(union, both) {
			t.Fatal("the union is not what adding the elements of both makes")
		}
		empty, _ := apply(nil, &cdt.Op{Kind: cdt.HLLInit, Index: index, Shift: minhash})
		emptied, _ := apply(one, &cdt.Op{Kind: cdt.HLLInit, Index: -1, Shift: -1})
		if !value.Identical(empty, emptied) || !value.Identical(add(empty, a), one) {
			t.Fatal("an HLL that is emptied is not like a new one")
		}
		if _, d := apply(one, &cdt.Op{Kind: cdt.HLLDescribe}); !value.Identical(d, value.NewList(index, minhash)) {
			t.Fatalf("%d and %d bits are described as %v", index, minhash, value.Export(d))
		}
		_, before := apply(one, &cdt.Op{Kind: cdt.HLLGetCount})
		refreshed, n := apply(one, &cdt.Op{Kind: cdt.HLLRefreshCount})
		if _, after := apply(refreshed, &cdt.Op{Kind: cdt.HLLGetCount}); n != before || after != before {
			t.Fatalf("the count is %v, after a refresh %v", before, after)
		}
		if minhash != 0 && sketch(one.(value.HLL)).looksEmpty() {
			return
		}
		_, counted := apply(one, &cdt.Op{Kind: cdt.HLLGetIntersectCount, Values: []any{one}})
		if got, want := counted.(int), before.(int); got < want-want/8-2 || got > want+want/8+2 {
			t.Fatalf("the intersection of %d elements with themselves counts %d", want, got)
		}
	})
}
