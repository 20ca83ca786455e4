package memory_test

import (
	"runtime"
	"strconv"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// heap returns the bytes in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// heldByScan returns the largest number of bytes that a scan of that many records
// holds, measured a few times.
func heldByScan(tb testing.TB, records int) (most int64) {
	tb.Helper()
	s := memory.NewT(tb)
	for i := range records {
		mustPut(tb, s, benchKey(i), bins{"n": i})
	}
	const looks = 5
	before := heap()
	n := 0
	for _, err := range s.Query(tb.Context(), aerostore.Query{Namespace: "test", Set: "users"}) {
		if err != nil {
			tb.Fatal(err)
		}
		if n++; n%(records/looks) == 0 {
			most = max(most, heap()-before)
		}
	}
	if n != records {
		tb.Errorf("the scan returned %d records of %d", n, records)
	}
	runtime.KeepAlive(s)
	return most
}

func TestAScanOfALargeSetHoldsNoMoreMemory(t *testing.T) {
	const records, most = 100_000, 20_000
	if held := heldByScan(t, records); held > most {
		t.Errorf("a scan of %d records holds %d bytes", records, held)
	}
}

// BenchmarkScanMemory reports the memory that a scan holds. It is the same for sets of
// any size.
func BenchmarkScanMemory(b *testing.B) {
	for _, records := range []int{10_000, scale(b)} {
		b.Run(strconv.Itoa(records), func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(float64(heldByScan(b, records)), "B-held")
			}
		})
	}
}

func TestAScanReturnsARecordOnceThatTheLoopMakesAgain(t *testing.T) {
	ctx := t.Context()
	const rounds, records = 10, 500
	for range rounds {
		s := memory.NewT(t)
		for _, k := range numbers(t, s, 2*records)[records:] {
			if _, err := s.Remove(ctx, k); err != nil { // to leave gaps, for others to move into
				t.Fatal(err)
			}
		}
		n := 0
		for r, err := range s.Query(ctx, everything) {
			if n++; err != nil || n > records {
				t.Fatalf("record %d: %v", n, err)
			}
			i, _ := r.Int("n")
			k := aerostore.NewKey("test", "numbers", i)
			if existed, err := s.Remove(ctx, k); !existed || err != nil {
				t.Fatalf("Remove: %v, %v", existed, err)
			}
			mustPut(t, s, k, r.Bins)
		}
		if n != records {
			t.Errorf("%d records, want %d", n, records)
		}
	}
}
