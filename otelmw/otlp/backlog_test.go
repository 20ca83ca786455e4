package otlp

import (
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"
)

func newBacklog(limit int64) (*backlog, *logged) {
	log := new(logged)
	return &backlog{exporter: "somewhere", limit: limit, log: slog.New(slog.NewTextHandler(log, nil))}, log
}

func TestDroppingIsLoggedWhenItBeginsAndWhenMostSpansAreSent(t *testing.T) {
	b, log := newBacklog(8)
	enter := func(n int, want bool) {
		t.Helper()
		for range n {
			if b.enter() != want {
				t.Fatalf("%d wait, room %v", b.waiting.Load(), !want)
			}
		}
	}
	enter(8, true)
	enter(3, false)
	if log.count("\n") != 1 || log.count("level=WARN") != 1 || log.count("waiting=8") != 1 {
		t.Errorf("logged %s", log)
	}
	for range 5 { // as many end as are sent, and more
		b.leave(4)
		enter(4, true)
		enter(1, false)
	}
	if log.count("\n") != 1 {
		t.Errorf("logged %s", log)
	}
	b.leave(6)
	if log.count("\n") != 2 || log.count("level=INFO") != 1 || log.count("dropped=8") != 1 {
		t.Errorf("logged %s", log)
	}
	b.leave(2)
	enter(8, true)
	enter(1, false)
	b.over()
	if log.count("level=WARN") != 2 || log.count("dropped=1\n") != 1 || b.dropped.Load() != 9 {
		t.Errorf("%d dropped, logged %s", b.dropped.Load(), log)
	}
}

func TestRecordsOfDroppingAlternateAndCountAllSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, log := newBacklog(rapid.Int64Range(1, 16).Draw(t, "limit"))
		waiting, dropped := 0, 0
		for _, n := range rapid.SliceOf(rapid.IntRange(-8, 8)).Draw(t, "spans that come and, below zero, go") {
			for range n {
				if b.enter() {
					waiting++
				} else {
					dropped++
				}
			}
			if n < 0 {
				n = min(-n, waiting)
				b.leave(n)
				waiting -= n
			}
		}
		if int64(waiting) != b.waiting.Load() || int64(dropped) != b.dropped.Load() || int64(waiting) > b.limit {
			t.Fatalf("%d wait and %d were dropped, counted %d and %d", waiting, dropped, b.waiting.Load(), b.dropped.Load())
		}
		for i, line := range strings.Split(strings.TrimSpace(log.String()), "\n") {
			if line != "" && strings.Contains(line, "level=WARN") != (i%2 == 0) {
				t.Fatalf("logged %s", log)
			}
		}
		if begun, ended := log.count("level=WARN"), log.count("level=INFO"); begun < ended || (begun > 0) != (dropped > 0) {
			t.Fatalf("%d dropped, logged %s", dropped, log)
		}
	})
}

func TestAClosedBacklogCountsNoSpanTwice(t *testing.T) {
	b, _ := newBacklog(8)
	for range 6 {
		b.enter()
	}
	if n := b.leave(2); n != 2 {
		t.Errorf("%d left", n)
	}
	if n := b.close(); n != 4 {
		t.Errorf("%d waited", n)
	}
	if n := b.leave(4); n != 0 || b.enter() || b.waiting.Load() != 0 || b.dropped.Load() != 0 {
		t.Errorf("%d left, %d wait, %d were dropped", n, b.waiting.Load(), b.dropped.Load())
	}
}

func TestCountsOfABacklogAreNeverNegative(t *testing.T) {
	b, _ := newBacklog(8)
	var wg sync.WaitGroup
	var entered, left atomic.Int64
	for range 4 {
		wg.Go(func() {
			for range 2000 {
				if b.enter() {
					entered.Add(1)
					left.Add(int64(b.leave(1)))
				}
				if n := b.waiting.Load(); n < 0 {
					t.Errorf("%d wait", n)
				}
			}
		})
	}
	wg.Go(func() { left.Add(int64(b.close())) })
	wg.Wait()
	if b.waiting.Load() != 0 || left.Load() < entered.Load() {
		t.Errorf("%d entered, %d left, %d wait", entered.Load(), left.Load(), b.waiting.Load())
	}
}

func TestDroppedSpansAreLoggedWhileTracingRuns(t *testing.T) {
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "64")
	t.Setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16")
	r := receive(t)
	r.hang = make(chan struct{})
	log := initTracing(t)
	touch(t, 200)
	eventually(t, "it is logged", func() bool { return log.count("\n") > 0 })
	if log.count("\n") != 1 || log.count("level=WARN") != 1 || log.count("are dropped") != 1 || log.count("waiting=80") != 1 {
		t.Errorf("logged %s", log)
	}
	if s := TracingStats(); len(s) != 1 || s[0].Dropped != 120 || s[0].Waiting != 80 || s[0].Exporter != "http://"+r.address || s[0].Failing != nil {
		t.Errorf("counted %+v", s)
	}
	close(r.hang)
	eventually(t, "the spans that waited arrive", func() bool { return len(r.spans()) == 80 })
	eventually(t, "the end is logged", func() bool { return log.count("no longer dropped") == 1 })
	touch(t, 3)
	shutdownTracing(t)
	if log.count("\n") != 2 || log.count("dropped=120") != 1 {
		t.Errorf("logged %s", log)
	}
	if s := TracingStats(); len(r.spans()) != 83 || s[0] != (ExporterStats{Exporter: "http://" + r.address, Sent: 83, Dropped: 120}) {
		t.Errorf("%d spans arrived, counted %+v", len(r.spans()), s)
	}
}

func TestEverySpanIsInOneOfTheCounts(t *testing.T) {
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "32")
	r := listen(t, "127.0.0.1:0", func(r *receiver) { r.refuse = status.Error(codes.PermissionDenied, "no") })
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+r.address)
	initTracing(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { touch(t, 500) })
	}
	wg.Wait()
	_ = Flush(t.Context())
	s := TracingStats()[0]
	if s.Lost+s.Dropped != 2000 || s.Sent+s.Waiting != 0 || s.Failing == nil {
		t.Errorf("counted %+v", s)
	}
}

func TestWithoutAnExporterNothingIsCounted(t *testing.T) {
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	initTracing(t)
	touch(t, 2)
	if s := TracingStats(); len(s) != 0 {
		t.Errorf("counted %+v", s)
	}
}
