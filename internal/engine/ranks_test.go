package engine_test

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	value "github.com/aerostore/aerostore/internal/value"
)

func TestKnownRanksAreThoseOfSorting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &value.Map{}
		var j value.Journal
		key := rapid.StringMatching("[a-e]")
		draw := map[cdt.Kind]func() cdt.Op{
			cdt.MapPut: func() cdt.Op {
				return cdt.Op{Key: key.Draw(t, "key"), Value: rapid.SampledFrom([]any{1, 2, []any{}, []any{2}, []any{2, 1}}).Draw(t, "value")}
			},
			cdt.MapPutAll: func() cdt.Op {
				return cdt.Op{Values: rapid.MapOf(key, rapid.SampledFrom([]any{1, []any{2}, []any{3}})).Draw(t, "entries")}
			},
			cdt.MapRemove: func() cdt.Op {
				return cdt.Op{Select: cdt.Ranks(rapid.IntRange(-4, 4).Draw(t, "rank"), rapid.IntRange(1, 2).Draw(t, "count")).Selector()}
			},
			cdt.ListAppend: func() cdt.Op {
				return cdt.Op{Path: []cdt.Step{cdt.Key(key.Draw(t, "key"))}, Value: rapid.IntRange(-4, 4).Draw(t, "element")}
			},
		}
		kinds := slices.Sorted(maps.Keys(draw))
		check := func(after string) {
			want := m.Clone().ByRank()
			if got := m.ByRank(); !slices.Equal(got, want) {
				t.Fatalf("after %s the ranks of %v are %v, want %v", after, value.Export(m), got, want)
			}
			for rank, at := range want {
				if got := m.RankAt(int(at)); got != rank {
					t.Fatalf("after %s the rank of pair %d is %d, want %d", after, at, got, rank)
				}
			}
		}
		for range rapid.IntRange(1, 40).Draw(t, "operations") {
			if rapid.IntRange(0, 9).Draw(t, "ending") == 0 {
				j.Rollback()
				check("a rollback")
			}
			m.ByRank() // so that they are known
			kind := rapid.SampledFrom(append(kinds, cdt.MapPut, cdt.ListAppend)).Draw(t, "kind")
			op := draw[kind]()
			op.Kind = kind
			_, _, _ = engine.Apply(m, &op, &j)
			check(kind.String())
		}
	})
}

// Reads are made at the same time, under a lock that excludes writes alone.
func TestReadsWriteNothing(t *testing.T) {
	t.Parallel()
	m, err := value.NewMap(value.Unordered, value.MapPair{Key: "a", Value: 3}, value.MapPair{Key: "b", Value: 1}, value.MapPair{Key: "c", Value: 2})
	if err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			op := &cdt.Op{Kind: cdt.MapGet, Select: cdt.Ranks(0, 2).Selector(), Give: cdt.KeyOf.Number()}
			_, result, err := engine.Apply(m, op, nil)
			if want := value.NewList("b", "c"); err != nil || !value.Identical(result, want) {
				t.Errorf("%v %v, want %v", result, err, want)
			}
		})
	}
	readers.Wait()
}
