package global

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

func TestATracerFollowsItsProvider(t *testing.T) {
	var p Provider
	tracer := p.Tracer("app", trace.WithInstrumentationVersion("1"))
	for range 2 {
		if tracer.(*Tracer).Enabled() {
			t.Error("the provider is on")
		}
		_, span := tracer.Start(t.Context(), "not recorded")
		if span.IsRecording() {
			t.Error("a span is recorded while the provider is off")
		}
		span.End()

		recorder := tracetest.NewSpanRecorder()
		p.Set(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
		if !tracer.(*Tracer).Enabled() {
			t.Error("the provider is off")
		}
		for range 2 {
			_, span := tracer.Start(t.Context(), "recorded")
			span.End()
		}
		spans := recorder.Ended()
		if len(spans) != 2 {
			t.Fatalf("%d spans", len(spans))
		}
		if scope := spans[0].InstrumentationScope(); scope.Name != "app" || scope.Version != "1" {
			t.Errorf("scope %v", scope)
		}
		p.Set(nil)
	}
}

func TestAProviderThatIsOffPassesTheParentOn(t *testing.T) {
	parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})
	var p Provider
	ctx, _ := p.Tracer("app").Start(trace.ContextWithSpanContext(context.Background(), parent), "not recorded")
	if got := trace.SpanContextFromContext(ctx); !got.Equal(parent) {
		t.Errorf("%v", got)
	}
}

func TestUnsetReportsOpenTelemetrysStandIns(t *testing.T) {
	for _, v := range []any{otel.GetTracerProvider(), otel.GetMeterProvider(), otel.GetTextMapPropagator()} {
		if !Unset(v) {
			t.Errorf("%T counts as installed", v)
		}
	}
	for _, v := range []any{nil, noop.NewTracerProvider(), new(Provider), new(Off), sdktrace.NewTracerProvider()} {
		if Unset(v) {
			t.Errorf("%T counts as not installed", v)
		}
	}
}
