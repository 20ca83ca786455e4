package otelmw_test

import (
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

// The cost of metrics for each Get over a store that does nothing. "floor" is one
// measurement written by hand around the same store, its attributes prepared.
func BenchmarkMetrics(b *testing.B) {
	record := new(aerostore.Record)
	bare := fake.Answers(aerostore.Result{}.WithRecord(record), nil)
	failing := fake.Answers(aerostore.Result{}, aerostore.Call{Op: aerostore.OpGet, Key: key}.NewError(aerostore.CodeKeyBusy, nil))
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	with := otelmw.WithMeterProvider(provider)

	for _, c := range []struct {
		name  string
		store aerostore.Store
	}{
		{"bare", aerostore.Chain(bare, aerostore.Intercept())},
		{"unset", aerostore.Chain(bare, otelmw.Metrics())},
		{"floor", metricsFloor(provider.Meter("floor"), bare)},
		{"metrics", aerostore.Chain(bare, otelmw.Metrics(with))},
		{"failing", aerostore.Chain(failing, otelmw.Metrics(with))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = c.store.Get(b.Context(), key)
			}
		})
	}
}
