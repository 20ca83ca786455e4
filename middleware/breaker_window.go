package middleware

import (
	"sync"
	"sync/atomic"
	"time"
)

const windowParts = 10

// A window counts the operations of the last ten parts, and drops a part when its
// time has passed.
type window struct {
	start time.Time
	width time.Duration // of a tenth of the window

	tick  atomic.Int64 // the number of the newest part
	parts [windowParts]struct{ calls, failures atomic.Int64 }

	turning sync.Mutex
}

func (w *window) success() {
	w.parts[w.turn()].calls.Add(1)
}

func (w *window) failure() {
	part := &w.parts[w.turn()]
	part.calls.Add(1)
	part.failures.Add(1)
}

// sum returns the counts within the window.
func (w *window) sum() (calls, failures int64) {
	w.turn()
	for i := range w.parts {
		calls += w.parts[i].calls.Load()
		failures += w.parts[i].failures.Load()
	}
	return calls, failures
}

func (w *window) clear() {
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
