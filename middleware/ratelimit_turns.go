package middleware

import (
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// turns are a bucket of turns to go on.
type turns struct {
	stopwatch
	limiter *rate.Limiter

	// credit is what was taken from the limiter and not used yet. Turns are taken
	// several at once, since a look at the clock costs more than all the rest;
	// the limiter's burst is less by as many.
	credit atomic.Int64
	chunk  int
}

// mostTurns is how many are taken at once, at most.
const mostTurns = 16

func newTurns(c rateConfig) turns {
	chunk := 1
	if c.weight == nil {
		chunk = min(max(c.burst/mostTurns, 1), mostTurns)
	}
	return turns{
		stopwatch: startStopwatch(),
		limiter:   rate.NewLimiter(rate.Limit(c.perSecond), c.burst-chunk+1),
		chunk:     chunk,
	}
}

// take takes n turns if they are there and nobody waits for them. With a chunk
// of more than 1, n is 1.
func (t *turns) take(n int) bool {
	if t.spend() {
		return true
	}
	at := t.time()
	if t.chunk > 1 && t.limiter.AllowN(at, t.chunk) {
		t.credit.Add(int64(t.chunk - 1))
		return true
	}
	return t.limiter.AllowN(at, n)
}

func (t *turns) spend() bool {
	for {
		credit := t.credit.Load()
		if credit <= 0 {
			return false
		}
		if t.credit.CompareAndSwap(credit, credit-1) {
			return true
		}
	}
}

// available returns how many could be taken at the moment.
func (t *turns) available() float64 {
	return max(t.limiter.TokensAt(t.time()), 0) + float64(t.credit.Load())
}

// time is time.Now for less.
func (t *turns) time() time.Time { return t.started.Add(t.now()) }
