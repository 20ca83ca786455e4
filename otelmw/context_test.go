package otelmw_test

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

func TestTheSpanIsAChildOfTheCallersAndTheParentOfWhatIsInside(t *testing.T) {
	var inside trace.SpanContext
	store, recorder := traced(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		inside = trace.SpanContextFromContext(ctx)
		return fake.Success(call), nil
	})
	if _, err := store.Get(trace.ContextWithSpanContext(t.Context(), parent), key); err != nil {
		t.Fatal(err)
	}
	span := only(t, recorder)
	if !span.Parent().Equal(parent) {
		t.Errorf("parent %v", span.Parent())
	}
	if !inside.Equal(span.SpanContext()) {
		t.Errorf("inside %v, span %v", inside, span.SpanContext())
	}
}

func TestRetriesAreInsideTheSpan(t *testing.T) {
	attempts := 0
	recorder := tracetest.NewSpanRecorder()
	twice := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			_, _ = next(ctx, call)
			result, err := next(ctx, call)
			result.Attempts = 2
			return result, err
		}
	})
	store := aerostore.Chain(aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
		attempts++
		if attempts == 1 {
			return aerostore.Result{}, aerostore.CodeNetwork
		}
		return aerostore.Result{}, nil
	}), otelmw.Tracing(otelmw.WithTracerProvider(providerOf(recorder))), twice)
	if err := store.Touch(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	span := only(t, recorder)
	if got := attributesOf(span); got["aerospike.attempts"] != "2" || got["error.type"] != "" {
		t.Errorf("attributes %v", got)
	}
}

func TestARemoteParentComesInByW3CHeadersAndItsSampledFlagDecides(t *testing.T) {
	for _, c := range []struct {
		name, flags string
		spans       int
	}{{"sampled", "01", 1}, {"not sampled", "00", 0}} {
		t.Run(c.name, func(t *testing.T) {
			const traceID, spanID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
			header := propagation.MapCarrier{"traceparent": "00-" + traceID + "-" + spanID + "-" + c.flags}
			ctx := propagation.TraceContext{}.Extract(t.Context(), header)

			recorder := tracetest.NewSpanRecorder()
			provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder),
				sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.AlwaysSample())))
			var inside trace.SpanContext
			store := aerostore.Chain(aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				inside = trace.SpanContextFromContext(ctx)
				return fake.Success(call), nil
			}), otelmw.Tracing(otelmw.WithTracerProvider(provider)))
			if _, err := store.Get(ctx, key); err != nil {
				t.Fatal(err)
			}

			if n := len(recorder.Ended()); n != c.spans {
				t.Fatalf("%d spans, want %d", n, c.spans)
			}
			if inside.TraceID().String() != traceID || inside.IsSampled() != (c.spans == 1) {
				t.Errorf("inside %v, sampled %v", inside.TraceID(), inside.IsSampled())
			}
			if c.spans == 1 && recorder.Ended()[0].Parent().SpanID().String() != spanID {
				t.Errorf("parent %v", recorder.Ended()[0].Parent())
			}
		})
	}
}
