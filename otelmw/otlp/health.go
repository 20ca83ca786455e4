package otlp

import (
	"log/slog"
	"sync"
	"sync/atomic"
)

// health is what is known of an exporter. It tells the log when exporting
// begins to fail and when it works again, and nothing in between.
type health struct {
	wording

	exporter   string // for people to read
	log        *slog.Logger
	sent, lost atomic.Int64

	mu      sync.Mutex
	failing bool
	failure error // that it began with; what follows may be but a consequence
	since   int64 // lost before
}

// wording is what the log is told.
type wording struct{ fails, works, lostKey string }

// exported notes how an export of n items went.
func (h *health) exported(n int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err == nil:
		h.sent.Add(int64(n))
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

// reason returns why exporting failed last.
func (h *health) reason() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failure
}

// ill returns why exporting fails, nil if it does not.
func (h *health) ill() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failing {
		return h.failure
	}
	return nil
}
