package middleware

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	windowParts = 10
	lookEvery   = 16 // successes for each reading of the clock
)

// A window counts the operations of the last ten parts, and drops a part when its
// time has passed.
type window struct {
	start time.Time
	width time.Duration // of a part

	// pending are the successes since the clock was read.
	pending atomic.Int64
	tick    atomic.Int64 // the number of the newest part
	parts   [windowParts]struct{ calls, failures atomic.Int64 }

	turning sync.Mutex
}

func (w *window) success() {
	if w.pending.Add(1) >= lookEvery {
		w.parts[w.turn()].calls.Add(w.pending.Swap(0))
	}
}

func (w *window) failure() {
	part := &w.parts[w.turn()]
	part.calls.Add(w.pending.Swap(0) + 1)
	part.failures.Add(1)
}

// sum returns the counts within the window.
func (w *window) sum() (calls, failures int64) {
	w.turn()
	calls = w.pending.Load()
	for i := range w.parts {
		calls += w.parts[i].calls.Load()
		failures += w.parts[i].failures.Load()
	}
	return calls, failures
}

func (w *window) clear() {
	w.pending.Store(0)
	for i := range w.parts {
		w.parts[i].calls.Store(0)
		w.parts[i].failures.Store(0)
	}
}

// turn drops the parts that are out of the window and returns the index of the
// current one.
func (w *window) turn() int {
	tick := int64(time.Since(w.start) / w.width)
	if tick > w.tick.Load() {
		w.turning.Lock()
		defer w.turning.Unlock()
		last := w.tick.Load()
		for t := max(last+1, tick-windowParts+1); t <= tick; t++ {
			part := &w.parts[t%windowParts]
			part.calls.Store(0)
			part.failures.Store(0)
		}
		w.tick.Store(max(last, tick))
	}
	return int(tick % windowParts)
}
