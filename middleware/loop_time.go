package middleware

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// loopTime measures how much of a query's time passes in the body of its
// caller's loop. That time says nothing about the cluster.
//
// Reading the clock twice takes longer than a record that has arrived. After a quick
// record the clock rests for an instant. It is then read at the end of what runs, the
// body or the rest, and the instant counts for that. What is slow is measured in this
// way, and what is quick is sampled.
type loopTime struct {
	start time.Time     // of the query
	now   time.Duration // since start, when the clock was last read
	ended time.Duration // now after the last body that was measured
	body  time.Duration

	resting atomic.Bool // the clock is not read
	waker   *time.Timer // ends resting
}

const (
	quickRecord    = 10 * time.Microsecond
	longestInstant = 2 * time.Millisecond
)

// around returns a query that measures the body of its loop. It returns other
// calls unchanged. One goroutine runs the query.
func (l *loopTime) around(call aerostore.Call) aerostore.Call {
	query := call.Query()
	if query == nil {
		return call
	}
	l.start = time.Now()
	return call.WithQuery(*query, func(r *aerostore.Record) bool {
		if !l.resting.Load() {
			l.now = time.Since(l.start)
		}
		begun := l.now
		more := call.Yield(r)
		if !l.resting.Load() {
			l.now = time.Since(l.start)
			if l.now-l.ended < quickRecord {
				l.rest()
			}
			l.ended = l.now
		}
		l.body += l.now - begun
		return more
	})
}

// rest lets the clock rest for an instant. Instants differ, because the body may run
// at regular intervals.
func (l *loopTime) rest() {
	l.resting.Store(true)
	instant := rand.N(longestInstant) //nolint:gosec // G404: not for security
	if l.waker == nil {
		l.waker = time.AfterFunc(instant, func() { l.resting.Store(false) })
	} else {
		l.waker.Reset(instant)
	}
}

// isMostlyBody reports whether the body took more time than the rest.
func (l *loopTime) isMostlyBody() bool { return l.body > 0 && l.body > time.Since(l.start)-l.body }
