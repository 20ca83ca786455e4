package memory_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/memory"
)

// The benchmarks of operations have the store beside a function that does the same by
// hand: a Go map of records, each with its own slice or map, behind one mutex, and a
// result that shares nothing with it. "fixed" is a call of Operate that reads an integer
// bin: what a call costs that does next to nothing.

type byHand[V any] struct {
	mu      sync.Mutex
	records map[string]*V
}

const benchElements = 1000

func benchOperate(b *testing.B, s *memory.Store, key aerostore.Key, ops []aerostore.Operation) {
	b.Helper()
	if _, err := s.Operate(b.Context(), key, ops); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkOperateFixed(b *testing.B) {
	s := memory.NewT(b)
	mustPut(b, s, key("a"), bins{"n": 1})
	ops := []aerostore.Operation{aerostore.ReadBin("n")}
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			benchOperate(b, s, key("a"), ops)
		}
	})
	b.Run("add and read", func(b *testing.B) {
		ops := []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadBin("n")}
		b.ReportAllocs()
		for b.Loop() {
			benchOperate(b, s, key("a"), ops)
		}
	})
}

func BenchmarkOperateListAppend(b *testing.B) {
	list := make([]any, benchElements)
	for i := range list {
		list[i] = "event"
	}
	b.Run("memory", func(b *testing.B) {
		s := memory.NewT(b)
		events := aerostore.ListBin("events")
		mustPut(b, s, key("a"), bins{"events": list})
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			benchOperate(b, s, key("a"), []aerostore.Operation{events.Append("event")})
			if i%benchElements == benchElements-1 {
				mustPut(b, s, key("a"), bins{"events": list})
			}
		}
	})
	b.Run("by hand", func(b *testing.B) {
		h := byHand[[]any]{records: map[string]*[]any{"a": new(slices.Clone(list))}}
		add := func(key string, v any) int {
			h.mu.Lock()
			defer h.mu.Unlock()
			l := h.records[key]
			*l = append(*l, v)
			return len(*l)
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			add("a", "event")
			if i%benchElements == benchElements-1 {
				h.records["a"] = new(slices.Clone(list))
			}
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
	b.Run("memory", func(b *testing.B) {
		s := memory.NewT(b)
		mustPut(b, s, key("a"), bins{"scores": list})
		ops := []aerostore.Operation{aerostore.ListBin("scores").Get(cdt.Ranks(-10, 10))}
		b.ReportAllocs()
		for b.Loop() {
			benchOperate(b, s, key("a"), ops)
		}
	})
	b.Run("by hand", func(b *testing.B) {
		h := byHand[[]int]{records: map[string]*[]int{"a": &numbers}}
		top := func(key string, n int) []int {
			h.mu.Lock()
			defer h.mu.Unlock()
			sorted := slices.Clone(*h.records[key])
			slices.Sort(sorted)
			return sorted[len(sorted)-n:]
		}
		b.ReportAllocs()
		for b.Loop() {
			top("a", 10)
		}
	})
}

func benchPlayers(n int) []string {
	players := make([]string, n)
	for i := range players {
		players[i] = fmt.Sprintf("player-%06d", i)
	}
	return players
}

// BenchmarkOperateMapPut puts values to keys that are there, each of them in turn.
func BenchmarkOperateMapPut(b *testing.B) {
	for _, size := range []int{1000, 10_000, 100_000} {
		players := benchPlayers(size)
		scores := make([]aerostore.MapPair, size)
		for i := range scores {
			scores[i] = aerostore.MapPair{Key: players[i], Value: i}
		}
		b.Run(fmt.Sprint(size, "/memory"), func(b *testing.B) {
			s := memory.NewT(b, memory.WithMaxRecordSize(8<<20))
			m := aerostore.MapBin("scores")
			operate(b, s, key("a"), m.Create(cdt.KeyOrdered).PutAll(scores))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				benchOperate(b, s, key("a"), []aerostore.Operation{m.Put(players[i*7919%len(players)], i)})
			}
		})
		b.Run(fmt.Sprint(size, "/by hand"), func(b *testing.B) {
			type pair struct {
				key   string
				value any
			}
			pairs := make([]pair, size)
			for i := range pairs {
				pairs[i] = pair{players[i], i}
			}
			h := byHand[[]pair]{records: map[string]*[]pair{"a": &pairs}}
			put := func(record, key string, v any) int {
				h.mu.Lock()
				defer h.mu.Unlock()
				l := h.records[record]
				at, found := slices.BinarySearchFunc(*l, key, func(p pair, key string) int { return cmp.Compare(p.key, key) })
				if found {
					(*l)[at].value = v
				} else {
					*l = slices.Insert(*l, at, pair{key, v})
				}
				return len(*l)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				put("a", players[i*7919%len(players)], i)
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
	b.Run("memory", func(b *testing.B) {
		s := memory.NewT(b)
		m := aerostore.MapBin("scores")
		operate(b, s, key("a"), m.Create(cdt.KeyOrdered).PutAll(scores))
		ops := []aerostore.Operation{m.Get(cdt.Ranks(-10, 10), cdt.Pairs)}
		b.ReportAllocs()
		for b.Loop() {
			benchOperate(b, s, key("a"), ops)
		}
	})
	b.Run("memory, after a put", func(b *testing.B) {
		s := memory.NewT(b)
		m := aerostore.MapBin("scores")
		operate(b, s, key("a"), m.Create(cdt.KeyOrdered).PutAll(scores))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			benchOperate(b, s, key("a"), []aerostore.Operation{m.Put(players[i%len(players)], i), m.Get(cdt.Ranks(-10, 10), cdt.Pairs)})
		}
	})
	b.Run("by hand", func(b *testing.B) {
		type pair struct {
			key   string
			value int
		}
		h := byHand[map[string]int]{records: map[string]*map[string]int{"a": &numbers}}
		top := func(key string, n int) []pair {
			h.mu.Lock()
			defer h.mu.Unlock()
			m := *h.records[key]
			sorted := make([]pair, 0, len(m))
			for k, v := range m {
				sorted = append(sorted, pair{k, v})
			}
			slices.SortFunc(sorted, func(a, b pair) int { return cmp.Compare(a.value, b.value) })
			return sorted[len(sorted)-n:]
		}
		b.ReportAllocs()
		for b.Loop() {
			top("a", 10)
		}
	})
}
