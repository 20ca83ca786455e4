package middleware

import (
	"time"

	"github.com/aerostore/aerostore"
)

// A loopTime measures how much of a query's time passes in the body of its
// caller's loop. That is the caller's time: it says nothing about the cluster.
type loopTime struct {
	stopwatch // of the query
	body      time.Duration
}

// around returns the call with its records handed on and timed. It is the query
// of one goroutine; a call that is no query stays as it is.
func (l *loopTime) around(call aerostore.Call) aerostore.Call {
	query := call.Query()
	if query == nil {
		return call
	}
	l.stopwatch = startStopwatch()
	return call.WithQuery(*query, func(r *aerostore.Record) bool {
		start := l.now()
		more := call.Yield(r)
		l.body += l.now() - start
		return more
	})
}

// isMostlyBody reports whether the caller has taken more of the time than all
// the rest.
func (l *loopTime) isMostlyBody() bool { return l.body > 0 && l.body > l.now()-l.body }
