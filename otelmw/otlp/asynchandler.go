package otlp

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// An asyncHandler passes records to the application's handler in order, from its own
// goroutine. That handler may block, or call this package, so it must not run while a
// lock is held or where spans are exported.
type asyncHandler struct {
	to slog.Handler

	mu      sync.Mutex
	records []slog.Record
	drained chan struct{} // closed once no record is left; nil while nothing runs
}

// asyncLimit is the number of records that wait for a handler that does not return.
// More are dropped.
const asyncLimit = 100

// asyncGrace is how long a caller waits for the handler.
const asyncGrace = 100 * time.Millisecond

// Enabled implements [slog.Handler]. The application's handler decides on the level
// when it gets the record.
func (*asyncHandler) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements [slog.Handler].
func (h *asyncHandler) Handle(_ context.Context, record slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.records) == asyncLimit {
		return nil
	}
	h.records = append(h.records, record.Clone())
	if h.drained == nil {
		h.drained = make(chan struct{})
		go h.run() //nolint:gosec // G118: a record outlives the context that it came with
	}
	return nil
}

// WithAttrs implements [slog.Handler]. This package uses none.
func (h *asyncHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup implements [slog.Handler]. This package uses none.
func (h *asyncHandler) WithGroup(string) slog.Handler { return h }

func (h *asyncHandler) run() {
	ended := false
	defer func() {
		if !ended {
			go h.run() // the application's handler has ended the goroutine
		}
	}()
	for record, ok := h.next(); ok; record, ok = h.next() {
		if ctx := context.Background(); h.to.Enabled(ctx, record.Level) {
			_ = h.to.Handle(ctx, record) // there is no caller to return it to
		}
	}
	ended = true
}

func (h *asyncHandler) next() (record slog.Record, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.records) == 0 {
		close(h.drained)
		h.drained = nil
		return record, false
	}
	record = h.records[0]
	h.records = h.records[1:]
	return record, true
}

// wait returns when all records have been handled, or after asyncGrace.
func (h *asyncHandler) wait() {
	h.mu.Lock()
	drained := h.drained
	h.mu.Unlock()
	if drained == nil {
		return
	}
	grace := time.NewTimer(asyncGrace)
	defer grace.Stop()
	select {
	case <-drained:
	case <-grace.C:
	}
}
