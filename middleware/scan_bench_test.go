package middleware_test

import (
	"context"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

// BenchmarkScan compares a query through Production with one without, in turns, of a
// backend that does nothing but yield one record many times.
func BenchmarkScan(b *testing.B) {
	const records = 100_000
	record := &aerostore.Record{Key: key}
	backend := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		for range records {
			if !call.Yield(record) {
				break
			}
		}
		return aerostore.Result{}, nil
	})
	stores := []aerostore.Store{backend, aerostore.Chain(backend, middleware.Production().Middleware())}
	least := [2]time.Duration{time.Hour, time.Hour}
	for b.Loop() {
		for i, s := range stores {
			start := time.Now()
			for _, err := range s.Query(b.Context(), everyone) {
				if err != nil {
					b.Fatal(err)
				}
			}
			least[i] = min(least[i], time.Since(start))
		}
	}
	b.ReportMetric(float64(least[0])/records, "bare-ns/record")
	b.ReportMetric(float64(least[1]-least[0])/records, "layers-ns/record")
}
