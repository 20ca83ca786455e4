package memory_test

import (
	"strconv"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// BenchmarkBatchWrite writes bins with batches of several sizes.
func BenchmarkBatchWrite(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		items := make([]aerostore.BatchItem, n)
		for i := range items {
			items[i] = aerostore.BatchItem{Key: aerostore.NewKey("test", "users", i), Bins: bins{"name": "Ada", "age": 36}}
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) { benchmarkItems(b, items) })
	}
}

func benchmarkItems(b *testing.B, items []aerostore.BatchItem) {
	b.Helper()
	s := memory.NewT(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.BatchWrite(b.Context(), items); err != nil {
			b.Fatal(err)
		}
	}
}
