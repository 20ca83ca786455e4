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
	full             atomic.Bool
	lately           atomic.Int64 // dropped since it is full
}

// enter returns false where there is no room for a span, which is dropped.
func (b *backlog) enter() bool {
	if b.waiting.Add(1) <= b.limit {
		return true
	}
	b.waiting.Add(-1)
	b.dropped.Add(1)
	b.lately.Add(1)
	if b.full.CompareAndSwap(false, true) {
		b.log.Warn("otlp: spans are dropped until this is over: more end than are sent; OTEL_BSP_MAX_QUEUE_SIZE lets more wait",
			slog.String("exporter", b.exporter), slog.Int64("waiting", b.limit))
	}
	return false
}

// leave makes room for n more. It is over once most have left: the first room is
// taken again at once while more end than are sent.
func (b *backlog) leave(n int) {
	if b.waiting.Add(-int64(n)) <= b.limit/4 {
		b.over()
	}
}

func (b *backlog) over() {
	if b.full.CompareAndSwap(true, false) {
		b.log.Info("otlp: spans are no longer dropped",
			slog.String("exporter", b.exporter), slog.Int64("dropped", b.lately.Swap(0)))
	}
}
