package middleware

import (
	"math"
	"sync/atomic"
	"time"
)

// A quantile follows the duration that the part q of operations stays below. It
// goes up by q steps for each that took longer and down by 1-q steps for each
// that did not: it is at rest where one in so many takes longer. A step is five
// parts in a hundred of it.
type quantile struct {
	up, down float64
	value    atomic.Uint64 // the bits of a float64, in nanoseconds
}

const (
	quantileStep = 0.05
	shortestTime = float64(time.Microsecond)
	longestTime  = float64(time.Minute)
)

// follow sets the part and where to begin.
func (q *quantile) follow(part float64, from time.Duration) {
	q.up, q.down = 1+quantileStep*part, 1-quantileStep*(1-part)
	q.value.Store(math.Float64bits(float64(from)))
}

// add takes in how long an operation took. Of two at once one may be lost, which
// does no harm.
func (q *quantile) add(took time.Duration) {
	value := math.Float64frombits(q.value.Load())
	if float64(took) > value {
		q.longer()
		return
	}
	q.value.Store(math.Float64bits(max(value*q.down, shortestTime)))
}

// longer takes in an operation that takes longer.
func (q *quantile) longer() {
	value := math.Float64frombits(q.value.Load())
	q.value.Store(math.Float64bits(min(value*q.up, longestTime)))
}

func (q *quantile) now() time.Duration {
	return time.Duration(math.Float64frombits(q.value.Load()))
}

// An allowance is a bucket that each operation puts a part in and each hedge
// takes one out.
type allowance struct {
	part  int64 // in millionths
	saved atomic.Int64
}

const (
	allowanceUnit = 1_000_000
	allowanceMost = 10 * allowanceUnit
)

func (a *allowance) earn() {
	if a.saved.Load() < allowanceMost {
		a.saved.Add(a.part)
	}
}

func (a *allowance) spend() bool {
	for {
		saved := a.saved.Load()
		if saved < allowanceUnit {
			return false
		}
		if a.saved.CompareAndSwap(saved, saved-allowanceUnit) {
			return true
		}
	}
}
