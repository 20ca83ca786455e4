package otlp

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestSpansArriveAtTheCollector(t *testing.T) {
	r := receive(t)
	log := initTracing(t)
	touch(t, 3)
	_, span := otel.Tracer("app").Start(t.Context(), "the application's own")
	span.End()
	shutdownTracing(t)
	if got, want := r.spans(), []string{"TOUCH test.users", "TOUCH test.users", "TOUCH test.users", "the application's own"}; !slices.Equal(got, want) {
		t.Errorf("spans %q", got)
	}
	if got := r.resource(); got["service.name"] != "aerostore" || got["telemetry.sdk.language"] != "go" {
		t.Errorf("resource %v", got)
	}
	if log.String() != "" {
		t.Errorf("logged %s", log)
	}
}

func TestWithServiceNameAndWithSpanProcessor(t *testing.T) {
	r := receive(t)
	recorder := tracetest.NewSpanRecorder()
	initTracing(t, WithServiceName("shop"), WithSpanProcessor(recorder), WithSpanProcessor(nil), WithServiceName(""))
	touch(t, 2)
	shutdownTracing(t)
	if got := r.resource()["service.name"]; got != "shop" {
		t.Errorf("service.name %v", got)
	}
	if got := len(recorder.Ended()); got != 2 || len(r.spans()) != 2 {
		t.Errorf("the processor has %d spans, the collector %d, want 2 each", got, len(r.spans()))
	}
}

func TestTheServiceNameOfTheEnvironmentTakesPrecedence(t *testing.T) {
	r := receive(t)
	t.Setenv("OTEL_SERVICE_NAME", "from the environment")
	initTracing(t, WithServiceName("shop"))
	touch(t, 1)
	shutdownTracing(t)
	if got := r.resource()["service.name"]; got != "from the environment" {
		t.Errorf("service.name %v", got)
	}
}

func TestASecondInitDoesNothing(t *testing.T) {
	r := receive(t)
	initTracing(t)
	initTracing(t)
	touch(t, 1)
	shutdownTracing(t)
	shutdownTracing(t)
	if got := r.spans(); len(got) != 1 {
		t.Errorf("spans %q", got)
	}
}

func TestInitAfterShutdownStartsAgainForExistingStores(t *testing.T) {
	for range 3 {
		r := receive(t)
		initTracing(t)
		touch(t, 1)
		_, span := early.Start(t.Context(), "own")
		span.End()
		shutdownTracing(t)

		touch(t, 1)
		_, span = early.Start(t.Context(), "after the shutdown")
		if span.IsRecording() {
			t.Error("a span is recorded")
		}
		span.End()
		if got := r.spans(); !slices.Equal(got, []string{"TOUCH test.users", "own"}) {
			t.Fatalf("spans %q", got)
		}
	}
}

func TestInitAndShutdownAreSafeForConcurrentUse(t *testing.T) {
	r := receive(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 5 {
				if err := InitTracing(context.Background()); err != nil {
					t.Error(err)
				}
				touch(t, 1)
				if i%2 == 0 {
					if err := ShutdownTracing(context.Background()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	shutdownTracing(t)
	if len(r.spans()) == 0 {
		t.Error("no span arrived")
	}
}

func TestASecondShutdownWaitsForTheFirst(t *testing.T) {
	r := receive(t)
	r.hang = make(chan struct{})
	initTracing(t)
	touch(t, 1)
	first := make(chan error, 1)
	go func() { first <- ShutdownTracing(context.Background()) }()
	eventually(t, "the first is under way", func() bool {
		tracing.mu.Lock()
		defer tracing.mu.Unlock()
		return tracing.stopping != nil && tracing.stopping.taken.Load()
	})

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := ShutdownTracing(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the second did not wait until its context was done: %v", err)
	}
	close(r.hang)
	if err := ShutdownTracing(context.Background()); err != nil {
		t.Error(err)
	}
	if got := r.spans(); len(got) != 1 {
		t.Errorf("the third came back before the spans were sent: %q", got)
	}
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestATracerProviderOfOtherCodeIsKept(t *testing.T) {
	keepGlobals(t)
	r := receive(t)
	recorder := tracetest.NewSpanRecorder()
	theirs := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	otel.SetTracerProvider(theirs)

	log := initTracing(t)
	if err := InitTracing(t.Context()); err != nil {
		t.Fatal(err)
	}
	touch(t, 1)
	shutdownTracing(t)
	touch(t, 1)
	if otel.GetTracerProvider() != theirs || len(recorder.Ended()) != 2 || len(r.spans()) != 0 {
		t.Errorf("%T is installed, %d spans went there and %d here", otel.GetTracerProvider(), len(recorder.Ended()), len(r.spans()))
	}
	if log.count("level=INFO") != 1 || log.count("*trace.TracerProvider") != 1 {
		t.Errorf("logged %s", log)
	}
}

func TestWithReplaceGlobalReplacesATracerProvider(t *testing.T) {
	keepGlobals(t)
	r := receive(t)
	recorder := tracetest.NewSpanRecorder()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
	otel.SetTextMapPropagator(propagation.Baggage{})

	initTracing(t, WithReplaceGlobal())
	touch(t, 1)
	shutdownTracing(t)
	if len(recorder.Ended()) != 0 || len(r.spans()) != 1 {
		t.Errorf("%d spans went there and %d here", len(recorder.Ended()), len(r.spans()))
	}
	if fields := otel.GetTextMapPropagator().Fields(); !slices.Contains(fields, "traceparent") {
		t.Errorf("propagated are %q", fields)
	}
}

func TestATracerProviderInstalledLaterIsUsed(t *testing.T) {
	keepGlobals(t)
	r := receive(t)
	initTracing(t)
	touch(t, 1)
	recorder := tracetest.NewSpanRecorder()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
	touch(t, 2)
	shutdownTracing(t)
	if len(recorder.Ended()) != 2 || len(r.spans()) != 1 {
		t.Errorf("%d spans went there and %d here", len(recorder.Ended()), len(r.spans()))
	}
}

func TestShutdownWithoutInitDoesNothing(t *testing.T) {
	shutdownTracing(t)
}
