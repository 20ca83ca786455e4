package middleware

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	windowParts = 10
	lookEvery   = 16 // successes for each look at the clock
)

// A window counts the operations of the last while, in parts that are dropped
// one by one as time goes on.
type window struct {
	stopwatch
	width time.Duration // of a part

	// pending are successes whose time nobody has looked at yet. A look at the
	// clock costs several times what all the rest does.
	pending atomic.Int64
	tick    atomic.Int64 // the number of the newest part
	parts   [windowParts]struct{ calls, failures atomic.Int64 }

	turning sync.Mutex
}

func (w *window) success() {
	if w.pending.Add(1) >= lookEvery {
		w.parts[w.turn(w.now())].calls.Add(w.pending.Swap(0))
	}
}

func (w *window) failure() {
	part := &w.parts[w.turn(w.now())]
	part.calls.Add(w.pending.Swap(0) + 1)
	part.failures.Add(1)
}

// sum returns what was counted within the window.
func (w *window) sum() (calls, failures int64) {
	w.turn(w.now())
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

// turn drops the parts that have gone out of the window and returns the place
// of the one that is counted in now.
func (w *window) turn(now time.Duration) int {
	tick := int64(now / w.width)
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
