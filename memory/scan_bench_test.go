package memory_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

// scanned returns the number of records of a query.
func scanned(tb testing.TB, s aerostore.Store, q aerostore.Query) (n int) {
	tb.Helper()
	for _, err := range s.Query(context.Background(), q) {
		if err != nil {
			tb.Error(err)
		}
		n++
	}
	return n
}

// BenchmarkScanParts compares one worker with several that share a scan, in turns. Its
// ratio is the time of one to that of several.
func BenchmarkScanParts(b *testing.B) {
	records := scale(b)
	for _, bins := range []struct {
		name  string
		names []string
	}{{"no bins", []string{}}, {"all bins", nil}} {
		s := large(b, records)
		for _, workers := range []int{4, 1} {
			b.Run(fmt.Sprintf("%s/workers=%d", bins.name, workers), func(b *testing.B) {
				q := aerostore.Query{Namespace: "test", Set: "users", Bins: bins.names}
				var one, several time.Duration
				for b.Loop() {
					start := time.Now()
					if n := scanned(b, s, q); n != records {
						b.Fatalf("%d records", n)
					}
					one += time.Since(start)

					start = time.Now()
					var found atomic.Int64
					var wg sync.WaitGroup
					for _, part := range q.Split(workers) {
						if workers == 1 {
							part.Cursor = new(aerostore.Cursor)
						}
						wg.Go(func() { found.Add(int64(scanned(b, s, part))) })
					}
					wg.Wait()
					several += time.Since(start)
					if found.Load() != int64(records) {
						b.Fatalf("%d records", found.Load())
					}
				}
				n := float64(b.N * records)
				b.ReportMetric(float64(one.Nanoseconds())/n, "plain-ns/record")
				b.ReportMetric(float64(several.Nanoseconds())/n, "parts-ns/record")
				b.ReportMetric(float64(one)/float64(several), "ratio")
			})
		}
	}
}

// BenchmarkScanThroughLayers compares a scan through all layers with one without, in turns,
// by the least time of each.
func BenchmarkScanThroughLayers(b *testing.B) {
	records := scale(b)
	bare := large(b, records)
	layered := aerostore.Chain(bare, allLayers()...)
	q := aerostore.Query{Namespace: "test", Set: "users", Bins: []string{}}
	scanned(b, bare, q)
	scanned(b, layered, q)
	least := [2]time.Duration{math.MaxInt64, math.MaxInt64}
	var allocs [2]uint64
	for b.Loop() {
		for i, s := range []aerostore.Store{bare, layered} {
			before, start := mallocs(), time.Now()
			if n := scanned(b, s, q); n != records {
				b.Fatalf("%d records", n)
			}
			least[i] = min(least[i], time.Since(start))
			allocs[i] += mallocs() - before
		}
	}
	b.ReportMetric(float64(least[0])/float64(records), "bare-ns/record")
	b.ReportMetric(float64(least[1]-least[0])/float64(records), "layers-ns/record")
	b.ReportMetric((float64(allocs[1])-float64(allocs[0]))/float64(b.N*records), "layers-allocs/record")
}

// mallocs returns the number of allocations so far.
func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
