package otlp

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Whatever a collector does, operations succeed, the failure is logged once and so is
// its end, export resumes, and no goroutine is left.
func TestAFailingCollectorIsLoggedOnceAndExportResumes(t *testing.T) {
	for _, c := range []struct {
		name   string
		begin  func(t *testing.T, r *receiver)
		reason string // logged once
	}{
		{"it refuses", func(_ *testing.T, r *receiver) {
			r.behave(func(r *receiver) { r.refuse = status.Error(codes.PermissionDenied, "who are you?") })
		}, "who are you?"},
		{"it is exhausted", func(_ *testing.T, r *receiver) {
			r.behave(func(r *receiver) { r.refuse = status.Error(codes.ResourceExhausted, "come back later") })
		}, "come back later"},
		{"it hangs", func(_ *testing.T, r *receiver) {
			r.behave(func(r *receiver) { r.hang = make(chan struct{}) })
		}, either("timeout", "deadline exceeded")},
		{"it is stopped", func(_ *testing.T, r *receiver) { r.stop() }, either("Unavailable", "retry-able")},
	} {
		for _, s := range []struct {
			name    string
			cost    string // logged at the end
			start   func(*testing.T, ...Option) *logged
			stop    func(*testing.T)
			arrived func(r *receiver) bool
		}{
			{"traces", "lost=", initTracing, shutdownTracing, func(r *receiver) bool { return len(r.spans()) > 0 }},
			{"metrics", "missed=", initMetrics, shutdownMetrics, func(r *receiver) bool { return r.operations() > 0 }},
		} {
			t.Run(c.name+"/"+s.name, func(t *testing.T) {
				t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "5")
				t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "5")
				t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "700")
				leaks := goleak.IgnoreCurrent()
				r := receive(t)
				log := s.start(t)
				touch(t, 1)
				eventually(t, "it works at first", func() bool { return s.arrived(r) })
				c.begin(t, r)
				eventually(t, "it is logged", func() bool { touch(t, 1); return log.count("cannot be exported") == 1 })
				begin := time.Now()
				touch(t, 300)
				if took := time.Since(begin); took > 2*time.Second {
					t.Errorf("operations took %v", took)
				}
				if log.count("cannot be exported") != 1 || log.count("level=WARN") != 1 || log.count(c.reason) != 1 {
					t.Errorf("logged %s", log)
				}

				r.stop()
				r = listen(t, r.address, nil)
				eventually(t, "what is measured arrives", func() bool { touch(t, 1); return s.arrived(r) })
				eventually(t, "the end is logged", func() bool { return log.count("exported again") == 1 })
				s.stop(t)
				if log.count("\n") != 2 || log.count("level=INFO") != 1 || log.count(s.cost) != 1 {
					t.Errorf("logged %s", log)
				}
				if heard := overheard.String(); strings.Contains(heard, "who are you?") {
					t.Errorf("OpenTelemetry's error handler got %s", heard)
				}
				r.stop()
				goleak.VerifyNone(t, leaks)
			})
		}
	}
}

func TestASlowCollectorIsNoFailure(t *testing.T) {
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "5")
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "5")
	r := receive(t)
	r.slow = 50 * time.Millisecond
	log, metricsLog := initTracing(t), initMetrics(t)
	begin := time.Now()
	touch(t, 1500)
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("operations took %v", took)
	}
	shutdownTracing(t)
	shutdownMetrics(t)
	if len(r.spans()) != 1500 || r.operations() != 1500 || log.String()+metricsLog.String() != "" {
		t.Errorf("%d spans and %d operations arrived, logged %s%s", len(r.spans()), r.operations(), log, metricsLog)
	}
}
