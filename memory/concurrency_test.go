package memory_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// together runs f in n goroutines.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

const goroutines, turns = 8, 200

func TestIncrementsFromManyGoroutinesAllCount(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	digest := aerostore.DigestKey("test", "users", key("sum").Digest())
	together(goroutines, func(i int) {
		for turn := range turns {
			k := key("sum")
			if turn > turns/2 && i%2 == 0 {
				k = digest // while the set is at work
			}
			var err error
			switch turn % 3 {
			case 0:
				err = s.Increment(ctx, k, bins{"n": 1})
			case 1:
				_, err = s.Operate(ctx, k, []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadAll()})
			default:
				_, err = s.BatchOperate(ctx, []aerostore.Key{k}, []aerostore.Operation{aerostore.AddBin("n", 1)})
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	r := mustGet(t, s, key("sum"))
	if n, _ := r.Int("n"); n != goroutines*turns || r.Generation != goroutines*turns {
		t.Errorf("sum %d, generation %d, want %d", n, r.Generation, goroutines*turns)
	}
}

func TestReadModifyWriteByGenerationLosesNothing(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	mustPut(t, s, key("sum"), bins{"n": 0})
	together(goroutines, func(int) {
		for done := 0; done < turns; {
			r, err := s.Get(ctx, key("sum"))
			if err != nil {
				t.Error(err)
				return
			}
			n, _ := r.Int("n")
			err = s.Put(ctx, key("sum"), bins{"n": n + 1}, aerostore.GenerationEqual(r.Generation))
			switch {
			case err == nil:
				done++
			case !errors.Is(err, aerostore.ErrGeneration):
				t.Error(err)
				return
			}
		}
	})
	if n, _ := mustGet(t, s, key("sum")).Int("n"); n != goroutines*turns {
		t.Errorf("sum %d, want %d", n, goroutines*turns)
	}
}

func TestOnlyOneOfManyCreates(t *testing.T) {
	s := memory.NewT(t)
	for turn := range turns {
		k := aerostore.NewKey("test", "users", turn)
		onlyOneCreates(t, s, k)
	}
}

// onlyOneCreates has many goroutines create one record, by its keys in turn. It fails
// unless exactly one of them succeeds.
func onlyOneCreates(t *testing.T, s aerostore.Store, keys ...aerostore.Key) {
	t.Helper()
	var created atomic.Int64
	together(goroutines, func(i int) {
		if s.Put(t.Context(), keys[i%len(keys)], bins{"i": i}, aerostore.CreateOnly) == nil {
			created.Add(1)
		}
	})
	if n := created.Load(); n != 1 {
		t.Fatalf("%d created the record", n)
	}
}

func TestAReadSeesAllOfAWriteOrNothing(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"a": 0, "b": 0})
	together(goroutines, func(i int) {
		for turn := range turns {
			if i == 0 {
				mustPut(t, s, key("a"), bins{"a": turn, "b": turn})
				continue
			}
			for r, err := range s.Query(ctx, aerostore.Query{Namespace: "test"}) {
				if err != nil || r.Bins["a"] != r.Bins["b"] {
					t.Errorf("%v, %v", r.Bins, err)
				}
			}
			if r := mustGet(t, s, key("a")); r.Bins["a"] != r.Bins["b"] {
				t.Errorf("%v", r.Bins)
			}
		}
	})
}

func TestQueriesDigestsAndWritesRunConcurrently(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	keys := numbers(t, s, 200)
	together(goroutines, func(i int) {
		switch i % 4 {
		case 0:
			for range 5 {
				if got := len(collect(t, s, everything)); got < len(keys) {
					t.Errorf("%d records of %d", got, len(keys))
				}
			}
		case 1:
			for _, k := range keys {
				if _, err := s.Get(ctx, aerostore.DigestKey("test", "numbers", k.Digest())); err != nil {
					t.Error(err)
				}
			}
		case 2:
			for n, k := range keys {
				mustPut(t, s, k, bins{"x": n})
				mustPut(t, s, aerostore.NewKey("test", "numbers", 1000*(i+1)+n), bins{"x": n}, 100*second)
			}
		default:
			index := aerostore.Index{Namespace: "test", Set: "numbers", Name: "n", Bin: "n", Type: aerostore.IndexInt}
			for range 20 {
				if err := s.CreateIndex(ctx, index); err != nil {
					t.Error(err)
				}
				_ = queryError(ctx, s, aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Equal("n", 1)})
				if err := s.DropIndex(ctx, index); err != nil {
					t.Error(err)
				}
			}
		}
	})
}
