package otlp

import (
	"log/slog"
	"sync/atomic"
)

// backlog is how many spans wait for an exporter. It tells the log when there are
// so many that others are dropped and when that is over, and nothing in between.
type backlog struct {
	exporter string // for people to read
	log      *slog.Logger
	limit    int64 // of those that wait

	waiting, dropped atomic.Int64
	closed           atomic.Bool
	full             atomic.Bool
	lately           atomic.Int64 // dropped since it is full
}

// enter returns false where there is no room for a span, which is dropped, and once
// it is closed.
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
		return false // it counts among those that close has found
	}
	b.dropped.Add(1)
	b.lately.Add(1)
	if b.full.CompareAndSwap(false, true) {
		b.log.Warn("otlp: spans are dropped until this is over: more end than are sent; OTEL_BSP_MAX_QUEUE_SIZE lets more wait",
			slog.String("exporter", b.exporter), slog.Int64("waiting", b.limit))
	}
	return false
}

// leave makes room for n more, and returns how many of those that left it still
// counted: none once it is closed. Dropping is over once most have left: the first
// room is taken again at once while more end than are sent.
func (b *backlog) leave(n int) int {
	n = b.remove(n)
	if b.waiting.Load() <= b.limit/4 {
		b.over()
	}
	return n
}

// remove takes n from those that wait, or as many as there are.
func (b *backlog) remove(n int) int {
	for {
		waiting := b.waiting.Load()
		removed := min(int64(n), waiting)
		if b.waiting.CompareAndSwap(waiting, waiting-removed) {
			return int(removed)
		}
	}
}

// close lets no more in and returns how many waited, which wait no more.
func (b *backlog) close() int {
	b.closed.Store(true)
	return int(b.waiting.Swap(0))
}

func (b *backlog) over() {
	if b.full.CompareAndSwap(true, false) {
		b.log.Info("otlp: spans are no longer dropped",
			slog.String("exporter", b.exporter), slog.Int64("dropped", b.lately.Swap(0)))
	}
}
