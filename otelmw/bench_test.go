package otelmw_test

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/otelmw"
)

// What tracing costs per Get over a store that does nothing. "floor" is a span
// written by hand around the same store, its name and options prepared, with as
// many attributes.
func BenchmarkTracing(b *testing.B) {
	record := new(aerostore.Record)
	answer := func(context.Context, aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}.WithRecord(record), nil
	}
	bare := aerostore.Handler(answer)
	seeded := &described{Handler: answer, description: seed}
	served := aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{Node: node}.WithRecord(record), nil
	})

	always := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(discard{}))
	byParent := otelmw.WithTracerProvider(sdktrace.NewTracerProvider(
		sdktrace.WithSpanProcessor(discard{}), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.AlwaysSample()))))
	unsampled := trace.ContextWithRemoteSpanContext(b.Context(), parent.WithTraceFlags(0))

	for _, c := range []struct {
		name  string
		ctx   context.Context
		store aerostore.Store
	}{
		{"bare", b.Context(), aerostore.Chain(bare, aerostore.Intercept())},
		{"unset", b.Context(), aerostore.Chain(bare, otelmw.Tracing())},
		{"stand-in", b.Context(), aerostore.Chain(bare, otelmw.Tracing(otelmw.WithTracerProvider(otel.GetTracerProvider())))},
		{"sampled/floor", b.Context(), floor(always.Tracer("floor"), bare)},
		{"sampled/floor-peer", b.Context(), floor(always.Tracer("floor"), bare,
			attribute.String("network.peer.address", "10.0.0.7"), attribute.Int("network.peer.port", 3010))},
		{"sampled/tracing", b.Context(), aerostore.Chain(bare, otelmw.Tracing(otelmw.WithTracerProvider(always)))},
		{"sampled/server", b.Context(), aerostore.Chain(seeded, otelmw.Tracing(otelmw.WithTracerProvider(always)))},
		{"sampled/peer", b.Context(), aerostore.Chain(served, otelmw.Tracing(otelmw.WithTracerProvider(always)))},
		{"unsampled/tracing", unsampled, aerostore.Chain(bare, otelmw.Tracing(byParent))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.store.Get(c.ctx, key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// floor is the least that a span can cost.
func floor(tracer trace.Tracer, next aerostore.Handler, atEnd ...attribute.KeyValue) aerostore.Handler {
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

// discard is a processor that has the SDK finish its spans and drops them.
type discard struct{}

func (discard) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (discard) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (discard) Shutdown(context.Context) error                  { return nil }
func (discard) ForceFlush(context.Context) error                { return nil }
