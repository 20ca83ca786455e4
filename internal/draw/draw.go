// Package draw decides which of the events that a fault selects it applies to.
package draw

import (
	"math/rand/v2"
	"sync"
)

// A Draw decides about one event after another. It is safe for concurrent use, and exact:
// no more events than its limit are hit.
type Draw struct {
	probability float64
	skip, times int

	mu      sync.Mutex
	random  *rand.Rand // nil: no probability
	seen    int
	hits    int
	stopped bool
}

// New returns a Draw that passes over skip events, hits the others with a probability, and
// stops after as many hits as times says. A probability of 0 means 1. Times of 0 are no
// limit. The seed determines the random sequence.
func New(probability float64, seed uint64, skip, times int) *Draw {
	d := &Draw{probability: probability, skip: skip, times: times}
	if probability > 0 {
		d.random = rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // G404: reproducible on purpose
	}
	return d
}

// Next decides about an event. It reports whether the event is hit, and whether it is the
// last one that is.
func (d *Draw) Next() (hit, last bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return false, false
	}
	if d.seen < d.skip {
		d.seen++
		return false, false
	}
	if d.random != nil && d.random.Float64() >= d.probability {
		return false, false
	}
	d.hits++
	d.stopped = d.hits == d.times
	return true, d.stopped
}

// Stop makes Next hit nothing from then on.
func (d *Draw) Stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
}

// Hits returns how many events were hit.
func (d *Draw) Hits() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.hits
}
