package otlp

import (
	"log/slog"
	"sync"
	"sync/atomic"
)

// health counts the exports of an exporter. It logs once when they begin to fail, and
// once when they succeed again.
type health struct {
	messages

	exporter   string // in log records
	log        *slog.Logger
	sent, lost atomic.Int64

	mu      sync.Mutex
	partial bool // a partial success has been logged
	failing bool
	failure error // the first; others may be its consequence
	since   int64 // lost before failing began
}

// messages are the texts that health logs.
type messages struct {
	fails, works, inPart string
	lostKey              string
	counts               bool // items that fail are lost
}

// exported counts an export of n items and its error.
func (h *health) exported(n int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	accepted := n
	if items, ok := partialSuccess(err); ok {
		accepted -= h.rejected(int(min(items, int64(n))), err)
		err = nil
	}
	switch {
	case err == nil:
		h.sent.Add(int64(accepted))
		if h.failing {
			h.failing = false
			h.log.Info(h.works, slog.String("exporter", h.exporter), slog.Int64(h.lostKey, h.lost.Load()-h.since))
		}
		return
	case !h.failing:
		h.failing, h.failure, h.since = true, err, h.lost.Load()
		h.log.Warn(h.fails, slog.String("exporter", h.exporter), slog.Any("error", err))
	}
	h.lost.Add(int64(n))
}

// rejected counts the n items that a collector rejected from an export, and returns how
// many were lost. Metrics are not counted by item.
func (h *health) rejected(n int, err error) int {
	if !h.partial {
		h.partial = true
		h.log.Warn(h.inPart, slog.String("exporter", h.exporter), slog.Any("error", err))
	}
	if !h.counts || n == 0 {
		return 0
	}
	h.lost.Add(int64(n))
	h.failure = err
	return n
}

// reason returns why exporting failed last, or why items were rejected.
func (h *health) reason() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failure
}

// failingWith returns why exporting fails, nil if it does not.
func (h *health) failingWith() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failing {
		return h.failure
	}
	return nil
}
