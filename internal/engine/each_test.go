package engine

import (
	"fmt"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// What a server answered for several keys or values of which some come again, or which
// select all elements.
func TestNumbersOfSeveralKeysOrValues(t *testing.T) {
	t.Parallel()
	list := func(items ...any) any { return value.NewList(items...) }
	entries := func(order value.Order, indexed bool, values ...any) any {
		m := &value.Map{Order: order, Indexed: indexed}
		for i, v := range values {
			m.Put(nil, i, false, i, v)
		}
		return m
	}
	for _, c := range []struct {
		bin      any
		selector interface{ Selector() *cdt.Selector }
		give     cdt.Give
		want     string
	}{
		{list(2, 2), cdt.Values(2, 3), cdt.ReverseRankOf, "[1 0]"},
		{list(1, 1, 0, 2, 1), cdt.Values(2, 1, 2, 0), cdt.ReverseRankOf, "[3 2 1 0 4]"},
		{list(2, 2, 1, 2, 2), cdt.Values(0, 1, 1, 2), cdt.ReverseRankOf, "[4 3 2 1 0]"},
		{entries(0, false, 1, 1, 2), cdt.Keys(1, 0, 1), cdt.ReverseIndexOf, "[2 1]"},
		{entries(0, false, 0, 0, 0), cdt.Keys(0, 1, 1, 0), cdt.IndexOf, "[1 0]"},
		{entries(3, false, 0, 0, 2, 1, 1), cdt.Values(1, 3, 0, 1), cdt.ReverseRankOf, "[4 3 2 1]"},
		{entries(3, false, 2, 0), cdt.Values(0, 2, 0, 1), cdt.RankOf, "[1 0]"},
		{entries(0, true, 0, 2, 2, 0, 1), cdt.Values(1, 2, 1), cdt.RankOf, "[3 4 2]"},
		{entries(0, true, 0, 1, 0), cdt.Values(3, 0, 1, 0), cdt.RankOf, "[2 0 1]"},
		{entries(3, true, 2, 0, 1, 0, 1), cdt.Values(0, 1), cdt.ReverseRankOf, "[3 4 1 2]"},
	} {
		_, result, err := Apply(c.bin, &cdt.Op{Kind: map[bool]cdt.Kind{true: cdt.ListGet, false: cdt.MapGet}[isList(c.bin)], Select: c.selector.Selector(), Give: c.give.Number()}, nil)
		if got := fmt.Sprint(value.Export(result)); err != nil || got != c.want {
			t.Errorf("%v of %v, give %d: %s, %v; want %s", c.selector, value.Export(c.bin), c.give, got, err, c.want)
		}
	}
}

func isList(v any) bool {
	_, ok := v.(*value.List)
	return ok
}
