package otlp

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestFlushExportsAndExportContinues(t *testing.T) {
	r := receive(t)
	log := initTracing(t)
	initMetrics(t)
	for i := range 3 {
		touch(t, 600) // more than a batch
		if err := Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := 600 * (i + 1); len(r.spans()) != want || r.operations() != uint64(want) {
			t.Errorf("%d spans and %d operations arrived, want %d", len(r.spans()), r.operations(), want)
		}
	}
	if log.String() != "" {
		t.Errorf("logged %s", log)
	}
}

func TestFlushIsSafeForConcurrentUse(t *testing.T) {
	r := receive(t)
	initTracing(t)
	initMetrics(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				touch(t, 1)
				if err := Flush(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if len(r.spans()) != 40 || r.operations() != 40 {
		t.Errorf("%d spans and %d operations", len(r.spans()), r.operations())
	}
}

func TestFlushFlushesTheApplicationsProcessors(t *testing.T) {
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	flushed := &flushRecorder{SpanRecorder: tracetest.NewSpanRecorder()}
	initTracing(t, WithSpanProcessor(flushed))
	if err := Flush(t.Context()); !errors.Is(err, errFlushRecorder) || flushed.n != 1 {
		t.Errorf("flushed %d times, returned %v", flushed.n, err)
	}
}

var errFlushRecorder = errors.New("a processor of the application's")

type flushRecorder struct {
	*tracetest.SpanRecorder
	n int
}

func (f *flushRecorder) ForceFlush(context.Context) error {
	f.n++
	return errFlushRecorder
}

func TestFlushReturnsWhatCouldNotBeSent(t *testing.T) {
	r := listen(t, "127.0.0.1:0", func(r *receiver) { r.refuse = status.Error(codes.PermissionDenied, "who are you?") })
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+r.address)
	initTracing(t)
	initMetrics(t)
	touch(t, 3)
	err := Flush(t.Context())
	if err == nil || strings.Count(err.Error(), "who are you?") != 2 ||
		!strings.Contains(err.Error(), "otlp: 3 spans could not be sent to http://127.0.0.1:") ||
		!strings.Contains(err.Error(), "otlp: the metrics could not be sent to http://127.0.0.1:") {
		t.Errorf("returned %v", err)
	}
}

func TestFlushReturnsWithItsContextAndTheRestIsSent(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	r := receive(t)
	r.hang = make(chan struct{})
	log := initTracing(t)
	initMetrics(t)
	touch(t, 3)
	for range 2 { // the second waits for the first
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := Flush(ctx)
		if !errors.Is(err, context.DeadlineExceeded) ||
			!strings.Contains(err.Error(), "3 spans are still to be sent") || !strings.Contains(err.Error(), "the metrics are still to be sent") {
			t.Errorf("returned %v", err)
		}
	}
	close(r.hang)
	eventually(t, "what was left is sent", func() bool { return len(r.spans()) == 3 && r.operations() == 3 })
	shutdownTracing(t)
	shutdownMetrics(t)
	if log.String() != "" {
		t.Errorf("logged %s", log)
	}
	r.stop()
	goleak.VerifyNone(t, leaks)
}

func TestAFlushThatHangsEndsWithTheShutdown(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	r := receive(t)
	r.hang = make(chan struct{})
	initTracing(t)
	touch(t, 3)
	done, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := Flush(done); err == nil {
		t.Error("the flush returned no error")
	}
	if err := ShutdownTracing(done); err == nil || !strings.Contains(err.Error(), "3 spans could not be sent") {
		t.Errorf("the shutdown returned %v", err)
	}
	close(r.hang)
	r.stop()
	goleak.VerifyNone(t, leaks)
}

func TestFlushWithoutInitDoesNothing(t *testing.T) {
	if err := Flush(t.Context()); err != nil {
		t.Error(err)
	}
}
