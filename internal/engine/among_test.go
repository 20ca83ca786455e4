package engine

import (
	"math"
	"slices"
	"testing"

	value "github.com/aerostore/aerostore/internal/value"
)

func TestAmongFindsWhatCompareFindsEqual(t *testing.T) {
	t.Parallel()
	list := func(items ...any) *value.List { return &value.List{Items: items} }
	all := []any{
		nil, true, 1, 2, -1, "", "a", 1.0, math.NaN(), []byte("a"), list(), list(1), list(1, "a"),
		value.Wildcard, value.Infinity, list(1, value.Wildcard),
	}
	for i := range all {
		for j := range all {
			values := []any{all[i], 7, all[j], "b"}
			in := amongOf(values)
			for _, e := range append([]any{7, "b", 8}, all[:13]...) {
				want := slices.ContainsFunc(values, func(v any) bool { return value.Compare(e, v) == 0 })
				if got := in.equals(e); got != want {
					t.Errorf("%v among %v: %t", e, values, got)
				}
			}
		}
	}
}
