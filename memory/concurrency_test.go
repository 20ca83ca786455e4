package memory_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
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

// TestListsAndMapsChangeAsAWhole has writers that move elements within a list and a map in
// several operations, some of which fail at the end, beside readers of every kind. No
// reader may see an element missing or twice.
func TestListsAndMapsChangeAsAWhole(t *testing.T) {
	const elements, players = 40, "players"
	ctx := t.Context()
	s := memory.NewT(t)
	l, m := aerostore.ListBin("l"), aerostore.MapBin("m").Create(cdt.KeyOrdered)
	list, scores, nested := []any{}, []aerostore.MapPair{}, []any{}
	for i := range elements {
		list = append(list, i)
		scores = append(scores, aerostore.MapPair{Key: i, Value: i})
		nested = append(nested, i)
	}
	mustPut(t, s, key("a"), bins{"l": list, "n": 1, "deep": map[any]any{players: nested}})
	operate(t, s, key("a"), m.PutAll(scores))
	wantCode(t, s.CreateIndex(ctx, aerostore.Index{Namespace: "test", Set: "users", Name: "n", Bin: "n", Type: aerostore.IndexInt}), aerostore.CodeOK)

	check := func(what string, v any) {
		sum, n := 0, 0
		add := func(v any) { sum, n = sum+v.(int), n+1 }
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				add(e)
			}
		case []aerostore.MapPair:
			for _, p := range v {
				add(p.Value)
			}
		case map[any]any:
			for _, e := range v[players].([]any) {
				add(e)
			}
		}
		if n != elements || sum != elements*(elements-1)/2 {
			t.Errorf("%s read %d elements with the sum %d: %v", what, n, sum, v)
		}
	}
	checkAll := func(what string, b bins) {
		for _, name := range []string{"l", "m", "deep"} {
			check(what, b[name])
		}
	}
	deep := aerostore.ListBin("deep").In(cdt.Key(players))
	write := func(random *rand.Rand) {
		// move an element, take from one value and add to another
		at, to := random.IntN(elements), random.IntN(elements-1)
		operate(t, s, key("a"),
			l.Remove(cdt.Value(at)), l.Insert(to, at),
			m.Decrement(at, 1), m.Increment(to, 1),
			deep.Remove(cdt.Value(at)), deep.Insert(to, at),
		)
		// fail after everything was changed
		_, err := s.Operate(ctx, key("a"), []aerostore.Operation{
			l.Clear(), m.Remove(cdt.All()), deep.Remove(cdt.All()), aerostore.WriteBin("l", nil), aerostore.AddBin("n", "x"),
		})
		if !errors.Is(err, aerostore.ErrBinType) {
			t.Error(err)
		}
	}
	query := func(where aerostore.Predicate) func() {
		return func() {
			for r, err := range s.Query(ctx, aerostore.Query{Namespace: "test", Set: "users", Where: where}) {
				if err != nil {
					t.Fatal(err)
				}
				checkAll("Query", r.Bins)
			}
		}
	}
	for name, read := range map[string]func(){
		"Get": func() { checkAll("Get", mustGet(t, s, key("a")).Bins) },
		"Select": func() {
			r, _ := s.Select(ctx, key("a"), []string{"l", "none"})
			check("Select", r.Bins["l"])
		},
		"BatchRead": func() {
			batch, _ := s.BatchRead(ctx, []aerostore.Key{key("a")}, []string{"m"})
			check("BatchRead", batch[0].Record.Bins["m"])
		},
		"scan":  query(aerostore.Predicate{}),
		"query": query(aerostore.Equal("n", 1)),
		"Snapshot": func() {
			loaded := memory.New()
			if err := loaded.Load(strings.NewReader(snapshot(t, s))); err != nil {
				t.Error(err)
			}
			checkAll("Snapshot", mustGet(t, loaded, key("a")).Bins)
		},
		"Dump": func() {
			if err := s.Dump(io.Discard); err != nil {
				t.Error(err)
			}
		},
		"ReadBin": func() {
			r := operate(t, s, key("a"), aerostore.ReadBin("l"), aerostore.ReadBin("deep"))
			check("ReadBin", r.Step(0).Value())
			check("ReadBin", r.Step(1).Value())
		},
		"ReadAll": func() { checkAll("ReadAll", operate(t, s, key("a"), aerostore.ReadAll()).Bins) },
		"parts": func() {
			r := operate(t, s, key("a"), l.Get(cdt.Ranks(0, elements)), m.Get(cdt.Ranks(0, elements), cdt.Pairs), deep.Get(cdt.All()), aerostore.ReadBin("m"))
			for i := range 4 {
				check("a read of parts", r.Step(i).Value())
			}
		},
		"Touch, then reads": func() {
			r := operate(t, s, key("a"), aerostore.TouchRecord(), aerostore.ReadBin("l"), l.Get(cdt.All()))
			check("Operate that touches", r.Step(1).Value())
			check("Operate that touches", r.Step(2).Value())
		},
		"Put": func() { mustPut(t, s, key("a"), bins{"other": 1}) },
		"a heavy Put, then Get": func() {
			mustPut(t, s, key("a"), bins{"other": strings.Repeat("x", 1<<16)})
			checkAll("Get", mustGet(t, s, key("a")).Bins)
			mustPut(t, s, key("a"), bins{"other": nil})
		},
		"Exists": func() {
			if existed, err := s.Exists(ctx, key("a")); !existed {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(*testing.T) {
			together(3, func(i int) {
				random := rand.New(rand.NewPCG(uint64(i), 0))
				for range turns / 2 {
					if i == 0 {
						read()
					} else {
						write(random)
					}
				}
			})
		})
	}
	checkAll("the last Get", mustGet(t, s, key("a")).Bins)
}

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
