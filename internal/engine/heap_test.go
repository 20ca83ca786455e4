package engine

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	value "github.com/aerostore/aerostore/internal/value"
)

// Elements of one type are found in the same order as any.
func TestHeapsOfOneTypeAreThoseOfAny(t *testing.T) {
	t.Parallel()
	few := [][]any{{1, 2, 3}, {"a", "b", ""}, {1, nil, "a"}, {nil, 0}, {"", nil}, {1.5, 1, "b"}}
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.SampledFrom(rapid.SampledFrom(few).Draw(t, "of")), 1, 20).Draw(t, "items")
		at := rapid.IntRange(0, len(items)).Draw(t, "at")
		s := span{at, rapid.IntRange(0, len(items)-at).Draw(t, "n")}
		h, _ := heapOf[any](items)
		if got, want := heapRange(items, s), h.take(s, value.Compare); !slices.Equal(got, want) {
			t.Fatalf("%v of %v are at %v, want %v", s, items, got, want)
		}
	})
}
