package engine

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// The models below say what operations mean in as few lines as possible: with
// plain slices and maps, by sorting and filtering, and without regard to the
// order in which several elements are given.

// chosen returns the part of sorted values that a range means, written once
// more than the engine does it.
func chosen[T any](all []T, from, count int, counted bool) []T {
	var out []T
	if from < 0 {
		from += len(all)
	}
	for i := range all {
		if i >= from && (!counted || count < 0 || i < from+count) {
			out = append(out, all[i])
		}
	}
	return out
}

// nearby is chosen for a range that begins at a place.
func nearby[T any](all []T, place, from, count int, counted bool) []T {
	var out []T
	for i := range all {
		if i >= place+from && (!counted || count < 0 || i < place+from+count) {
			out = append(out, all[i])
		}
	}
	return out
}

func less(all []int, v int) (n int) {
	for _, e := range all {
		if e < v {
			n++
		}
	}
	return n
}

func filter[T any](all []T, keep func(T) bool) (out []T) {
	for _, e := range all {
		if keep(e) {
			out = append(out, e)
		}
	}
	return out
}

func minus(all, some []int) []int {
	out := slices.Clone(all)
	for _, e := range some {
		i := slices.Index(out, e)
		out = slices.Delete(out, i, i+1)
	}
	return out
}

func ints(v any) (out []int) {
	for _, e := range v.(*value.List).Items {
		out = append(out, e.(int))
	}
	return out
}

func sortedInts(all []int) []int {
	out := slices.Clone(all)
	slices.Sort(out)
	return out
}

type selection struct {
	selector *cdt.Selector
	values   []int
	text     string
}

// selections draws a selector of values and says which of all it means.
func selections(t *rapid.T, all []int) selection {
	small := rapid.IntRange(-7, 7)
	v, w, from, count := small.Draw(t, "v"), small.Draw(t, "w"), small.Draw(t, "from"), rapid.IntRange(0, 6).Draw(t, "count")
	sorted := sortedInts(all)
	var s interface {
		Selector() *cdt.Selector
		String() string
	}
	var values []int
	switch rapid.IntRange(0, 9).Draw(t, "selector") {
	case 0:
		s, values = cdt.Indexes(from, count), chosen(all, from, count, true)
	case 1:
		s, values = cdt.Indexes(from, cdt.ToEnd), chosen(all, from, 0, false)
	case 2:
		s, values = cdt.Ranks(from, count), chosen(sorted, from, count, true)
	case 3:
		s, values = cdt.Ranks(from, cdt.ToEnd), chosen(sorted, from, 0, false)
	case 4:
		s, values = cdt.Value(v), filter(all, func(e int) bool { return e == v })
	case 5:
		if v == w { // an ordered list gives the elements twice
			w++
		}
		s, values = cdt.Values(v, w), filter(all, func(e int) bool { return e == v || e == w })
	case 6:
		s, values = cdt.Between(v, w), filter(all, func(e int) bool { return v <= e && e < w })
	case 7:
		s, values = cdt.Below(v), filter(all, func(e int) bool { return e < v })
	case 8:
		s, values = cdt.From(v), filter(all, func(e int) bool { return e >= v })
	default:
		s, values = cdt.RanksNear(v, from, count), nearby(sorted, less(all, v), from, count, true)
	}
	if rapid.Bool().Draw(t, "inverted") {
		return selection{s.Selector().Invert(), minus(all, values), "not " + s.String()}
	}
	return selection{s.Selector(), values, s.String()}
}

func TestListsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var model []int
		ordered := rapid.Bool().Draw(t, "ordered")
		l := &value.List{}
		if ordered {
			l.Order = value.Ordered
		}
		apply := func(op *cdt.Op) any {
			_, result, err := Apply(l, op, nil)
			if err != nil {
				t.Fatalf("%s: %v", op.Kind, err)
			}
			return result
		}
		same := func(what string, got any, want []int) {
			if g := ints(got); !slices.Equal(sortedInts(g), sortedInts(want)) {
				t.Fatalf("%s of %v: %v, want %v", what, model, g, want)
			}
		}
		small := rapid.IntRange(-5, 5)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0, 1, 2:
				v := small.Draw(t, "value")
				n := apply(&cdt.Op{Kind: cdt.ListAppend, Value: v})
				model = append(model, v)
				if n != len(model) {
					t.Fatalf("the list has %v elements, want %d", n, len(model))
				}
			case 3:
				v, at := small.Draw(t, "value"), rapid.IntRange(0, len(model)).Draw(t, "at")
				if ordered {
					continue
				}
				apply(&cdt.Op{Kind: cdt.ListInsert, Index: at, Value: v})
				model = slices.Insert(model, at, v)
			case 4:
				s := selections(t, model)
				same("get "+s.text, apply(&cdt.Op{Kind: cdt.ListGet, Select: s.selector, Give: giveValue}), s.values)
				if n := apply(&cdt.Op{Kind: cdt.ListGet, Select: s.selector, Give: giveCount}); n != len(s.values) {
					t.Fatalf("count %s of %v: %v, want %d", s.text, model, n, len(s.values))
				}
				var at []int
				for _, i := range ints(apply(&cdt.Op{Kind: cdt.ListGet, Select: s.selector, Give: giveIndex})) {
					at = append(at, model[i])
				}
				if !slices.Equal(sortedInts(at), sortedInts(s.values)) {
					t.Fatalf("indexes %s of %v: %v, want %v", s.text, model, at, s.values)
				}
			case 5:
				s := selections(t, model)
				same("remove "+s.text, apply(&cdt.Op{Kind: cdt.ListRemove, Select: s.selector, Give: giveValue}), s.values)
				rest := ints(l)
				if !slices.Equal(sortedInts(rest), sortedInts(minus(model, s.values))) || !subsequence(rest, model) {
					t.Fatalf("remove %s of %v leaves %v", s.text, model, rest)
				}
				model = rest
			default:
				if ordered || len(model) == 0 {
					continue
				}
				at, v := rapid.IntRange(0, len(model)-1).Draw(t, "at"), small.Draw(t, "value")
				apply(&cdt.Op{Kind: cdt.ListIncrement, Index: at, Value: v})
				model[at] += v
			}
			if ordered {
				slices.Sort(model)
			}
			if !slices.Equal(ints(l), model) {
				t.Fatalf("the list is %v, want %v", ints(l), model)
			}
		}
	})
}

// subsequence reports whether some are among all in the same order.
func subsequence(some, all []int) bool {
	for _, e := range all {
		if len(some) > 0 && some[0] == e {
			some = some[1:]
		}
	}
	return len(some) == 0
}

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
		}
	})
}

// digits returns a blob as a text of zeros and ones.
func digits(b []byte) string {
	var text strings.Builder
	for _, c := range b {
		for i := 7; i >= 0; i-- {
			text.WriteByte('0' + c>>i&1)
		}
	}
	return text.String()
}

func TestBitsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		blob := rapid.SliceOfN(rapid.Byte(), 1, 12).Draw(t, "blob")
		other := rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "value")
		before := digits(blob)
		at := rapid.IntRange(0, len(before)-1).Draw(t, "offset")
		size := rapid.IntRange(1, len(before)-at).Draw(t, "size")
		shift := rapid.IntRange(0, 100).Draw(t, "shift")
		part, arg := before[at:at+size], digits(other)[:size]
		each := func(f func(a, b byte) byte) string {
			out := []byte(part)
			for i := range out {
				out[i] = '0' + f(part[i]-'0', arg[i]-'0')
			}
			return string(out)
		}
		zeros := strings.Repeat("0", min(shift, size))
		writes := map[cdt.Kind]string{
			cdt.BitSet:    arg,
			cdt.BitOr:     each(func(a, b byte) byte { return a | b }),
			cdt.BitXor:    each(func(a, b byte) byte { return a ^ b }),
			cdt.BitAnd:    each(func(a, b byte) byte { return a & b }),
			cdt.BitNot:    each(func(a, _ byte) byte { return 1 - a }),
			cdt.BitLShift: part[len(zeros):] + zeros,
			cdt.BitRShift: zeros + part[:size-len(zeros)],
		}
		for kind, want := range writes {
			after, _, err := Apply(slices.Clone(blob), &cdt.Op{Kind: kind, Index: at, Count: size, Value: other, Shift: shift}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := digits(after.([]byte)); got != before[:at]+want+before[at+size:] {
				t.Fatalf("%s at %d, %d bits: %s becomes %s", kind, at, size, before, got)
			}
		}
		read := func(kind cdt.Kind, v any) any {
			_, result, err := Apply(blob, &cdt.Op{Kind: kind, Index: at, Count: size, Value: v}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		if got := digits(read(cdt.BitGet, nil).([]byte)); got[:size] != part || strings.Contains(got[size:], "1") {
			t.Fatalf("get at %d, %d bits of %s: %s", at, size, before, got)
		}
		if n := read(cdt.BitCount, nil); n != strings.Count(part, "1") {
			t.Fatalf("count at %d, %d bits of %s: %v", at, size, before, n)
		}
		if i := read(cdt.BitLScan, true); i != strings.Index(part, "1") {
			t.Fatalf("left scan at %d, %d bits of %s: %v", at, size, before, i)
		}
		if i := read(cdt.BitRScan, true); i != strings.LastIndex(part, "1") && i.(int) >= 0 {
			t.Fatalf("right scan at %d, %d bits of %s: %v", at, size, before, i)
		}
	})
}

func TestBitArithmeticMatchesModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(2, 30).Draw(t, "size")
		at := rapid.IntRange(0, 8).Draw(t, "offset")
		limit := 1 << size
		v := rapid.IntRange(0, limit-1).Draw(t, "old")
		delta := rapid.IntRange(0, limit-1).Draw(t, "delta")
		blob, _, err := Apply(make([]byte, 6), &cdt.Op{Kind: cdt.BitSetInt, Index: at, Count: size, Value: v}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []cdt.Kind{cdt.BitAdd, cdt.BitSubtract} {
			exact := v + delta
			if kind == cdt.BitSubtract {
				exact = v - delta
			}
			overflows := exact < 0 || exact >= limit
			for _, action := range []uint8{overflowFails, overflowSaturates, overflowWraps} {
				want := (exact + limit) % limit
				if overflows && action == overflowSaturates {
					want = max(0, min(exact, limit-1))
				}
				after, _, err := Apply(blob, &cdt.Op{Kind: kind, Index: at, Count: size, Value: delta, Action: action}, nil)
				if overflows && action == overflowFails {
					if err == nil {
						t.Fatalf("%s of %d and %d in %d bits: no error", kind, v, delta, size)
					}
					continue
				}
				_, got, _ := Apply(after, &cdt.Op{Kind: cdt.BitGetInt, Index: at, Count: size}, nil)
				if err != nil || got != want {
					t.Fatalf("%s of %d and %d in %d bits: %v %v, want %d", kind, v, delta, size, got, err, want)
				}
			}
		}
	})
}

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
		if s := get(one, &cdt.Op{Kind: cdt.HLLGetSimilarity, Values: []any{one}}).(float64); s < 0.9 {
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
