package otelmw_test

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

// The cost of the layers relative to a floor: a Get over a store that does nothing,
// with a span and a measurement written by hand, everything prepared. Both take
// turns, and the fastest turn of each counts, so that load on the machine does not
// change the ratio.
func BenchmarkBesideTheFloor(b *testing.B) {
	record := new(aerostore.Record)
	bare := fake.Answers(aerostore.Result{}.WithRecord(record), nil)
	served := fake.Answers(aerostore.Result{Node: node}.WithRecord(record), nil)
	batch := sdktrace.WithBatcher(nowhere{})
	spans := sdktrace.NewTracerProvider(batch, sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.AlwaysSample())))
	b.Cleanup(func() { _ = spans.Shutdown(context.WithoutCancel(b.Context())) })
	measurements := meterOf(sdkmetric.NewManualReader())
	tracing, metrics := otelmw.Tracing(otelmw.WithTracerProvider(spans)), otelmw.Metrics(otelmw.WithMeterProvider(measurements))
	tracer, meter := spans.Tracer("floor"), measurements.Meter("floor")
	unsampled := trace.ContextWithRemoteSpanContext(b.Context(), parent.WithTraceFlags(0))

	for _, c := range []struct {
		name  string
		ctx   context.Context
		floor aerostore.Store
		store aerostore.Store
	}{
		{"sampled", b.Context(), spanFloor(tracer, metricsFloor(meter, bare)), aerostore.Chain(bare, tracing, metrics)},
		{"sampled, with a node", b.Context(), spanFloor(tracer, metricsFloor(meter, served), nodeAttributes...), aerostore.Chain(served, tracing, metrics)},
		{"unsampled", unsampled, spanFloor(tracer, metricsFloor(meter, bare)), aerostore.Chain(bare, tracing, metrics)},
		{"tracing alone, sampled", b.Context(), spanFloor(tracer, bare), aerostore.Chain(bare, tracing)},
		{"tracing alone, unsampled", unsampled, spanFloor(tracer, bare), aerostore.Chain(bare, tracing)},
		{"metrics alone", b.Context(), metricsFloor(meter, bare), aerostore.Chain(bare, metrics)},
		{"nothing installed", b.Context(), aerostore.Chain(bare, aerostore.Intercept()), aerostore.Chain(bare, otelmw.Tracing(), otelmw.Metrics())},
	} {
		b.Run(c.name, func(b *testing.B) {
			floor, took := turns(c.ctx, b, c.floor, c.store)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(floor.Nanoseconds())/turn, "floor-ns")
			b.ReportMetric(float64(took.Nanoseconds())/turn, "layers-ns")
			b.ReportMetric(float64(took)/float64(floor), "x-floor")
		})
	}
}

// turn is how many operations are measured at a time.
const turn = 100

// turns returns the least that a turn took of each store.
func turns(ctx context.Context, b *testing.B, floor, store aerostore.Store) (least, took time.Duration) {
	b.Helper()
	least, took = time.Hour, time.Hour
	for b.Loop() {
		least = min(least, timed(ctx, floor))
		took = min(took, timed(ctx, store))
	}
	return least, took
}

func timed(ctx context.Context, s aerostore.Store) time.Duration {
	begin := time.Now()
	for range turn {
		_, _ = s.Get(ctx, key)
	}
	return time.Since(begin)
}

// nodeAttributes are those of the node that served a call.
var nodeAttributes = []attribute.KeyValue{
	attribute.String("network.peer.address", "10.0.0.7"), attribute.Int("network.peer.port", 3010),
}

// spanFloor is the least that a span can cost.
func spanFloor(tracer trace.Tracer, next aerostore.Handler, atEnd ...attribute.KeyValue) aerostore.Handler {
	options := []trace.SpanStartOption{
		trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(
			attribute.String("db.system.name", "aerospike"),
			attribute.String("db.operation.name", "GET"),
			attribute.String("db.namespace", "test"),
			attribute.String("db.collection.name", "users"),
		),
	}
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		ctx, span := tracer.Start(ctx, "GET test.users", options...)
		result, err := next(ctx, call)
		span.SetAttributes(atEnd...)
		span.End()
		return result, err
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
