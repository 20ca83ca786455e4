package memory_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/memory"
)

// The benchmarks of operations have the store beside functions that do the same by hand.
//
// "by hand" is the least that a program can write: a slice or map in a Go map of records,
// behind one mutex. "hand-written store" is the least that can stand behind the interface:
// it takes a context and a key, and returns a record with a bin that shares nothing with
// it. What is in a record is the same as "by hand".
//
// Decision 27 has what they took.
//
// "fixed" is a call of Operate that reads an integer bin: what a call costs that does next
// to nothing.

type byHand[V any] struct {
	mu      sync.Mutex
	records map[string]*V
}

// A handStore has records of one bin, which is a V.
type handStore[V any] struct {
	mu      sync.Mutex
	records map[aerostore.Key]*handRecord[V]
}

type handRecord[V any] struct {
	bin        string
	value      V
	generation uint32
}

func newHandStore[V any](key aerostore.Key, bin string, v V) *handStore[V] {
	return &handStore[V]{records: map[aerostore.Key]*handRecord[V]{key: {bin: bin, value: v, generation: 1}}}
}

// operate calls f with a bin, as Store.Operate carries out an operation on it.
func (h *handStore[V]) operate(
	ctx context.Context, key aerostore.Key, bin string, writes bool, f func(v *V) any,
) (*aerostore.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.records[key]
	if !ok || r.bin != bin {
		return nil, aerostore.ErrNotFound
	}
	result := f(&r.value)
	if writes {
		r.generation++
	}
	return &aerostore.Record{
		Key: key, Bins: aerostore.Bins{bin: result}, Generation: r.generation, TTL: aerostore.NeverExpire,
	}, nil
}

const benchElements = 1000

// benchOperate repeats operations. The i-th time it carries out those of ops(i).
func benchOperate(b *testing.B, s *memory.Store, key aerostore.Key, ops func(i int) []aerostore.Operation) {
	b.Helper()
	ctx := b.Context()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := s.Operate(ctx, key, ops(i)); err != nil {
			b.Fatal(err)
		}
	}
}

// benchByHand is benchOperate for a hand-written store.
func benchByHand[V any](b *testing.B, h *handStore[V], key aerostore.Key, bin string, writes bool, f func(i int, v *V) any) {
	b.Helper()
	ctx := b.Context()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := h.operate(ctx, key, bin, writes, func(v *V) any { return f(i, v) }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOperateFixed(b *testing.B) {
	s := memory.NewT(b)
	mustPut(b, s, key("a"), bins{"n": 1})
	for name, ops := range map[string][]aerostore.Operation{
		"read":         {aerostore.ReadBin("n")},
		"add and read": {aerostore.AddBin("n", 1), aerostore.ReadBin("n")},
	} {
		b.Run(name, func(b *testing.B) {
			benchOperate(b, s, key("a"), func(int) []aerostore.Operation { return ops })
		})
	}
	b.Run("read/hand-written store", func(b *testing.B) {
		benchByHand(b, newHandStore(key("a"), "n", 1), key("a"), "n", false, func(_ int, n *int) any { return *n })
	})
}

// BenchmarkOperateBins reads and writes whole bins.
func BenchmarkOperateBins(b *testing.B) {
	read, all := aerostore.ReadBin("age"), aerostore.ReadAll()
	for _, c := range []struct {
		name string
		ops  []aerostore.Operation
	}{
		{"read", []aerostore.Operation{read}},
		{"read all", []aerostore.Operation{all}},
		{"write", []aerostore.Operation{aerostore.WriteBin("age", 40)}},
		{"add and read", []aerostore.Operation{aerostore.AddBin("age", 1), read}},
		{"write four and read", []aerostore.Operation{
			aerostore.WriteBin("age", 40), aerostore.WriteBin("name", "Ada"), aerostore.WriteBin("score", 1.5), aerostore.AddBin("visits", 1), read,
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := memory.NewT(b)
			key := benchKey(1)
			if err := s.Put(b.Context(), key, benchBins(1)); err != nil {
				b.Fatal(err)
			}
			benchOperate(b, s, key, func(int) []aerostore.Operation { return c.ops })
		})
	}
}

func BenchmarkOperateListAppend(b *testing.B) {
	list := make([]any, benchElements)
	for i := range list {
		list[i] = "event"
	}
	// Each time that the list has twice as many elements, it begins again.
	again := func(b *testing.B, i int, begin func()) {
		b.Helper()
		if i%benchElements == benchElements-1 {
			b.StopTimer()
			begin()
			b.StartTimer()
		}
	}
	push := func(l *[]any, v any) int {
		*l = append(*l, v)
		return len(*l)
	}
	b.Run("memory", func(b *testing.B) {
		s := memory.NewT(b)
		events := aerostore.ListBin("events")
		begin := func() { mustPut(b, s, key("a"), bins{"events": list}) }
		begin()
		benchOperate(b, s, key("a"), func(i int) []aerostore.Operation {
			again(b, i, begin)
			return []aerostore.Operation{events.Append("event")}
		})
	})
	b.Run("hand-written store", func(b *testing.B) {
		h := newHandStore(key("a"), "events", slices.Clone(list))
		benchByHand(b, h, key("a"), "events", true, func(i int, l *[]any) any {
			again(b, i, func() { *l = slices.Clone(list) })
			return push(l, "event")
		})
	})
	b.Run("by hand", func(b *testing.B) {
		h := byHand[[]any]{records: map[string]*[]any{"a": new(slices.Clone(list))}}
		add := func(key string, v any) int {
			h.mu.Lock()
			defer h.mu.Unlock()
			return push(h.records[key], v)
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			again(b, i, func() { h.records["a"] = new(slices.Clone(list)) })
			add("a", "event")
		}
	})
}

func BenchmarkOperateListTopTen(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	list := make([]any, benchElements)
	numbers := make([]int, benchElements)
	for i := range list {
		numbers[i] = random.IntN(1e6)
		list[i] = numbers[i]
	}
	top := func(l []int, n int) []int {
		sorted := slices.Clone(l)
		slices.Sort(sorted)
		return sorted[len(sorted)-n:]
	}
	b.Run("memory", func(b *testing.B) {
		s := memory.NewT(b)
		mustPut(b, s, key("a"), bins{"scores": list})
		ops := []aerostore.Operation{aerostore.ListBin("scores").Get(cdt.Ranks(-10, 10))}
		benchOperate(b, s, key("a"), func(int) []aerostore.Operation { return ops })
	})
	b.Run("hand-written store", func(b *testing.B) {
		h := newHandStore(key("a"), "scores", numbers)
		benchByHand(b, h, key("a"), "scores", false, func(_ int, l *[]int) any { return anys(top(*l, 10)) })
	})
	b.Run("by hand", func(b *testing.B) {
		h := byHand[[]int]{records: map[string]*[]int{"a": &numbers}}
		get := func(key string, n int) []int {
			h.mu.Lock()
			defer h.mu.Unlock()
			return top(*h.records[key], n)
		}
		b.ReportAllocs()
		for b.Loop() {
			get("a", 10)
		}
	})
}

func anys(numbers []int) []any {
	out := make([]any, len(numbers))
	for i, n := range numbers {
		out[i] = n
	}
	return out
}

func benchPlayers(n int) []string {
	players := make([]string, n)
	for i := range players {
		players[i] = fmt.Sprintf("player-%06d", i)
	}
	return players
}

type benchPair struct {
	key   string
	value any
}

// BenchmarkOperateMapPut puts values to keys that are there, each of them in turn.
func BenchmarkOperateMapPut(b *testing.B) {
	for _, size := range []int{benchElements, 10_000, 100_000} {
		players := benchPlayers(size)
		scores := make([]aerostore.MapPair, size)
		pairs := make([]benchPair, size)
		for i := range scores {
			scores[i] = aerostore.MapPair{Key: players[i], Value: i}
			pairs[i] = benchPair{players[i], i}
		}
		player := func(i int) string { return players[i*7919%len(players)] }
		put := func(l *[]benchPair, key string, v any) int {
			at, found := slices.BinarySearchFunc(*l, key, func(p benchPair, key string) int { return cmp.Compare(p.key, key) })
			if found {
				(*l)[at].value = v
			} else {
				*l = slices.Insert(*l, at, benchPair{key, v})
			}
			return len(*l)
		}
		b.Run(fmt.Sprint(size, "/memory"), func(b *testing.B) {
			s := memory.NewT(b, memory.WithMaxRecordSize(8<<20))
			m := aerostore.MapBin("scores")
			operate(b, s, key("a"), m.Create(cdt.KeyOrdered).PutAll(scores))
			benchOperate(b, s, key("a"), func(i int) []aerostore.Operation {
				return []aerostore.Operation{m.Put(player(i), i)}
			})
		})
		b.Run(fmt.Sprint(size, "/hand-written store"), func(b *testing.B) {
			h := newHandStore(key("a"), "scores", slices.Clone(pairs))
			benchByHand(b, h, key("a"), "scores", true, func(i int, l *[]benchPair) any { return put(l, player(i), i) })
		})
		b.Run(fmt.Sprint(size, "/by hand"), func(b *testing.B) {
			h := byHand[[]benchPair]{records: map[string]*[]benchPair{"a": &pairs}}
			set := func(record, key string, v any) int {
				h.mu.Lock()
				defer h.mu.Unlock()
				return put(h.records[record], key, v)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				set("a", player(i), i)
			}
		})
	}
}

func BenchmarkOperateMapTopTen(b *testing.B) {
	players := benchPlayers(benchElements)
	random := rand.New(rand.NewPCG(1, 2))
	scores := make(map[any]any, benchElements)
	numbers := make(map[string]int, benchElements)
	for _, player := range players {
		n := random.IntN(1e6)
		scores[player], numbers[player] = n, n
	}
	top := func(m map[string]int, n int) []benchPair {
		sorted := make([]benchPair, 0, len(m))
		for k, v := range m {
			sorted = append(sorted, benchPair{k, v})
		}
		slices.SortFunc(sorted, func(a, b benchPair) int { return cmp.Compare(a.value.(int), b.value.(int)) })
		return sorted[len(sorted)-n:]
	}
	m := aerostore.MapBin("scores")
	get := m.Get(cdt.Ranks(-10, 10), cdt.Pairs)
	stored := func(b *testing.B) *memory.Store {
		b.Helper()
		s := memory.NewT(b)
		operate(b, s, key("a"), m.Create(cdt.KeyOrdered).PutAll(scores))
		return s
	}
	b.Run("memory", func(b *testing.B) {
		ops := []aerostore.Operation{get}
		benchOperate(b, stored(b), key("a"), func(int) []aerostore.Operation { return ops })
	})
	b.Run("memory, after a put", func(b *testing.B) {
		benchOperate(b, stored(b), key("a"), func(i int) []aerostore.Operation {
			return []aerostore.Operation{m.Put(players[i%len(players)], i), get}
		})
	})
	b.Run("hand-written store", func(b *testing.B) {
		h := newHandStore(key("a"), "scores", numbers)
		benchByHand(b, h, key("a"), "scores", false, func(_ int, m *map[string]int) any { return top(*m, 10) })
	})
	b.Run("by hand", func(b *testing.B) {
		h := byHand[map[string]int]{records: map[string]*map[string]int{"a": &numbers}}
		get := func(key string, n int) []benchPair {
			h.mu.Lock()
			defer h.mu.Unlock()
			return top(*h.records[key], n)
		}
		b.ReportAllocs()
		for b.Loop() {
			get("a", 10)
		}
	})
}
