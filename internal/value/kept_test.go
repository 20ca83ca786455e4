package aerostore

import (
	"math"
	"reflect"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// ascending are values in the server's order.
func ascending(t *testing.T) []any {
	m := func(pairs ...MapPair) *Map {
		m, err := NewMap(Unordered, pairs...)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	return []any{
		nil, false, true, math.MinInt64, -1, 0, 1, math.MaxInt64, Uint(1 << 63), Uint(math.MaxUint64), "", "A", "a", "aa", "b", "é",
		NewList(), NewList(1), NewList(1, 2), NewList(1, Infinity), NewList(2), NewList("a"), NewList(NewList()),
		m(), m(MapPair{"a", 1}), m(MapPair{"a", 2}), m(MapPair{"b", 0}), m(MapPair{"a", 1}, MapPair{"b", 0}),
		[]byte{},
		[]byte{0, 1},
		[]byte{1},
		NestedHLL{},
		NestedHLL{0, 1},
		math.Inf(-1), -2.0, 0.0, 0.5, 1.0, math.Inf(1), math.NaN(),
		GeoJSON("{}"), GeoJSON(`{"a":1}`), Infinity,
	}
}

func TestCompareIsTheServersOrder(t *testing.T) {
	all := ascending(t)
	sign := func(n int) int { return min(1, max(-1, n)) }
	for i, a := range all {
		for j, b := range all {
			want := sign(i - j)
			if a == GeoJSON("{}") && b == GeoJSON(`{"a":1}`) || b == GeoJSON("{}") && a == GeoJSON(`{"a":1}`) {
				want = sign(j - i) // as texts
			}
			if got := Compare(a, b); got != want {
				t.Errorf("%v and %v compare as %d, want %d", a, b, got, want)
			}
		}
		if Compare(a, Wildcard) != 0 || Compare(Wildcard, a) != 0 {
			t.Errorf("%v does not equal the wildcard", a)
		}
	}
	if Compare(0.0, math.Copysign(0, -1)) != 0 {
		t.Error("0 and -0 differ")
	}
	for _, c := range []struct {
		a, b *List
		want int
	}{
		{NewList(1, Wildcard), NewList(1, 5, 6), 0},
		{NewList(1, Wildcard), NewList(2), -1},
		{NewList(1, Wildcard), NewList(1), 1}, // there must be something to equal
		{NewList(Wildcard, 9), NewList(1, 2), 0},
	} {
		if got := Compare(c.a, c.b); got != c.want {
			t.Errorf("%v and %v compare as %d, want %d", c.a.Items, c.b.Items, got, c.want)
		}
	}
}

func TestImportThenExport(t *testing.T) {
	for _, c := range []struct{ in, want any }{
		{nil, nil},
		{int8(-3), -3},
		{uint16(7), 7},
		{int64(math.MinInt64), math.MinInt64},
		{uint64(math.MaxInt64), math.MaxInt64},
		{float32(0.5), 0.5},
		{[3]byte{1, 2, 3}, []byte{1, 2, 3}},
		{GeoJSON("{}"), GeoJSON("{}")},
		{HLL{1}, HLL{1}},
		{[]any{HLL{1}}, []any{[]byte{1}}},
		{[]any{1, "a", nil, []any{}}, []any{1, "a", nil, []any{}}},
		{[]string{"a", "b"}, []any{"a", "b"}},
		{[]int{1, 2}, []any{1, 2}},
		{map[string]any{"a": []string{"b"}}, map[any]any{"a": []any{"b"}}},
		{map[string]int{"a": 1}, map[any]any{"a": 1}},
		{map[any]any{[2]byte{1, 2}: 1, "a": 2, int32(3): 4}, map[any]any{[2]byte{1, 2}: 1, "a": 2, 3: 4}},
		{[]MapPair{{"b", 1}, {"a", []MapPair{}}}, []MapPair{{"a", []MapPair{}}, {"b", 1}}},
	} {
		in, err := Import(c.in)
		if err != nil {
			t.Errorf("%v: %v", c.in, err)
			continue
		}
		if out := Export(in); !reflect.DeepEqual(out, c.want) {
			t.Errorf("%#v comes out as %#v", c.in, out)
		}
	}
	again := []any{}
	again = append(again, nil)
	again[0] = again
	for _, bad := range []any{
		struct{}{},
		func() {}, uint64(math.MaxUint64),
		map[any]any{1.5: 1},
		map[any]any{nil: 1},
		map[bool]int{true: 1},
		map[any]any{1: 1, int64(1): 2},
		[]MapPair{{"a", 1}, {"a", 2}},
		[]any{make(chan int)},
		again, new(int),
		[2]int{1, 2},
	} {
		if _, err := Import(bad); err == nil {
			t.Errorf("%T is imported", bad)
		}
	}
}

func TestCloneIsIdenticalAndShareNothing(t *testing.T) {
	for _, v := range ascending(t) {
		c := Clone(v)
		if !Identical(v, c) {
			t.Errorf("the clone of %v differs", v)
		}
		if l, ok := v.(*List); ok && len(l.Items) > 0 {
			c.(*List).Items[0] = "changed"
			if Identical(v, c) {
				t.Errorf("the clone of %v shares its elements", v)
			}
		}
	}
	all := ascending(t)
	for i, a := range all {
		for j, b := range all {
			if Identical(a, b) != (i == j) {
				t.Errorf("%v and %v: identical is %v", a, b, i != j)
			}
		}
	}
}

func TestAppendPacked(t *testing.T) {
	ordered := NewList(1)
	ordered.Order, ordered.Indexed = Ordered, true
	m, err := NewMap(Ordered, MapPair{"a", 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		v    any
		want []byte
	}{
		{nil, []byte{0xc0}},
		{true, []byte{0xc3}},
		{127, []byte{0x7f}},
		{128, []byte{0xcc, 128}},
		{256, []byte{0xcd, 1, 0}},
		{1 << 16, []byte{0xce, 0, 1, 0, 0}},
		{1 << 32, []byte{0xcf, 0, 0, 0, 1, 0, 0, 0, 0}},
		{-32, []byte{0xe0}},
		{-33, []byte{0xd0, 0xdf}},
		{-129, []byte{0xd1, 0xff, 0x7f}},
		{-32769, []byte{0xd2, 0xff, 0xff, 0x7f, 0xff}},
		{math.MinInt64, []byte{0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0}},
		{1.0, []byte{0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0}},
		{"ab", []byte{0xa3, 3, 'a', 'b'}},
		{[]byte{9}, []byte{0xa2, 4, 9}},
		{GeoJSON("{}"), []byte{0xa3, 23, '{', '}'}},
		{NewList(1, nil), []byte{0x92, 1, 0xc0}},
		{ordered, []byte{0x92, 0xc7, 0, 0x11, 1}},
		{m, []byte{0x82, 0xc7, 0, 1, 0xc0, 0xa2, 3, 'a', 1}},
		{Infinity, []byte{0xd4, 0xff, 1}},
	} {
		if got := AppendPacked(nil, c.v); !slices.Equal(got, c.want) {
			t.Errorf("%v packs as % x, want % x", c.v, got, c.want)
		}
	}
}

func TestRanksFollowChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &Map{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			key, v := rapid.IntRange(0, 12).Draw(t, "key"), rapid.IntRange(0, 5).Draw(t, "value")
			at, found := m.Find(key)
			if found && v == 0 {
				m.Remove(nil, at)
			} else {
				m.Put(nil, at, found, key, v)
			}
			ranks := m.ByRank()
			fresh := (&Map{Pairs: m.Pairs}).ByRank()
			if !slices.Equal(ranks, fresh) {
				t.Fatalf("the ranks are %v, want %v", ranks, fresh)
			}
		}
	})
}

func TestAMapIsRankedByThoseWhoReadItSideBySide(t *testing.T) {
	m := &Map{}
	for i := range 100 {
		m.Put(nil, i, false, i, 99-i)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if ranks := m.ByRank(); ranks[0] != 99 || ranks[99] != 0 {
				t.Errorf("the ranks are %v", ranks)
			}
		})
	}
	all.Wait()
}

func TestWhatWasExportedIsImportedAgain(t *testing.T) {
	for _, v := range ascending(t) {
		for name, kept := range map[string]any{
			"in a list": NewList(v), "in a map": &Map{Pairs: []MapPair{{"k", v}}},
			"in a map in order": &Map{Pairs: []MapPair{{"k", v}}, Order: Ordered},
			"a key":             NewList(&Map{Pairs: []MapPair{{Uint(1 << 63), v}}}),
		} {
			if HasEdge(v) {
				continue
			}
			if again, err := Reimport(Export(kept)); err != nil || !Identical(again, kept) {
				t.Errorf("%s: %v became %v, %v", name, kept, again, err)
			}
		}
	}
	deep := any(Uint(1 << 63))
	for range MaxDepth {
		deep = NewList(deep)
	}
	if again, err := Reimport(Export(deep)); err != nil || !Identical(again, deep) {
		t.Errorf("an integer in the deepest list became %v, %v", again, err)
	}
}
