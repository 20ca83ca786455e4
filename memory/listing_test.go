package memory_test

import (
	"slices"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/scope"
	"github.com/aerostore/aerostore/memory"
)

func TestSetsAndIndexesAreListed(t *testing.T) {
	t.Parallel()
	s := memory.NewT(t)
	for _, set := range []string{"b", "a"} {
		if err := s.Put(t.Context(), aerostore.NewKey("test", set, 1), aerostore.Bins{"n": 1}); err != nil {
			t.Fatal(err)
		}
		index := aerostore.Index{Namespace: "test", Set: set, Name: "i" + set, Bin: "n", Type: aerostore.IndexInt}
		if err := s.CreateIndex(t.Context(), index); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Sets("test"); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("the sets are %q", got)
	}
	indexes := s.Indexes("test")
	if len(indexes) != 2 || indexes[0].Name != "ia" || indexes[0].Set != "a" || indexes[1].Name != "ib" {
		t.Errorf("the indexes are %v", indexes)
	}
	if s.Sets("nons") != nil || s.Indexes("nons") != nil {
		t.Error("an unknown namespace has something")
	}
}

func TestAJobIsLimitedToThePartitionsOfItsContext(t *testing.T) {
	t.Parallel()
	s := filled(t, 200)
	ctx := scope.WithPartitions(t.Context(), func(partition int) bool { return partition%2 == 0 })
	p, err := aerostore.Execute(ctx, s, everyUser, addOne)
	if err != nil {
		t.Fatal(err)
	}
	even := int64(0)
	for r, err := range s.Query(t.Context(), everyUser) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Key.Partition()%2 == 0 {
			even++
		}
	}
	if p.Applied != even || even == 0 || even == 200 {
		t.Errorf("%d records were changed, want %d", p.Applied, even)
	}
}
