package middleware

import (
	"time"

	"github.com/aerostore/aerostore"
)

// loopTime measures how much of a query's time passes in the body of its
// caller's loop. That time says nothing about the cluster.
type loopTime struct {
	start time.Time // of the query
	body  time.Duration
}

// around returns a query that measures the body of its loop. It returns other
// calls unchanged. One goroutine runs the query.
func (l *loopTime) around(call aerostore.Call) aerostore.Call {
	query := call.Query()
	if query == nil {
		return call
	}
	l.start = time.Now()
	return call.WithQuery(*query, func(r *aerostore.Record) bool {
		start := time.Since(l.start)
		more := call.Yield(r)
		l.body += time.Since(l.start) - start
		return more
	})
}

// isMostlyBody reports whether the body took more time than the rest.
func (l *loopTime) isMostlyBody() bool { return l.body > 0 && l.body > time.Since(l.start)-l.body }
