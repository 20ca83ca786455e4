package otlp

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// unreachable returns an address that refuses connections.
func unreachable(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestWithoutACollectorOperationsAreFastAndNoGoroutineIsLeft(t *testing.T) {
	for _, c := range []struct {
		name    string
		context func() (context.Context, context.CancelFunc)
		limit   time.Duration
	}{
		{"without a deadline", func() (context.Context, context.CancelFunc) {
			return context.WithCancel(context.Background())
		}, shutdownLimit},
		{"with a deadline", func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 100*time.Millisecond)
		}, 100*time.Millisecond + shutdownGrace},
		{"with a context that is done", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return ctx, cancel
		}, shutdownGrace},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaks := goleak.IgnoreCurrent()
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+unreachable(t))
			begin := time.Now()
			log := initTracing(t)
			const operations = 5000 // more than the queue holds
			touch(t, operations)
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("init and %d operations took %v", operations, took)
			}

			ctx, cancel := c.context()
			defer cancel()
			begin = time.Now()
			err := ShutdownTracing(ctx)
			const slack = 250 * time.Millisecond
			if took := time.Since(begin); took > c.limit+slack {
				t.Errorf("shutdown took %v", took)
			}
			if err == nil || !strings.Contains(err.Error(), "spans could not be sent to http://127.0.0.1:") {
				t.Errorf("the shutdown returned %v", err)
			}
			if log.count("cannot be exported") != 1 || log.count("are dropped") != 1 || log.count("no longer dropped") != 1 || log.count("\n") != 3 {
				t.Errorf("logged %s", log)
			}
			// What fits is a queue of 2048 and a batch of 512.
			if s := TracingStats(); len(s) != 1 || s[0].Lost != 2560 || s[0].Dropped != operations-2560 || s[0].Sent+s[0].Waiting != 0 || s[0].Failing == nil {
				t.Errorf("counted %+v", s)
			}
			goleak.VerifyNone(t, leaks)
		})
	}
}

func TestACollectorThatHangsDelaysNoOperation(t *testing.T) {
	r := receive(t)
	r.hang = make(chan struct{})
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
	initTracing(t)
	begin := time.Now()
	touch(t, 5000)
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("operations took %v", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin = time.Now()
	if err := ShutdownTracing(ctx); err == nil {
		t.Error("the shutdown returned no error")
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("shutdown took %v", took)
	}
}
