package otlp

import (
	"log/slog"
	"sync/atomic"
)

// A backlog counts the spans that wait for an exporter. It logs once when it is full and
// spans are dropped, and once when that is over.
type backlog struct {
	exporter string // in log records
	log      *slog.Logger
	limit    int64 // of waiting

	waiting, dropped atomic.Int64
	closed           atomic.Bool
	full             atomic.Bool
	recent           atomic.Int64 // dropped since it is full
}

// enter reports whether there is room for a span. There is none once the backlog is
// closed.
func (b *backlog) enter() bool {
	waiting := b.waiting.Add(1)
	if b.closed.Load() {
		b.remove(1)
		return false
	}
	if waiting <= b.limit {
		return true
	}
	if b.remove(1) == 0 {
		return false // close has counted it
	}
	b.dropped.Add(1)
	b.recent.Add(1)
	if b.full.CompareAndSwap(false, true) {
		b.log.Warn("otlp: spans are dropped, because more end than are sent; OTEL_BSP_MAX_QUEUE_SIZE sets how many may wait",
			slog.String("exporter", b.exporter), slog.Int64("waiting", b.limit))
	}
	return false
}

// leave removes n spans and returns how many of them were still counted: none once the
// backlog is closed. Dropping is over once three quarters are free. The first room is
// taken again at once while more spans end than are sent.
func (b *backlog) leave(n int) int {
	n = b.remove(n)
	if b.waiting.Load() <= b.limit/4 {
		b.over()
	}
	return n
}

// remove subtracts n from waiting, or as many as there are.
func (b *backlog) remove(n int) int {
	for {
		waiting := b.waiting.Load()
		removed := min(int64(n), waiting)
		if b.waiting.CompareAndSwap(waiting, waiting-removed) {
			return int(removed)
		}
	}
}

// close closes the backlog and returns how many spans were waiting.
func (b *backlog) close() int {
	b.closed.Store(true)
	return int(b.waiting.Swap(0))
}

func (b *backlog) over() {
	if b.full.CompareAndSwap(true, false) {
		b.log.Info("otlp: spans are no longer dropped",
			slog.String("exporter", b.exporter), slog.Int64("dropped", b.recent.Swap(0)))
	}
}
