package middleware

import (
	"math"
	"sync/atomic"
	"time"
)

// A quantile estimates the duration below which the fraction q of operations
// stays. It grows by q steps for each longer operation and shrinks by 1-q steps
// for each other one. So it settles where the fraction 1-q is longer. A step is 5
// % of the estimate.
type quantile struct {
	up, down float64
	bits     atomic.Uint64 // of a float64, in nanoseconds
}

const (
	quantileStep = 0.05
	shortestTime = float64(time.Microsecond)
	longestTime  = float64(time.Minute)
)

// init sets q, which is part, and the first estimate.
func (q *quantile) init(part float64, first time.Duration) {
	q.up, q.down = 1+quantileStep*part, 1-quantileStep*(1-part)
	q.bits.Store(math.Float64bits(float64(first)))
}

// add adds the duration of an operation. Of two concurrent calls one may be lost,
// which is negligible.
func (q *quantile) add(took time.Duration) {
	value := math.Float64frombits(q.bits.Load())
	if float64(took) > value {
		q.exceed()
		return
	}
	q.bits.Store(math.Float64bits(max(value*q.down, shortestTime)))
}

// exceed adds an operation that takes longer than the estimate.
func (q *quantile) exceed() {
	value := math.Float64frombits(q.bits.Load())
	q.bits.Store(math.Float64bits(min(value*q.up, longestTime)))
}

func (q *quantile) value() time.Duration {
	return time.Duration(math.Float64frombits(q.bits.Load()))
}
