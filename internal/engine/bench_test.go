package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"sync"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// Each benchmark has the engine beside a function that does the same by hand
// to a slice or map of Go behind a mutex.

func benchmarkApply(b *testing.B, bin any, op *cdt.Op) any {
	after, _, err := Apply(bin, op, nil)
	if err != nil {
		b.Fatal(err)
	}
	return after
}

func BenchmarkListAppend(b *testing.B) {
	const size = 1000
	b.Run("engine", func(b *testing.B) {
		b.ReportAllocs()
		l := &value.List{}
		var bin any = l
		op := &cdt.Op{Kind: cdt.ListAppend, Value: "event"}
		for range size {
			bin = benchmarkApply(b, bin, op)
		}
		for b.Loop() {
			bin = benchmarkApply(b, bin, op)
			if len(l.Items) == 2*size {
				l.Items = l.Items[:size]
			}
		}
	})
	b.Run("by hand", func(b *testing.B) {
		b.ReportAllocs()
		var mu sync.Mutex
		var l []any
		add := func(v any) any {
			mu.Lock()
			defer mu.Unlock()
			l = append(l, v)
			return len(l)
		}
		for range size {
			add("event")
		}
		for b.Loop() {
			add("event")
			if len(l) == 2*size {
				l = l[:size]
			}
		}
	})
}

func BenchmarkListTopTen(b *testing.B) {
	const size = 1000
	for _, order := range []value.Order{value.Unordered, value.Ordered} {
		l := &value.List{}
		for range size {
			l.Items = append(l.Items, rand.IntN(1e6))
		}
		l.SetOrder(nil, order, false)
		name := []string{"unordered", "ordered"}[order]
		b.Run(name+"/engine", func(b *testing.B) {
			b.ReportAllocs()
			op := &cdt.Op{Kind: cdt.ListGet, Select: cdt.Ranks(-10, 10).Selector(), Give: uint8(cdt.Elements)}
			for b.Loop() {
				benchmarkApply(b, l, op)
			}
		})
		b.Run(name+"/by hand", func(b *testing.B) {
			b.ReportAllocs()
			var mu sync.Mutex
			items := make([]int, size)
			for i, e := range l.Items {
				items[i] = e.(int)
			}
			for b.Loop() {
				mu.Lock()
				all := items
				if order == value.Unordered {
					all = slices.Clone(items)
					slices.Sort(all)
				}
				top := make([]any, 10)
				for i, n := range all[size-10:] {
					top[i] = n
				}
				mu.Unlock()
			}
		})
	}
}

func benchmarkMap(size int, order value.Order) *value.Map {
	m := &value.Map{Order: order}
	for i := range size {
		key := fmt.Sprintf("player-%06d", i)
		at, found := m.Find(key)
		m.Put(nil, at, found, key, rand.IntN(1e6))
	}
	return m
}

func BenchmarkMapPut(b *testing.B) {
	for _, size := range []int{1000, 100_000} {
		keys := make([]string, size)
		for i := range keys {
			keys[i] = fmt.Sprintf("player-%06d", rand.IntN(2*size))
		}
		b.Run(fmt.Sprint(size, "/engine"), func(b *testing.B) {
			b.ReportAllocs()
			m := benchmarkMap(size, value.Ordered)
			op := &cdt.Op{Kind: cdt.MapPut}
			i := 0
			for b.Loop() {
				op.Key, op.Value = keys[i%size], i
				benchmarkApply(b, m, op)
				i++
			}
		})
		b.Run(fmt.Sprint(size, "/by hand, in order"), func(b *testing.B) {
			b.ReportAllocs()
			var mu sync.Mutex
			type pair struct {
				key   string
				value any
			}
			var pairs []pair
			for _, p := range benchmarkMap(size, value.Ordered).Pairs {
				pairs = append(pairs, pair{p.Key.(string), p.Value})
			}
			i := 0
			for b.Loop() {
				key := keys[i%size]
				mu.Lock()
				at, found := sort.Find(len(pairs), func(j int) int {
					switch {
					case key < pairs[j].key:
						return -1
					case key > pairs[j].key:
						return 1
					}
					return 0
				})
				if found {
					pairs[at].value = i
				} else {
					pairs = slices.Insert(pairs, at, pair{key, i})
				}
				mu.Unlock()
				i++
			}
		})
		b.Run(fmt.Sprint(size, "/by hand, a map"), func(b *testing.B) {
			b.ReportAllocs()
			var mu sync.Mutex
			m := make(map[any]any)
			for _, p := range benchmarkMap(size, value.Ordered).Pairs {
				m[p.Key] = p.Value
			}
			i := 0
			for b.Loop() {
				var key any = keys[i%size]
				mu.Lock()
				m[key] = i
				mu.Unlock()
				i++
			}
		})
	}
}

func BenchmarkMapTopTen(b *testing.B) {
	const size = 1000
	byHand := func(m map[string]int) []value.MapPair {
		pairs := make([]value.MapPair, 0, len(m))
		for k, v := range m {
			pairs = append(pairs, value.MapPair{Key: k, Value: v})
		}
		slices.SortFunc(pairs, func(a, b value.MapPair) int { return a.Value.(int) - b.Value.(int) })
		return pairs[size-10:]
	}
	top := &cdt.Op{Kind: cdt.MapGet, Select: cdt.Ranks(-10, 10).Selector(), Give: 8}
	for _, between := range []bool{false, true} {
		name := map[bool]string{false: "alone", true: "after a put"}[between]
		b.Run(name+"/engine", func(b *testing.B) {
			b.ReportAllocs()
			m := benchmarkMap(size, value.Ordered)
			i := 0
			for b.Loop() {
				if between {
					benchmarkApply(b, m, &cdt.Op{Kind: cdt.MapPut, Key: "player-000500", Value: i % 1e6})
					i++
				}
				benchmarkApply(b, m, top)
			}
		})
		b.Run(name+"/by hand", func(b *testing.B) {
			b.ReportAllocs()
			var mu sync.Mutex
			m := make(map[string]int)
			for _, p := range benchmarkMap(size, value.Ordered).Pairs {
				m[p.Key.(string)] = p.Value.(int)
			}
			i := 0
			for b.Loop() {
				mu.Lock()
				if between {
					m["player-000500"] = i % 1e6
					i++
				}
				byHand(m)
				mu.Unlock()
			}
		})
	}
}

// BenchmarkMapRank puts an entry into a map, looks up its rank and removes it.
func BenchmarkMapRank(b *testing.B) {
	for _, size := range []int{1000, 100_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			b.ReportAllocs()
			m := benchmarkMap(size, value.Ordered)
			key := cdt.Key("player-000500b").Selector()
			put := &cdt.Op{Kind: cdt.MapPut, Key: "player-000500b", Value: 500_000}
			rank := &cdt.Op{Kind: cdt.MapGet, Select: key, Give: cdt.RankOf.Number()}
			remove := &cdt.Op{Kind: cdt.MapRemove, Select: key}
			for b.Loop() {
				benchmarkApply(b, m, put)
				benchmarkApply(b, m, rank)
				benchmarkApply(b, m, remove)
			}
		})
	}
}

func BenchmarkNestedAppend(b *testing.B) {
	b.ReportAllocs()
	inner := &value.List{}
	m, err := value.NewMap(value.Ordered, value.MapPair{Key: "devices", Value: inner})
	if err != nil {
		b.Fatal(err)
	}
	op := &cdt.Op{Kind: cdt.ListAppend, Path: []cdt.Step{cdt.Key("devices")}, Value: 1}
	for b.Loop() {
		benchmarkApply(b, m, op)
		if len(inner.Items) == 1000 {
			inner.Items = inner.Items[:0]
		}
	}
}

func BenchmarkHLLUnion(b *testing.B) {
	const index, minhash = 12, 10
	items := make([]any, 10_000)
	for i := range items {
		items[i] = i
	}
	of := func(items []any) sketch {
		h := benchmarkApply(b, nil, &cdt.Op{Kind: cdt.HLLAdd, Index: index, Shift: minhash, Values: items})
		s, err := asSketch(h)
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	one, other := of(items[:6000]), of(items[4000:])
	b.Run("engine", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			union([]sketch{one, other})
		}
	})
	registers := func(s sketch) []uint64 {
		all := make([]uint64, s.len())
		for i := range all {
			all[i] = s.register(i)
		}
		return all
	}
	x, y := registers(one), registers(other)
	b.Run("by hand", func(b *testing.B) {
		b.ReportAllocs()
		var mu sync.Mutex
		for b.Loop() {
			mu.Lock()
			all := slices.Clone(x)
			for i, r := range y {
				all[i] = max(all[i], r)
			}
			mu.Unlock()
		}
	})
}
