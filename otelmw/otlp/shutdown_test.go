package otlp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/goleak"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/otelmw"
)

func TestShutdownExportsBothSignals(t *testing.T) {
	r := receive(t)
	initTracing(t)
	initMetrics(t)
	touch(t, 3)
	if err := Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := Shutdown(t.Context()); err != nil {
		t.Errorf("a second one: %v", err)
	}
	touch(t, 1)
	if len(r.spans()) != 3 || r.operations() != 3 {
		t.Errorf("%d spans and %d operations arrived", len(r.spans()), r.operations())
	}
}

func TestShutdownReturnsWhatEitherSignalCouldNotSend(t *testing.T) {
	r := listen(t, "127.0.0.1:0", func(r *receiver) { r.refuse = status.Error(codes.PermissionDenied, "no") })
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+r.address)
	initTracing(t)
	initMetrics(t)
	touch(t, 3)
	err := Shutdown(t.Context())
	if err == nil || !strings.Contains(err.Error(), "3 spans could not be sent") || !strings.Contains(err.Error(), "the last metrics could not be sent") {
		t.Errorf("returned %v", err)
	}
}

func TestShutdownStopsBothSignalsConcurrently(t *testing.T) {
	r := receive(t)
	r.hang = make(chan struct{})
	initTracing(t)
	initMetrics(t)
	touch(t, 1)
	ended := make(chan error, 1)
	go func() { ended <- Shutdown(context.Background()) }()
	eventually(t, "both wait for the collector", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.hanging == 2
	})
	close(r.hang)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestShutdownDoesNotWaitForARefusedConnection(t *testing.T) {
	for _, c := range []struct {
		name    string
		waiting bool // for a retry when the shutdown begins
	}{{"the first attempt is the last", false}, {"another attempt is waited for", true}} {
		t.Run(c.name, func(t *testing.T) {
			leaks := goleak.IgnoreCurrent()
			if c.waiting {
				t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
				t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "1")
			}
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+unreachable(t))
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "60000")
			initTracing(t)
			initMetrics(t)
			const operations = 2000
			touch(t, operations)
			if c.waiting {
				eventually(t, "the connection is refused", (*lastQueues.Load())[0].exporter.final.refused.Load)
			}
			// The first pause between two attempts takes at least 2.5 seconds.
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			err := Shutdown(ctx)
			if ctx.Err() != nil {
				t.Error("it waited")
			}
			if err == nil || !strings.Contains(err.Error(), "2000 spans could not be sent") || strings.Count(err.Error(), "connection refused") != 2 {
				t.Errorf("returned %v", err)
			}
			if s := TracingStats()[0]; s.Lost != operations || s.Waiting != 0 {
				t.Errorf("counted %+v", s)
			}
			goleak.VerifyNone(t, leaks)
		})
	}
}

func TestShutdownReachesACollectorThatIsBack(t *testing.T) {
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "1")
	address := unreachable(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+address)
	initTracing(t)
	initMetrics(t)
	touch(t, 600)
	eventually(t, "the connection is refused", (*lastQueues.Load())[0].exporter.final.refused.Load)
	r := listen(t, address, nil)
	if err := Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if len(r.spans()) != 600 || r.operations() != 600 {
		t.Errorf("%d spans and %d operations arrived", len(r.spans()), r.operations())
	}
}

func TestShutdownReturnsWithItsContextIfAProcessorBlocks(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	r := receive(t)
	release := make(chan struct{})
	initTracing(t, WithSpanProcessor(blocked(release)))
	initMetrics(t)
	touch(t, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the flush returned %v", err)
	}
	if err := Shutdown(ctx); err == nil {
		t.Error("the shutdown returned no error")
	}
	close(release)
	r.stop()
	goleak.VerifyNone(t, leaks)
}

// blocked is a processor that ignores its context.
type blocked chan struct{}

func (blocked) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (blocked) OnEnd(sdktrace.ReadOnlySpan)                     {}

func (b blocked) ForceFlush(context.Context) error {
	<-b
	return nil
}

func (b blocked) Shutdown(context.Context) error {
	<-b
	return nil
}

// counted is a backend that counts while it is open.
type counted struct {
	aerostore.Handler
	closed atomic.Bool
}

func (c *counted) Stats() (aerostore.Stats, bool) {
	return aerostore.Stats{Nodes: []aerostore.NodeStats{{Node: aerostore.Node{Address: "10.0.0.1", Port: 3000}, ConnectionsOpen: 7}}}, !c.closed.Load()
}

func (c *counted) Close() error {
	c.closed.Store(true)
	return nil
}

// The order of the deferred calls is that of the package documentation. In the other
// order the last export has no counts of the backend.
func TestTheLastExportHasTheCountsOfTheBackend(t *testing.T) {
	r := receive(t)
	func() {
		backend := &counted{Handler: func(context.Context, aerostore.Call) (aerostore.Result, error) { return aerostore.Result{}, nil }}
		defer backend.Close()

		initTracing(t)
		initMetrics(t)
		defer Shutdown(context.Background())

		s := aerostore.Chain(backend, otelmw.Tracing(), otelmw.Metrics())
		if err := s.Touch(t.Context(), aerostore.NewKey("test", "users", 1)); err != nil {
			t.Fatal(err)
		}
	}()
	if names := r.instruments(); !slices.Contains(names, "db.client.connection.count") || !slices.Contains(names, "db.client.operation.duration") {
		t.Errorf("the last export has %q", names)
	}
}
