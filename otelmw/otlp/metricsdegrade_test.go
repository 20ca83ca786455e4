package otlp

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMetricsWithoutACollectorAreFastAndLeaveNoGoroutine(t *testing.T) {
	for _, c := range []struct {
		name     string
		deadline time.Duration // 0 for none, below for a context that is done
		limit    time.Duration
	}{
		{"without a deadline", 0, shutdownLimit},
		{"with a deadline", 100 * time.Millisecond, 100*time.Millisecond + shutdownGrace},
		{"with a context that is done", -1, shutdownGrace},
	} {
		t.Run(c.name, func(t *testing.T) {
			leaks := goleak.IgnoreCurrent()
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+unreachable(t))
			begin := time.Now()
			initMetrics(t)
			touch(t, 5000)
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("init and operations took %v", took)
			}
			ctx, cancel := context.Background(), context.CancelFunc(func() {})
			if c.deadline != 0 {
				ctx, cancel = context.WithTimeout(ctx, c.deadline)
			}
			defer cancel()
			begin = time.Now()
			err := ShutdownMetrics(ctx)
			const slack = 250 * time.Millisecond
			if took := time.Since(begin); took > c.limit+slack {
				t.Errorf("shutdown took %v", took)
			}
			if err == nil || !strings.Contains(err.Error(), "the last metrics ") {
				t.Errorf("the shutdown returned %v", err)
			}
			goleak.VerifyNone(t, leaks)
		})
	}
}

func TestACollectorThatHangsOrIsSlowDelaysNoOperation(t *testing.T) {
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "10")
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
	r := receive(t)
	r.hang = make(chan struct{})
	initTracing(t)
	log := initMetrics(t)
	begin := time.Now()
	touch(t, 5000)
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("operations took %v", took)
	}
	time.AfterFunc(50*time.Millisecond, func() { close(r.hang) })
	eventually(t, "what waited arrives", func() bool { return r.operations() == 5000 })
	shutdownMetrics(t)
	if log.String() != "" {
		t.Errorf("logged %s", log)
	}
}

func TestAShutdownInterruptsACollectorThatHangs(t *testing.T) {
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "10")
	r := receive(t)
	r.hang = make(chan struct{})
	leaks := goleak.IgnoreCurrent()
	initMetrics(t)
	touch(t, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if err := ShutdownMetrics(ctx); err == nil {
		t.Error("the shutdown returned no error")
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("shutdown took %v", took)
	}
	close(r.hang)
	r.stop()
	goleak.VerifyNone(t, leaks)
}
