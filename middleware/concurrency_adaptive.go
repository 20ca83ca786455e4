package middleware

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aerostore/aerostore"
)

const (
	timeEvery    = 8 // operations for each that is timed
	roundTime    = 100 * time.Millisecond
	roundSamples = 10
	failures     = 10  // one in so many may fail
	tolerance    = 2   // times as long as when the cluster is not busy
	shrink       = 0.9 // of the limit, where operations wait for each other
	refreshAfter = 10 * time.Second
	drained      = 10 // the part of the limit that leaves the cluster unbusy
)

// An adaptation finds the limit from how long operations take.
type adaptation struct {
	stopwatch
	bounds ConcurrencyRange

	mu    sync.Mutex
	limit float64
	round round

	// idle is how long operations take when the cluster is not busy: the least
	// mean of a round. Since the cluster may never be idle again, it is measured
	// anew after a while, in a short round with a small part of the limit.
	idle      time.Duration
	known     time.Duration // since when
	measuring bool
}

// A round is what was seen since the limit was last thought about.
type round struct {
	began         time.Duration
	timed, failed int64
	took          time.Duration // all that were timed
	busiest       int64         // slots in use
}

func newAdaptation(limit int, bounds ConcurrencyRange) *adaptation {
	return &adaptation{stopwatch: startStopwatch(), limit: float64(limit), bounds: bounds}
}

// times reports whether an operation is to be timed. It is drawn at random, so
// that a regular pattern of operations hides none of them.
func (a *adaptation) times(op aerostore.Op) bool {
	return rand.Uint32()%timeEvery == 0 && op <= aerostore.OpOperate //nolint:gosec // G404: not for security
}

// sample takes in from when to when an operation ran, and how many slots were
// held when it began. One that began before the round does not count. It returns
// the new limit if that ended a round, else 0.
func (a *adaptation) sample(start, end time.Duration, held int64) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if start < a.round.began {
		return 0
	}
	a.round.timed++
	a.round.took += end - start
	a.round.busiest = max(a.round.busiest, held)
	return a.endRound(end)
}

// fail takes in that an operation failed and the cluster is to blame. It
// returns the new limit if that ended a round, else 0.
func (a *adaptation) fail(end time.Duration) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.round.failed++
	return a.endRound(end)
}

// endRound returns the new limit if a round has ended, else 0.
func (a *adaptation) endRound(now time.Duration) int {
	if a.round.timed+a.round.failed < roundSamples || now-a.round.began < roundTime && !a.measuring {
		return 0
	}
	a.think(now, a.round)
	a.round = round{began: now}
	if a.measuring {
		return max(int(a.limit/drained), a.bounds.Min)
	}
	return int(a.limit)
}

func (a *adaptation) think(now time.Duration, r round) {
	slow := failures*r.failed > r.timed+r.failed
	if r.timed > 0 {
		mean := r.took / time.Duration(r.timed)
		unbusy := drained*r.busiest <= int64(a.limit)
		if unbusy || a.measuring || mean <= a.idle || a.idle == 0 {
			a.idle, a.known = mean, now
		}
		slow = slow || mean > tolerance*a.idle
	}
	a.measuring = now-a.known >= refreshAfter
	switch {
	case slow:
		a.limit *= shrink
	case 2*r.busiest >= int64(a.limit):
		a.limit++
	}
	a.limit = min(max(a.limit, float64(a.bounds.Min)), float64(a.bounds.Max))
}
