package engine

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

func TestMapsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := map[string]int{}
		m := &value.Map{Order: rapid.SampledFrom([]value.Order{0, 1, 3}).Draw(t, "order"), Indexed: rapid.Bool().Draw(t, "indexed")}
		apply := func(op *cdt.Op) any {
			_, result, err := Apply(m, op, nil)
			if err != nil {
				t.Fatalf("%s: %v", op.Kind, err)
			}
			return result
		}
		key := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g"})
		small := rapid.IntRange(-5, 5)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			k, k2, v := key.Draw(t, "key"), key.Draw(t, "key"), small.Draw(t, "value")
			keys := slices.Sorted(maps.Keys(model))
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0, 1, 2:
				model[k] = v
				if n := apply(&cdt.Op{Kind: cdt.MapPut, Key: k, Value: v}); n != len(model) {
					t.Fatalf("the map has %v entries, want %d", n, len(model))
				}
			case 3:
				model[k] += v
				if sum := apply(&cdt.Op{Kind: cdt.MapIncrement, Key: k, Value: v}); sum != model[k] {
					t.Fatalf("the sum is %v, want %d", sum, model[k])
				}
			case 4: // by value
				values := slices.Collect(func(yield func(int) bool) {
					for _, k := range keys {
						if !yield(model[k]) {
							return
						}
					}
				})
				s := selections(t, values)
				got := apply(&cdt.Op{Kind: cdt.MapGet, Select: s.selector, Give: giveValue})
				if !slices.Equal(sortedInts(ints(got)), sortedInts(s.values)) {
					t.Fatalf("get %s of %v: %v, want %v", s.text, model, got, s.values)
				}
				if rapid.Bool().Draw(t, "read only") { // so that ranks are kept
					break
				}
				if apply(&cdt.Op{Kind: cdt.MapRemove, Select: s.selector, Give: giveCount}) != len(s.values) {
					t.Fatalf("remove %s of %v: not %d", s.text, model, len(s.values))
				}
				for _, k := range keys { // which of equal values went is the server's choice
					if _, found := m.Find(k); !found {
						delete(model, k)
					}
				}
				if len(model) != len(values)-len(s.values) {
					t.Fatalf("remove %s left %d entries", s.text, len(model))
				}
			default: // by key
				from, count := small.Draw(t, "from"), rapid.IntRange(0, 4).Draw(t, "count")
				place := len(filter(keys, func(e string) bool { return e < k }))
				var sel interface{ Selector() *cdt.Selector }
				var want []string
				switch rapid.IntRange(0, 4).Draw(t, "selector") {
				case 0:
					sel, want = cdt.Keys(k, k2), filter(keys, func(e string) bool { return e == k || e == k2 })
				case 1:
					sel, want = cdt.KeyBetween(k, k2), filter(keys, func(e string) bool { return k <= e && e < k2 })
				case 2:
					sel, want = cdt.KeyBelow(k), filter(keys, func(e string) bool { return e < k })
				case 3:
					sel, want = cdt.KeyFrom(k), filter(keys, func(e string) bool { return e >= k })
				default:
					sel, want = cdt.IndexesNear(k, from, count), nearby(keys, place, from, count, true)
				}
				selector := sel.Selector()
				if rapid.Bool().Draw(t, "inverted") {
					selector = selector.Invert()
					want = filter(keys, func(e string) bool { return !slices.Contains(want, e) })
				}
				got := apply(&cdt.Op{Kind: cdt.MapRemove, Select: selector, Give: giveKey}).(*value.List).Items
				var removed []string
				for _, k := range got {
					removed = append(removed, k.(string))
				}
				slices.Sort(removed)
				if !slices.Equal(removed, want) {
					t.Fatalf("remove %s of %v: %v, want %v", selector, model, removed, want)
				}
				for _, k := range removed {
					delete(model, k)
				}
			}
			now := map[string]int{}
			for _, p := range m.Pairs {
				now[p.Key.(string)] = p.Value.(int)
			}
			if !maps.Equal(now, model) {
				t.Fatalf("the map is %v, want %v", now, model)
			}
			if !slices.IsSortedFunc(m.ByRank(), func(a, b int32) int { return value.Compare(m.Pairs[a].Value, m.Pairs[b].Value) }) {
				t.Fatalf("the ranks of %v are %v", now, m.ByRank())
			}
		}
	})
}

func TestPutAllIsPuttingEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pairs := func(name string) map[any]any {
			m := map[any]any{}
			for k, v := range rapid.MapOfN(rapid.IntRange(0, 60), rapid.IntRange(0, 9), 0, 40).Draw(t, name) {
				m[k] = v
			}
			return m
		}
		in, err := value.Import(pairs("map"))
		if err != nil {
			t.Fatal(err)
		}
		puts := pairs("puts")
		flags := rapid.SampledFrom([]uint8{0, createOnly | noFail | partial, updateOnly | noFail | partial}).Draw(t, "flags")
		one := value.Clone(in)
		for k, v := range puts {
			if len(in.(*value.Map).Pairs) == 0 {
				flags = 0
			}
			if _, _, err := Apply(one, &cdt.Op{Kind: cdt.MapPut, Key: k, Value: v, Flags: flags}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := Apply(in, &cdt.Op{Kind: cdt.MapPutAll, Values: puts, Flags: flags}, nil); err != nil {
			t.Fatal(err)
		}
		if !value.Identical(in, one) {
			t.Fatalf("putting all gives %v, each gives %v", value.Export(in), value.Export(one))
		}
	})
}

// drawMap draws a map of few values, so that there are duplicates.
func drawMap(t *rapid.T) *value.Map {
	m := &value.Map{Order: rapid.SampledFrom([]value.Order{0, 1, 3}).Draw(t, "order"), Indexed: rapid.Bool().Draw(t, "indexed")}
	model := rapid.MapOfN(rapid.StringMatching("[a-h]"), rapid.IntRange(-4, 4), 0, 8).Draw(t, "map")
	for _, k := range slices.Sorted(maps.Keys(model)) {
		m.Pairs = append(m.Pairs, value.MapPair{Key: k, Value: model[k]})
	}
	return m
}

// What an operation gives agrees with the keys that it selects.
func TestGivesOfMapsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMap(t)
		n := len(m.Pairs)
		values := make([]int, n)
		model := map[string]int{}
		for i, p := range m.Pairs {
			values[i] = p.Value.(int)
			model[p.Key.(string)] = values[i]
		}
		byRank := slices.Clone(m.Pairs) // of equal values the least key first
		slices.SortStableFunc(byRank, func(a, b value.MapPair) int { return a.Value.(int) - b.Value.(int) })
		s := selections(t, values)
		give := func(g cdt.GiveOfMap) any {
			_, result, err := Apply(m, &cdt.Op{Kind: cdt.MapGet, Select: s.selector, Give: g.Number()}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		var keys []string
		for _, k := range give(cdt.KeyOf).(*value.List).Items {
			keys = append(keys, k.(string))
		}
		same := func(what string, got []string) {
			slices.Sort(got)
			if !slices.Equal(got, slices.Sorted(slices.Values(keys))) {
				t.Fatalf("%s %s of %v: those of %v, want %v", what, s.text, model, got, keys)
			}
		}
		var found []int
		for _, k := range keys {
			found = append(found, model[k])
		}
		if !slices.Equal(sortedInts(found), sortedInts(s.values)) {
			t.Fatalf("keys %s of %v: %v", s.text, model, keys)
		}
		keysAt := func(of []value.MapPair, places any, reversed bool) (got []string) {
			for _, i := range ints(places) {
				if reversed {
					i = n - 1 - i
				}
				got = append(got, of[i].Key.(string))
			}
			return got
		}
		same("indexes", keysAt(m.Pairs, give(cdt.IndexOf), false))
		same("reverse indexes", keysAt(m.Pairs, give(cdt.ReverseIndexOf), true))
		same("ranks", keysAt(byRank, give(cdt.RankOf), false))
		same("reverse ranks", keysAt(byRank, give(cdt.ReverseRankOf), true))
		for _, g := range []cdt.MapGive{cdt.Pairs, cdt.AsMap, cdt.AsOrderedMap} {
			var pairs []value.MapPair
			switch v := give(g).(type) {
			case value.Pairs:
				pairs = v
			case *value.Map:
				pairs = v.Pairs
			}
			var got []string
			for _, p := range pairs {
				if model[p.Key.(string)] != p.Value {
					t.Fatalf("give %d %s of %v: %v", g, s.text, model, p)
				}
				got = append(got, p.Key.(string))
			}
			same("pairs", got)
		}
		if give(cdt.Count) != len(keys) {
			t.Fatalf("count %s of %v: %v, want %d", s.text, model, give(cdt.Count), len(keys))
		}
		if !s.selector.Inverted() && give(cdt.Exists) != (len(keys) > 0) { // the server inverts the answer
			t.Fatalf("exists %s of %v: %v, want %d", s.text, model, give(cdt.Exists), len(keys))
		}
	})
}

// Writes of one key agree with a Go map that is looked up first.
func TestWritesOfMapsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMap(t)
		model := map[string]int{}
		for _, p := range m.Pairs {
			model[p.Key.(string)] = p.Value.(int)
		}
		op := &cdt.Op{Key: rapid.StringMatching("[a-h]").Draw(t, "key"), Value: rapid.IntRange(-4, 4).Draw(t, "value")}
		op.Kind = rapid.SampledFrom([]cdt.Kind{cdt.MapPut, cdt.MapAdd, cdt.MapReplace, cdt.MapIncrement, cdt.MapDecrement}).Draw(t, "kind")
		op.Flags = rapid.SampledFrom([]uint8{0, createOnly, updateOnly, createOnly | noFail, updateOnly | noFail}).Draw(t, "flags")
		key, v := op.Key.(string), op.Value.(int)
		old, exists := model[key]
		create, update, excused := op.Flags&createOnly != 0, op.Flags&updateOnly != 0, op.Flags&noFail != 0
		switch op.Kind {
		case cdt.MapAdd:
			create, update, excused = true, false, false
		case cdt.MapReplace:
			create, update, excused = false, true, false
		case cdt.MapIncrement:
			create, update, v = false, false, old+v
		case cdt.MapDecrement:
			create, update, v = false, false, old-v
		}
		denied := create && exists || update && !exists
		if !denied {
			model[key] = v
		}
		want := len(model)
		if op.Kind == cdt.MapIncrement || op.Kind == cdt.MapDecrement {
			want = v
		}
		_, result, err := Apply(m, op, nil)
		if (err != nil) != (denied && !excused) || err == nil && result != want {
			t.Fatalf("%s with flags %d: %v %v, want %d", op.Kind, op.Flags, result, err, want)
		}
		now := map[string]int{}
		for _, p := range m.Pairs {
			now[p.Key.(string)] = p.Value.(int)
		}
		if !maps.Equal(now, model) {
			t.Fatalf("%s with flags %d: %v, want %v", op.Kind, op.Flags, now, model)
		}
	})
}
