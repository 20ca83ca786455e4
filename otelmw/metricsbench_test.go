package otelmw_test

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/otelmw"
)

// What metrics cost per Get over a store that does nothing. "floor" is one
// measurement written by hand around the same store, its attributes prepared.
func BenchmarkMetrics(b *testing.B) {
	record := new(aerostore.Record)
	bare := answers(aerostore.Result{}.WithRecord(record), nil)
	failing := answers(aerostore.Result{}, aerostore.Call{Op: aerostore.OpGet, Key: key}.Fail(aerostore.CodeKeyBusy, nil))
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

// metricsFloor is the least that a measurement can cost.
func metricsFloor(meter metric.Meter, next aerostore.Handler) aerostore.Handler {
	duration, err := meter.Float64Histogram("db.client.operation.duration",
		metric.WithExplicitBucketBoundaries(.0001, .00025, .0005, .001, .005, .01, .05, .1, .5, 1, 5, 10))
	if err != nil {
		panic(err)
	}
	options := []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(
		attribute.String("db.system.name", "aerospike"),
		attribute.String("db.operation.name", "GET"),
		attribute.String("db.namespace", "test"),
		attribute.String("db.collection.name", "users"),
	))}
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		begin := time.Now()
		result, err := next(ctx, call)
		duration.Record(ctx, time.Since(begin).Seconds(), options...)
		return result, err
	}
}
