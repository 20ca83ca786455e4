package memory_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// The benchmarks of large stores have a hundred thousand records, or the number in
// AEROSTORE_BENCH_RECORDS:
//
//	AEROSTORE_BENCH_RECORDS=1000000 go test -run '^$' -bench . -benchtime 1x ./memory
func scale(tb testing.TB) int {
	tb.Helper()
	text, ok := os.LookupEnv("AEROSTORE_BENCH_RECORDS")
	if !ok {
		return 100_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1000 {
		tb.Fatalf("AEROSTORE_BENCH_RECORDS is %q: a number of records, 1000 at least", text)
	}
	return n
}

// large returns a store of that many records, of which the bin "visits" tells
// the number and "team" one of ten.
func large(b *testing.B, records int) *memory.Store {
	b.Helper()
	s := memory.NewT(b)
	for i := range records {
		bins := benchBins(i)
		bins["team"] = i % 10
		mustPut(b, s, benchKey(i), bins)
	}
	return s
}

func indexOver(b *testing.B, s *memory.Store, bin string) {
	b.Helper()
	err := s.CreateIndex(b.Context(), aerostore.Index{
		Namespace: "test", Set: "users", Name: "by_" + bin, Bin: bin, Type: aerostore.IndexInt,
	})
	if err != nil {
		b.Fatal(err)
	}
}

// query returns the number of records that a query finds.
func query(tb testing.TB, s aerostore.Store, where aerostore.Predicate) (found int) {
	tb.Helper()
	q := aerostore.Query{Namespace: "test", Set: "users", Bins: []string{}, Where: where}
	for _, err := range s.Query(context.Background(), q) {
		if err != nil {
			tb.Error(err)
		}
		found++
	}
	return found
}

// BenchmarkIndexQuery runs queries with results of some sizes in stores of some sizes.
func BenchmarkIndexQuery(b *testing.B) {
	for _, records := range []int{1000, 100_000, 1_000_000} {
		if records > scale(b) {
			continue
		}
		s := large(b, records)
		indexOver(b, s, "visits")
		for _, finds := range []int{0, 1, 100} {
			b.Run(fmt.Sprintf("records=%d/found=%d", records, finds), func(b *testing.B) {
				b.ReportAllocs()
				begin := int64(records / 2)
				where := aerostore.Range("visits", begin, begin+int64(finds)-1)
				if finds == 0 {
					where = aerostore.Equal("visits", -1)
				}
				for b.Loop() {
					if n := query(b, s, where); n != finds {
						b.Fatalf("%d records found", n)
					}
				}
			})
		}
	}
}

// latencies measures Puts of existing records until done returns true.
func latencies(tb testing.TB, s aerostore.Store, records int, took []time.Duration, done func() bool) []time.Duration {
	tb.Helper()
	keys := make([]aerostore.Key, 1<<14)
	for i := range keys {
		keys[i] = benchKey(i * 7919 % records)
	}
	ctx, bins := tb.Context(), benchBins(1)
	for i := 0; !done(); i++ {
		start := time.Now()
		if err := s.Put(ctx, keys[i%len(keys)], bins); err != nil {
			tb.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	return took
}

func percentile(took []time.Duration, p float64) float64 {
	slices.Sort(took)
	return float64(took[int(p*float64(len(took)-1))].Nanoseconds())
}

// BenchmarkPutBeside reports the 99th percentile of a Put, in turns on an idle store
// and beside another operation.
func BenchmarkPutBeside(b *testing.B) {
	const window = 300 * time.Millisecond
	users := aerostore.Query{Namespace: "test", Set: "users", Bins: []string{}}
	for _, beside := range []struct {
		name   string
		repeat bool // until the window is over
		run    func(s *memory.Store) error
	}{
		{"scan", true, func(s *memory.Store) error { return queryError(context.Background(), s, users) }},
		{"index query of nothing", true, func(s *memory.Store) error {
			query(b, s, aerostore.Equal("team", 11))
			return nil
		}},
		{"index query of a tenth", true, func(s *memory.Store) error {
			query(b, s, aerostore.Equal("team", 3))
			return nil
		}},
		{"snapshot", true, func(s *memory.Store) error { return s.Snapshot(io.Discard) }},
		{"first digest", false, func(s *memory.Store) error {
			_, err := s.Exists(context.Background(), aerostore.DigestKey("test", "users", benchKey(1).Digest()))
			return err
		}},
		{"create index", false, func(s *memory.Store) error {
			return s.CreateIndex(context.Background(), aerostore.Index{
				Namespace: "test", Set: "users", Name: "by_visits", Bin: "visits", Type: aerostore.IndexInt,
			})
		}},
	} {
		b.Run(beside.name, func(b *testing.B) {
			records := scale(b)
			var idle, busy []time.Duration
			for b.Loop() {
				b.StopTimer()
				s := large(b, records)
				indexOver(b, s, "team")
				runtime.GC()
				start := time.Now()
				idle = latencies(b, s, records, idle, func() bool { return time.Since(start) > window })
				b.StartTimer()

				var done atomic.Bool
				var wg sync.WaitGroup
				start = time.Now()
				wg.Go(func() {
					defer done.Store(true)
					for again := true; again; again = beside.repeat && time.Since(start) < window {
						if err := beside.run(s); err != nil {
							b.Error(err)
						}
					}
				})
				busy = latencies(b, s, records, busy, done.Load)
				wg.Wait()
			}
			const p = 0.99
			quiet, loud := percentile(idle, p), percentile(busy, p)
			b.ReportMetric(quiet, "idle-p99-ns")
			b.ReportMetric(loud, "p99-ns")
			b.ReportMetric(loud/quiet, "ratio")
			b.ReportMetric(percentile(busy, 1), "max-ns")
		})
	}
}

// BenchmarkMixed runs four reads to a write from some goroutines, while another
// goroutine repeats a query by index. Its unit is an operation.
func BenchmarkMixed(b *testing.B) {
	records := scale(b)
	s := large(b, records)
	indexOver(b, s, "team")
	for _, goroutines := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			b.ReportAllocs()
			ctx := b.Context()
			var done atomic.Bool
			var queries int
			var other sync.WaitGroup
			other.Go(func() {
				for ; !done.Load(); queries++ {
					query(b, s, aerostore.Equal("team", queries%10))
				}
			})
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ResetTimer()
			together(goroutines, func(g int) {
				bins := benchBins(g)
				for i := g; left.Add(-1) >= 0; i += 7919 {
					var err error
					if key := benchKey(i % records); i%5 == 0 {
						bins["team"] = i % 10
						err = s.Put(ctx, key, bins)
					} else {
						_, err = s.Get(ctx, key)
					}
					if err != nil {
						b.Error(err)
					}
				}
			})
			b.StopTimer()
			done.Store(true)
			other.Wait()
			b.ReportMetric(float64(queries), "queries")
		})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	s := large(b, scale(b))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Snapshot(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad reports the bytes allocated for each byte of the text, including those
// of the records.
func BenchmarkLoad(b *testing.B) {
	var text bytes.Buffer
	if err := large(b, scale(b)).Snapshot(&text); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	before := allocated()
	for b.Loop() {
		s := memory.New()
		if err := s.Load(plainReader{bytes.NewReader(text.Bytes())}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(allocated()-before)/float64(b.N)/float64(text.Len()), "B/B")
}
