package engine

import (
	"slices"
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

// drawList draws a list of few values, so that there are duplicates.
func drawList(t *rapid.T) *value.List {
	l := &value.List{}
	for _, v := range rapid.SliceOfN(rapid.IntRange(-4, 4), 0, 9).Draw(t, "list") {
		l.Items = append(l.Items, v)
	}
	l.SetOrder(nil, rapid.SampledFrom([]value.Order{value.Unordered, value.Ordered}).Draw(t, "order"), false)
	return l
}

// What an operation gives agrees with the values that it selects: their indexes
// and ranks from both ends, and whether there are any.
func TestGivesOfListsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawList(t)
		all := ints(l)
		sorted, n := sortedInts(all), len(all)
		s := selections(t, all)
		give := func(g cdt.Give) any {
			_, result, err := Apply(l, &cdt.Op{Kind: cdt.ListGet, Select: s.selector, Give: g.Number()}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		valuesAt := func(of, places []int) (values []int) {
			for _, i := range places {
				values = append(values, of[i])
			}
			return sortedInts(values)
		}
		want := sortedInts(s.values)
		indexes, ranks := ints(give(cdt.IndexOf)), ints(give(cdt.RankOf))
		if got := valuesAt(all, indexes); !slices.Equal(got, want) {
			t.Fatalf("indexes %s of %v: %v", s.text, all, indexes)
		}
		if got := valuesAt(sorted, ranks); !slices.Equal(got, want) {
			t.Fatalf("ranks %s of %v: %v", s.text, all, ranks)
		}
		fromEnd := func(places []int) (reverse []int) {
			for _, i := range places {
				reverse = append(reverse, n-1-i)
			}
			return sortedInts(reverse)
		}
		if got := sortedInts(ints(give(cdt.ReverseIndexOf))); !slices.Equal(got, fromEnd(indexes)) {
			t.Fatalf("reverse indexes %s of %v: %v, not of %v", s.text, all, got, indexes)
		}
		if got := sortedInts(ints(give(cdt.ReverseRankOf))); !slices.Equal(got, fromEnd(ranks)) {
			t.Fatalf("reverse ranks %s of %v: %v, not of %v", s.text, all, got, ranks)
		}
		if l.Order == value.Ordered || !s.selector.Inverted() { // an unordered list inverts the answer
			if give(cdt.Exists) != (len(want) > 0) {
				t.Fatalf("exists %s of %v is %v", s.text, all, give(cdt.Exists))
			}
		}
		if give(cdt.Nothing) != nil {
			t.Fatal("nothing is something")
		}
	})
}

// A selector of a single element gives it without a list.
func TestSingleElementsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawList(t)
		all := ints(l)
		sorted, n := sortedInts(all), len(all)
		at := rapid.IntRange(-11, 11).Draw(t, "at")
		i := at
		if i < 0 {
			i += n
		}
		for _, c := range []struct {
			s     *cdt.Selector
			among []int
			same  [2]cdt.Give
		}{
			{cdt.Index(at).Selector(), all, [2]cdt.Give{cdt.IndexOf, cdt.ReverseIndexOf}},
			{cdt.Rank(at).Selector(), sorted, [2]cdt.Give{cdt.RankOf, cdt.ReverseRankOf}},
		} {
			get := func(g cdt.Give) (any, error) {
				_, result, err := Apply(l, &cdt.Op{Kind: cdt.ListGet, Select: c.s, Give: g.Number()}, nil)
				return result, err
			}
			v, err := get(cdt.Elements)
			if i < 0 || i >= n {
				if err == nil {
					t.Fatalf("%s of %v is %v", c.s, all, v)
				}
				continue
			}
			if err != nil || v != c.among[i] {
				t.Fatalf("%s of %v: %v %v", c.s, all, v, err)
			}
			if g, err := get(c.same[0]); err != nil || g != i {
				t.Fatalf("%s of %v: place %v %v", c.s, all, g, err)
			}
			if g, err := get(c.same[1]); err != nil || g != n-1-i {
				t.Fatalf("%s of %v: place from the end %v %v", c.s, all, g, err)
			}
			rest := l.Clone()
			if _, v, err := Apply(rest, &cdt.Op{Kind: cdt.ListRemove, Select: c.s, Give: giveValue}, nil); err != nil || v != c.among[i] ||
				!slices.Equal(sortedInts(ints(rest)), sortedInts(minus(all, []int{c.among[i]}))) {
				t.Fatalf("removal of %s from %v: %v %v, %v are left", c.s, all, v, err, rest.Items)
			}
		}
	})
}

// The operations by index of clients of old: they agree with a slice, and fail
// where there is no element.
func TestIndexOperationsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawList(t)
		all := ints(l)
		n := len(all)
		at, count := rapid.IntRange(-11, 11).Draw(t, "at"), rapid.IntRange(0, 12).Draw(t, "count")
		counted := rapid.Bool().Draw(t, "counted")
		i := at
		if i < 0 {
			i += n
		}
		middle := chosen(all, at, count, counted)
		rest := minus(all, nil)
		if len(middle) > 0 {
			from := max(i, 0)
			rest = slices.Delete(rest, from, from+len(middle))
		}
		one := i >= 0 && i < n
		for kind, want := range map[cdt.Kind]struct {
			result any
			left   []int
			single bool
		}{
			cdt.ListGetAt:       {left: all, single: true},
			cdt.ListPop:         {single: true},
			cdt.ListRemoveAt:    {result: 1, single: true},
			cdt.ListGetRange:    {result: middle, left: all},
			cdt.ListPopRange:    {result: middle, left: rest},
			cdt.ListRemoveRange: {result: len(middle), left: rest},
			cdt.ListTrim:        {result: n - len(middle), left: middle},
		} {
			if want.single && one {
				if kind != cdt.ListRemoveAt {
					want.result = all[i]
				}
				if kind != cdt.ListGetAt {
					want.left = slices.Delete(slices.Clone(all), i, i+1)
				}
			}
			c := l.Clone()
			_, got, err := Apply(c, &cdt.Op{Kind: kind, Index: at, Count: count, Counted: counted}, nil)
			if want.single && !one {
				if err == nil || !slices.Equal(ints(c), all) {
					t.Fatalf("%s %d of %v: %v, no error", kind, at, all, got)
				}
				continue
			}
			if some, ok := want.result.([]int); ok {
				if err != nil || !slices.Equal(ints(got), some) {
					t.Fatalf("%s %d, %d of %v: %v %v, want %v", kind, at, count, all, got, err, some)
				}
			} else if err != nil || got != want.result {
				t.Fatalf("%s %d, %d of %v: %v %v, want %v", kind, at, count, all, got, err, want.result)
			}
			if !slices.Equal(ints(c), want.left) {
				t.Fatalf("%s %d, %d of %v leaves %v, want %v", kind, at, count, all, c.Items, want.left)
			}
		}
	})
}

// Writes with flags agree with a slice that is looked through.
func TestFlagsOfListsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawList(t)
		all := ints(l)
		ordered := l.Order == value.Ordered
		n := len(all)
		var flags uint8
		for _, f := range []cdt.ListFlag{cdt.AddUnique, cdt.InsertBounded, cdt.NoFail, cdt.Partial} {
			if rapid.Bool().Draw(t, "flag") {
				flags |= f.Number()
			}
		}
		has := func(f cdt.ListFlag) bool { return flags&f.Number() != 0 }
		op := &cdt.Op{Flags: flags, Index: rapid.IntRange(-n, n+3).Draw(t, "index")}
		op.Kind = rapid.SampledFrom([]cdt.Kind{cdt.ListAppend, cdt.ListInsert, cdt.ListSet, cdt.ListIncrement}).Draw(t, "kind")
		values := rapid.SliceOfN(rapid.IntRange(-5, 5), 1, 4).Draw(t, "values")
		at := op.Index
		if at < 0 {
			at += n
		}
		var want []any // nil stands for a padding
		for _, v := range all {
			want = append(want, v)
		}
		refused := ordered && (op.Kind == cdt.ListInsert || op.Kind == cdt.ListSet) || ordered && op.Kind == cdt.ListIncrement && at > n
		excused := false
		excuse := func() { // a flag refuses
			excused = has(cdt.NoFail)
			refused = refused || !excused
		}
		if op.Kind != cdt.ListAppend && at > n && has(cdt.InsertBounded) {
			excuse()
		}
		others := all
		switch op.Kind {
		case cdt.ListAppend, cdt.ListInsert:
			op.Values = anys(values)
		case cdt.ListSet:
			values = values[:1]
			op.Value = values[0]
			if at < n {
				others = slices.Delete(slices.Clone(all), at, at+1)
			}
		case cdt.ListIncrement:
			op.Value = values[0]
			values = values[:1]
			if at < n {
				values = []int{values[0] + all[at]}
				others = slices.Delete(slices.Clone(all), at, at+1)
				if ordered && slices.Index(all, values[0]) == at {
					others = nil // a server looks only at the first of those that are equal
				}
			}
		}
		if has(cdt.AddUnique) && !excused {
			var kept []int
			for _, v := range values {
				switch {
				case !slices.Contains(others, v) && !slices.Contains(kept, v):
					kept = append(kept, v)
				case !has(cdt.Partial) || !has(cdt.NoFail) || op.Kind == cdt.ListSet || op.Kind == cdt.ListIncrement:
					excuse()
				}
			}
			values = kept
			excused = excused || len(kept) == 0
		}
		if !excused && !refused {
			if op.Kind == cdt.ListAppend {
				want = append(want, anys(values)...)
			} else {
				for len(want) < at {
					want = append(want, nil)
				}
				if at < n && op.Kind != cdt.ListInsert {
					want = slices.Delete(want, at, at+1)
				}
				want = slices.Insert(want, at, anys(values)...)
			}
			if ordered {
				slices.SortStableFunc(want, value.Compare)
			}
		}
		before := slices.Clone(l.Items)
		_, result, err := Apply(l, op, nil)
		if (err != nil) != refused || !slices.Equal(l.Items, want) {
			t.Fatalf("%s at %d of %v with flags %d on %v: %v, %v, want %v", op.Kind, op.Index, op.Values, flags, before, err, l.Items, want)
		}
		if (op.Kind == cdt.ListAppend || op.Kind == cdt.ListInsert) && err == nil && result != len(want) {
			t.Fatalf("%s returns %v, want %d", op.Kind, result, len(want))
		}
	})
}

func anys(values []int) (out []any) {
	for _, v := range values {
		out = append(out, v)
	}
	return out
}

func TestSortMatchesModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawList(t)
		want := sortedInts(ints(l))
		flags := rapid.SampledFrom([]cdt.SortFlag{0, cdt.Descending, cdt.DropDuplicates}).Draw(t, "flags")
		switch {
		case flags == cdt.DropDuplicates:
			want = slices.Compact(want)
		case flags == cdt.Descending && l.Order != value.Ordered:
			slices.Reverse(want)
		}
		if _, _, err := Apply(l, &cdt.Op{Kind: cdt.ListSort, Flags: flags.Number()}, nil); err != nil || !slices.Equal(ints(l), want) {
			t.Fatalf("sort with flags %d: %v %v, want %v", flags, l.Items, err, want)
		}
	})
}
