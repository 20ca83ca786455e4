//go:build !race

// The race detector adds allocations.

package otelmw_test

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
	"github.com/aerostore/aerostore/otelmw/internal/global"
)

func TestTracingAGetAllocatesWhatItsSpanNeeds(t *testing.T) {
	sdk := otelmw.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(discard{})))
	nothing := func(context.Context, aerostore.Call) bool { return false }
	for _, c := range []struct {
		name    string
		install trace.TracerProvider
		opts    []otelmw.Option
		parent  trace.SpanContext
		result  aerostore.Result
		err     error
		want    float64
	}{
		{"nothing is installed", nil, nil, parent, aerostore.Result{}, nil, 0},
		{"a no-op provider is installed", noop.NewTracerProvider(), nil, parent, aerostore.Result{}, nil, 0},
		{"the provider is off", new(global.Provider), nil, parent, aerostore.Result{}, nil, 0},
		{"filtered", nil, []otelmw.Option{sdk, otelmw.WithFilter(nothing)}, parent, aerostore.Result{}, nil, 0},
		{"sampled", nil, []otelmw.Option{sdk}, parent, aerostore.Result{}, nil, 5},
		{"sampled, with a node", nil, []otelmw.Option{sdk}, parent, aerostore.Result{Node: node}, nil, 6},
		{"not sampled", nil, []otelmw.Option{sdk}, parent.WithTraceFlags(0), aerostore.Result{Node: node}, nil, 3},
		{"sampled, with an answer", nil, []otelmw.Option{sdk}, parent, aerostore.Result{Node: node}, aerostore.ErrNotFound, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.install != nil {
				install(t, c.install)
			}
			store := aerostore.Chain(fake.Answers(c.result, c.err), otelmw.Tracing(c.opts...))
			ctx := trace.ContextWithRemoteSpanContext(t.Context(), c.parent)
			if got := testing.AllocsPerRun(100, func() { _, _ = store.Get(ctx, key) }); got > c.want {
				t.Errorf("%v allocations, want %v", got, c.want)
			}
		})
	}
}

// Another store's option costs nothing either, although the context is then searched.
func TestOnlyTheOptionPaysForAttempts(t *testing.T) {
	sdk := otelmw.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(discard{})))
	retry := middleware.Retry(middleware.RetryOptions{})
	for _, c := range []struct {
		name   string
		layers []aerostore.Middleware
		parent trace.SpanContext
		want   float64
	}{
		{"without the option", []aerostore.Middleware{otelmw.Tracing(sdk), retry}, parent, 5},
		{"another store has it", []aerostore.Middleware{otelmw.Tracing(sdk), retry}, parent, 5},
		{"one attempt", []aerostore.Middleware{otelmw.Tracing(sdk, otelmw.WithAttempts()), retry}, parent, 10},
		{"no layer that reports", []aerostore.Middleware{otelmw.Tracing(sdk, otelmw.WithAttempts())}, parent, 7},
		{"not sampled", []aerostore.Middleware{otelmw.Tracing(sdk, otelmw.WithAttempts()), retry}, parent.WithTraceFlags(0), 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), c.layers...)
			ctx := trace.ContextWithRemoteSpanContext(t.Context(), c.parent)
			if got := testing.AllocsPerRun(100, func() { _, _ = store.Get(ctx, key) }); got != c.want {
				t.Errorf("%v allocations, want %v", got, c.want)
			}
			_ = otelmw.Tracing(otelmw.WithAttempts())
		})
	}
}

func TestTracingAndMetricsAllocateWhatASpanNeeds(t *testing.T) {
	spans := sdktrace.NewTracerProvider(sdktrace.WithBatcher(nowhere{}))
	t.Cleanup(func() { _ = spans.Shutdown(context.WithoutCancel(t.Context())) })
	given := []otelmw.Option{otelmw.WithTracerProvider(spans), otelmw.WithMeterProvider(meterOf(sdkmetric.NewManualReader()))}
	for _, c := range []struct {
		name   string
		opts   []otelmw.Option
		parent trace.SpanContext
		node   *aerostore.Node
		want   float64
	}{
		{"sampled", given, parent, nil, 5},
		{"sampled, with a node", given, parent, node, 6},
		{"not sampled", given, parent.WithTraceFlags(0), nil, 3},
		{"not sampled, with a node", given, parent.WithTraceFlags(0), node, 3},
		{"nothing is installed", nil, parent, node, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			backend := &described{Handler: fake.Answers(aerostore.Result{Node: c.node}, nil), description: seed}
			store := aerostore.Chain(backend, otelmw.Tracing(c.opts...), otelmw.Metrics(c.opts...))
			ctx := trace.ContextWithRemoteSpanContext(t.Context(), c.parent)
			if got := testing.AllocsPerRun(1000, func() { _, _ = store.Get(ctx, key) }); got > c.want {
				t.Errorf("%v allocations, want %v", got, c.want)
			}
		})
	}
}

func TestASummaryAllocatesNothing(t *testing.T) {
	tracer := otelmw.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(discard{})))
	meter := otelmw.WithMeterProvider(meterOf(sdkmetric.NewManualReader()))
	for name, c := range map[string]struct {
		layer aerostore.Middleware
		want  float64
	}{
		"a span":                      {otelmw.Tracing(tracer, otelmw.WithQuerySummary()), 5},
		"a span, none wanted":         {otelmw.Tracing(tracer), 5},
		"a measurement":               {otelmw.Metrics(meter, otelmw.WithQuerySummary()), 0},
		"a measurement, none wanted":  {otelmw.Metrics(meter), 0},
		"measured, beyond the limits": {otelmw.Metrics(meter, otelmw.WithQuerySummary(), otelmw.WithCardinalityLimit(1)), 0},
	} {
		t.Run(name, func(t *testing.T) {
			store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), c.layer)
			_, _ = store.Operate(t.Context(), key, ops) // takes the room of a limit of 1
			if got := testing.AllocsPerRun(100, func() { _, _ = store.Operate(t.Context(), key, steps) }); got > c.want {
				t.Errorf("%v allocations, want %v", got, c.want)
			}
		})
	}
}

// The error is made once, so that its own allocations do not count.
func TestAFailureAllocatesWhatItsSpanNeeds(t *testing.T) {
	tracer := sdktrace.NewTracerProvider(sdktrace.WithBatcher(nowhere{}))
	t.Cleanup(func() { _ = tracer.Shutdown(context.WithoutCancel(t.Context())) })
	failure := func(code aerostore.ResultCode, node *aerostore.Node, inDoubt bool) *aerostore.Error {
		return &aerostore.Error{Op: aerostore.OpGet, Namespace: "test", Set: "users", Code: code, Node: node, InDoubt: inDoubt}
	}
	// With more than eight attributes the SDK allocates a map.
	const sdkMap = 3
	for _, c := range []struct {
		name       string
		err        *aerostore.Error
		attempts   int32
		want       float64 // allocations
		withServer float64 // where the backend describes itself, which takes two attributes
	}{
		{"an answer", failure(aerostore.CodeNotFound, nil, false), 0, 6, 6},
		{"an answer of a node", failure(aerostore.CodeNotFound, node, false), 0, 6, 6 + sdkMap},
		{"a failure", failure(aerostore.CodeKeyBusy, nil, false), 0, 7, 7},
		{"a failure of a node", failure(aerostore.CodeKeyBusy, node, false), 0, 7, 7 + sdkMap},
		{"in doubt", failure(aerostore.CodeTimeout, nil, true), 0, 7, 7 + sdkMap},
		{"in doubt, of a node", failure(aerostore.CodeTimeout, node, true), 0, 7 + sdkMap, 7 + sdkMap},
		{"in doubt, of a node, tried again", failure(aerostore.CodeTimeout, node, true), 3, 7 + sdkMap, 7 + sdkMap},
	} {
		t.Run(c.name, func(t *testing.T) {
			handler := fake.Answers(aerostore.Result{Node: c.err.Node, Attempts: c.attempts}, c.err)
			for _, b := range []struct {
				backend aerostore.Store
				want    float64
			}{{handler, c.want}, {&described{Handler: handler, description: seed}, c.withServer}} {
				store := aerostore.Chain(b.backend,
					otelmw.Tracing(otelmw.WithTracerProvider(tracer)),
					otelmw.Metrics(otelmw.WithMeterProvider(meterOf(sdkmetric.NewManualReader()))))
				if got := testing.AllocsPerRun(1000, func() { _, _ = store.Get(t.Context(), key) }); got > b.want {
					t.Errorf("%T: %v allocations, want %v", b.backend, got, b.want)
				}
			}
		})
	}
}

func TestMeasuringAGetAllocatesNothing(t *testing.T) {
	sdk := otelmw.WithMeterProvider(meterOf(sdkmetric.NewManualReader()))
	nothing := func(context.Context, aerostore.Call) bool { return false }
	failure := aerostore.Call{Op: aerostore.OpGet, Key: key}.NewError(aerostore.CodeKeyBusy, nil)
	for _, c := range []struct {
		name    string
		install metric.MeterProvider
		opts    []otelmw.Option
		result  aerostore.Result
		err     error
	}{
		{"nothing is installed", nil, nil, aerostore.Result{}, nil},
		{"a no-op provider is installed", metricnoop.NewMeterProvider(), nil, aerostore.Result{}, nil},
		{"the provider is off", new(global.Off), nil, aerostore.Result{}, nil},
		{"filtered", nil, []otelmw.Option{sdk, otelmw.WithFilter(nothing)}, aerostore.Result{}, nil},
		{"measured", nil, []otelmw.Option{sdk}, aerostore.Result{Node: node}, nil},
		{"retried", nil, []otelmw.Option{sdk}, aerostore.Result{Attempts: 3}, nil},
		{"failed", nil, []otelmw.Option{sdk}, aerostore.Result{}, failure},
		{"beyond the limit", nil, []otelmw.Option{sdk, otelmw.WithCardinalityLimit(1)}, aerostore.Result{}, failure},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.install != nil {
				installMeter(t, c.install)
			}
			store := aerostore.Chain(fake.Answers(c.result, c.err), otelmw.Metrics(c.opts...))
			if got := testing.AllocsPerRun(100, func() { _, _ = store.Get(t.Context(), key) }); got > 0 {
				t.Errorf("%v allocations", got)
			}
		})
	}
}
