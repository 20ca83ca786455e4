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
	partial bool // it was told that some is refused
	failing bool
	failure error // that it began with; what follows may be but a consequence
	since   int64 // lost before
}

// wording is what the log is told.
type wording struct {
	fails, works, inPart string
	lostKey              string
	counts               bool // each item is one that may be lost
}

// exported notes how an export of n items went.
func (h *health) exported(n int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	taken := n
	if rejected, ok := partly(err); ok {
		taken -= h.refused(int(min(rejected, int64(n))), err)
		err = nil
	}
	switch {
	case err == nil:
		h.sent.Add(int64(taken))
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

// refused notes that n items of an export that is otherwise in order were not
// taken, and returns how many of them count: of measurements it is not known how
// many there were.
func (h *health) refused(n int, err error) int {
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
