package otelmw_test

import (
	"context"
	"fmt"
	"testing"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

// The cost of tracing for each Get over a store that does nothing. "floor" is a span
// written by hand around the same store, its name and options prepared, with as
// many attributes; see BenchmarkBesideTheFloor for the ratio.
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
	byParent := sdktrace.NewTracerProvider(
		sdktrace.WithSpanProcessor(discard{}), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.AlwaysSample())))
	unsampled := trace.ContextWithRemoteSpanContext(b.Context(), parent.WithTraceFlags(0))

	for _, c := range []struct {
		name  string
		ctx   context.Context
		store aerostore.Store
	}{
		{"bare", b.Context(), aerostore.Chain(bare, aerostore.Intercept())},
		{"unset", b.Context(), aerostore.Chain(bare, otelmw.Tracing())},
		{"stand-in", b.Context(), aerostore.Chain(bare, otelmw.Tracing(otelmw.WithTracerProvider(otel.GetTracerProvider())))},
		{"sampled/floor", b.Context(), spanFloor(always.Tracer("floor"), bare)},
		{"sampled/floor-peer", b.Context(), spanFloor(always.Tracer("floor"), bare,
			nodeAttributes...)},
		{"sampled/tracing", b.Context(), aerostore.Chain(bare, otelmw.Tracing(otelmw.WithTracerProvider(always)))},
		{"sampled/server", b.Context(), aerostore.Chain(seeded, otelmw.Tracing(otelmw.WithTracerProvider(always)))},
		{"sampled/peer", b.Context(), aerostore.Chain(served, otelmw.Tracing(otelmw.WithTracerProvider(always)))},
		{"unsampled/floor", unsampled, spanFloor(byParent.Tracer("floor"), bare)},
		{"unsampled/tracing", unsampled, aerostore.Chain(bare, otelmw.Tracing(otelmw.WithTracerProvider(byParent)))},
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

// What WithAttempts adds for a Get under a Retry that takes one attempt, and one that takes
// two.
func BenchmarkAttempts(b *testing.B) {
	sdk := otelmw.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(discard{})))
	once := fake.Answers(aerostore.Result{}, nil)
	for _, attempts := range []int{1, 2} {
		n := 0
		handler := aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if n++; n%attempts != 0 {
				return aerostore.Result{}, busy
			}
			return once(ctx, call)
		})
		retry := middleware.Retry(middleware.RetryOptions{Backoff: middleware.Backoff{Base: 1, Max: 1}, Budget: middleware.RetryBudget{Ratio: 1}})
		for name, opts := range map[string][]otelmw.Option{"without": {sdk}, "with": {sdk, otelmw.WithAttempts()}} {
			b.Run(fmt.Sprintf("%d/%s", attempts, name), func(b *testing.B) {
				store := aerostore.Chain(handler, otelmw.Tracing(opts...), retry)
				n = 0
				b.ReportAllocs()
				for b.Loop() {
					if _, err := store.Get(b.Context(), key); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

var busy = aerostore.Call{Op: aerostore.OpGet, Key: key}.NewError(aerostore.CodeKeyBusy, nil)

// discard is a processor that drops its spans, which the SDK has finished.
type discard struct{}

func (discard) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (discard) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (discard) Shutdown(context.Context) error                  { return nil }
func (discard) ForceFlush(context.Context) error                { return nil }

// nowhere is an exporter that drops its spans.
type nowhere struct{}

func (nowhere) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (nowhere) Shutdown(context.Context) error                             { return nil }
