package otlp

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// later is a log that passes its records on, in their order, from a goroutine of its
// own. A handler is the application's: it may wait, or call this package, and so must
// run neither while a lock is held nor where spans are exported.
type later struct {
	to slog.Handler

	mu      sync.Mutex
	records []slog.Record
	told    chan struct{} // closed once none is left; nil while nothing runs
}

// laterLimit is how many records wait for a handler that does not return. What they
// say changes seldom, so that there are as many only behind one that never does.
const laterLimit = 100

// Enabled implements [slog.Handler]. The level is for the other handler to decide on,
// and it is not asked here.
func (*later) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements [slog.Handler].
func (l *later) Handle(_ context.Context, record slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.records) == laterLimit {
		return nil
	}
	l.records = append(l.records, record.Clone())
	if l.told == nil {
		l.told = make(chan struct{})
		go l.run() //nolint:gosec // G118: a record outlives the context that it came with
	}
	return nil
}

// WithAttrs implements [slog.Handler]. This package uses none.
func (l *later) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup implements [slog.Handler]. This package uses none.
func (l *later) WithGroup(string) slog.Handler { return l }

func (l *later) run() {
	ended := false
	defer func() {
		if !ended {
			go l.run() // the handler has ended the goroutine
		}
	}()
	for record, ok := l.next(); ok; record, ok = l.next() {
		if ctx := context.Background(); l.to.Enabled(ctx, record.Level) {
			_ = l.to.Handle(ctx, record) // nobody is left to tell
		}
	}
	ended = true
}

func (l *later) next() (record slog.Record, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.records) == 0 {
		close(l.told)
		l.told = nil
		return record, false
	}
	record = l.records[0]
	l.records = l.records[1:]
	return record, true
}

// laterGrace is how long a caller waits for a handler.
const laterGrace = 100 * time.Millisecond

// wait returns when all records have been handled, or it takes too long.
func (l *later) wait() {
	l.mu.Lock()
	told := l.told
	l.mu.Unlock()
	if told == nil {
		return
	}
	grace := time.NewTimer(laterGrace)
	defer grace.Stop()
	select {
	case <-told:
	case <-grace.C:
	}
}
