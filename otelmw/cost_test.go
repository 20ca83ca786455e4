//go:build !race

// The race detector makes allocations of its own.

package otelmw_test

import (
	"context"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/otelmw"
	"github.com/aerostore/aerostore/otelmw/internal/global"
)

func TestAGetAllocatesNoMoreThanItsSpanNeeds(t *testing.T) {
	sdk := otelmw.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(discard{})))
	nobody := func(context.Context, aerostore.Call) bool { return false }
	for _, c := range []struct {
		name    string
		install trace.TracerProvider
		opts    []otelmw.Option
		parent  trace.SpanContext
		result  aerostore.Result
		want    float64
	}{
		{"nothing is installed", nil, nil, parent, aerostore.Result{}, 0},
		{"a no-op provider is installed", noop.NewTracerProvider(), nil, parent, aerostore.Result{}, 0},
		{"the provider is off", new(global.Provider), nil, parent, aerostore.Result{}, 0},
		{"filtered", nil, []otelmw.Option{sdk, otelmw.WithFilter(nobody)}, parent, aerostore.Result{}, 0},
		{"sampled", nil, []otelmw.Option{sdk}, parent, aerostore.Result{}, 5},
		{"sampled, with a node", nil, []otelmw.Option{sdk}, parent, aerostore.Result{Node: node}, 6},
		{"not sampled", nil, []otelmw.Option{sdk}, parent.WithTraceFlags(0), aerostore.Result{Node: node}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.install != nil {
				install(t, c.install)
			}
			store := aerostore.Chain(answers(c.result, nil), otelmw.Tracing(c.opts...))
			ctx := trace.ContextWithRemoteSpanContext(t.Context(), c.parent)
			if got := testing.AllocsPerRun(100, func() { _, _ = store.Get(ctx, key) }); got > c.want {
				t.Errorf("%v allocations, want %v", got, c.want)
			}
		})
	}
}
