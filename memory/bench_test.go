package memory_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// The benchmarks compare the store with the simplest one in memory: a map under one
// lock, which copies bins on the way in and on the way out.

type floorStore struct {
	mu      sync.RWMutex
	records map[aerostore.Key]aerostore.Record
}

func newFloorStore() *floorStore {
	return &floorStore{records: make(map[aerostore.Key]aerostore.Record)}
}

func (f *floorStore) Put(_ context.Context, key aerostore.Key, bins aerostore.Bins, _ ...aerostore.WriteOption) error {
	copied := copyBins(bins)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.records[key] = aerostore.Record{
		Key: key, Bins: copied, Generation: f.records[key].Generation + 1, TTL: aerostore.NeverExpire,
	}
	return nil
}

func (f *floorStore) Get(_ context.Context, key aerostore.Key, _ ...aerostore.ReadOption) (*aerostore.Record, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	r, ok := f.records[key]
	if !ok {
		return nil, aerostore.ErrNotFound
	}
	r.Bins = copyBins(r.Bins)
	return &r, nil
}

func copyBins(bins aerostore.Bins) aerostore.Bins {
	copied := make(aerostore.Bins, len(bins))
	for name, value := range bins {
		if b, ok := value.([]byte); ok {
			value = bytes.Clone(b)
		}
		copied[name] = value
	}
	return copied
}

// benchStore is what a benchmark needs of both.
type benchStore interface {
	Put(ctx context.Context, key aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) error
	Get(ctx context.Context, key aerostore.Key, opts ...aerostore.ReadOption) (*aerostore.Record, error)
}

func benchKey(i int) aerostore.Key {
	return aerostore.NewKey("test", "users", fmt.Sprintf("user-%07d", i))
}

func benchBins(i int) aerostore.Bins {
	return aerostore.Bins{"name": "Ada", "age": 36, "score": 1.5, "active": true, "visits": i}
}

const benchRecords = 10_000

func eachStore(b *testing.B, bench func(b *testing.B, store benchStore, keys []aerostore.Key)) {
	for _, s := range []struct {
		name  string
		store benchStore
	}{{"floor", newFloorStore()}, {"memory", memory.NewT(b)}} {
		b.Run(s.name, func(b *testing.B) {
			keys := make([]aerostore.Key, benchRecords)
			for i := range keys {
				keys[i] = benchKey(i)
				if err := s.store.Put(b.Context(), keys[i], benchBins(i)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			bench(b, s.store, keys)
		})
	}
}

func BenchmarkGet(b *testing.B) {
	eachStore(b, func(b *testing.B, store benchStore, keys []aerostore.Key) {
		ctx := b.Context()
		for i := 0; b.Loop(); i++ {
			if _, err := store.Get(ctx, keys[i%len(keys)]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPut(b *testing.B) {
	eachStore(b, func(b *testing.B, store benchStore, keys []aerostore.Key) {
		ctx, bins := b.Context(), benchBins(1)
		for i := 0; b.Loop(); i++ {
			if err := store.Put(ctx, keys[i%len(keys)], bins); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkParallelGet(b *testing.B) {
	eachStore(b, func(b *testing.B, store benchStore, keys []aerostore.Key) {
		ctx := b.Context()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				if _, err := store.Get(ctx, keys[i%len(keys)]); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkScan scans all records of a set. Its unit is a record.
func BenchmarkScan(b *testing.B) {
	store := memory.NewT(b)
	for i := range benchRecords {
		if err := store.Put(b.Context(), benchKey(i), benchBins(i)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for n := 0; n < b.N; {
		for _, err := range store.Query(b.Context(), aerostore.Query{Namespace: "test", Set: "users"}) {
			if err != nil {
				b.Fatal(err)
			}
			if n++; n == b.N {
				break
			}
		}
	}
}

// BenchmarkFootprint reports the memory that a record takes, and what is left of it
// after all records are removed.
func BenchmarkFootprint(b *testing.B) {
	records := scale(b)
	for _, s := range []struct {
		name string
		make func() benchStore
	}{
		{"floor", func() benchStore { return newFloorStore() }},
		{"memory", func() benchStore { return memory.NewT(b) }},
		{"memory with an index", func() benchStore {
			s := memory.NewT(b)
			indexOver(b, s, "visits")
			return s
		}},
		{"memory with TTLs", func() benchStore { return memory.NewT(b, memory.WithDefaultTTL(3600*second)) }},
		{"memory by digest", func() benchStore {
			s := memory.NewT(b)
			mustPut(b, s, benchKey(0), benchBins(0))
			mustGet(b, s, aerostore.DigestKey("test", "users", benchKey(0).Digest()))
			return s
		}},
	} {
		b.Run(s.name, func(b *testing.B) {
			for b.Loop() {
				before := heap()
				store := s.make()
				for i := range records {
					if err := store.Put(b.Context(), benchKey(i), benchBins(i)); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(heap()-before)/float64(records), "B/record")
				if removes, ok := store.(*memory.Store); ok {
					for i := range records {
						if _, err := removes.Remove(b.Context(), benchKey(i)); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(heap()-before)/float64(records), "B/removed")
				}
				runtime.KeepAlive(store)
			}
		})
	}
}
