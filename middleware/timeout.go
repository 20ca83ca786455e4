package middleware

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// Timeout returns a middleware that bounds operations. The context of one that
// has no deadline, or a later one, ends after limit; [TimeoutOps] sets other
// limits for some of the operations. A query is bounded with all that the
// caller does while ranging over it, so that queries often want more, or none.
//
// A call that has an [aerostore.Timeout] of its own, shorter or longer, is bounded
// by that in place of the limit, and so is one of an operation without a limit.
// [TimeoutCap] says how much a call may have.
//
// Timeout ends the context and waits: it leaves no goroutine behind, and an
// operation is over as soon as what is inside heeds its context. asbackend
// makes the deadline the timeout of the client's command.
//
// # Errors
//
// What the limit ended fails with an [aerostore.Error] that matches
// [aerostore.ErrTimeout] and context.DeadlineExceeded, is in doubt if what it
// stands around is, and has a [TimeoutError] in its chain that says how long
// the limit was. Around a [Retry] it also matches, and tells, how the last attempt
// failed that was not cut short. A deadline of the caller's own is passed on as it
// is; so is a success that came late.
//
// The limit is the cause of the context that it ends; see
// [aerostore.ContextError].
//
// # Counters
//
// As an [aerostore.Layer] it is "timeout" and counts the operations that came
// through ("calls") and those that it ended ("timeouts").
//
// An operation whose deadline is soon enough costs no allocation, another one
// costs one, until something inside waits for the context's Done.
//
// Timeout panics if limit is not positive or the options make no sense.
func Timeout(limit time.Duration, opts ...TimeoutOption) aerostore.Middleware {
	c := newTimeoutConfig(limit, opts)
	return aerostore.WithLayer(func() *timeout { return &timeout{timeoutConfig: c, clock: newLaggingClock()} })
}

// timeout is the layer around one store.
type timeout struct {
	timeoutConfig
	clock        *laggingClock
	calls, fired atomic.Int64
}

func (t *timeout) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		t.calls.Add(1)
		limit := t.limitOf(call.Op, call.Options.Timeout)
		if limit == nil {
			return next(ctx, call)
		}
		bounded := within(ctx, t.clock, limit)
		if bounded == nil {
			return next(ctx, call)
		}
		return t.bound(bounded, call, next)
	}
}

func (t *timeout) bound(ctx *deadline, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	defer ctx.end()
	result, err := next(ctx, call)
	if err == nil {
		return result, nil
	}
	ended, err := ctx.explain(call, err)
	if ended {
		t.fired.Add(1)
		if t.hook != nil {
			t.hook(ctx.Context, call, err)
		}
	}
	return result, err
}

// LayerStats implements [aerostore.Layer].
func (t *timeout) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{Layer: "timeout", Events: []aerostore.LayerEvent{
		{Name: "calls", N: t.calls.Load()},
		{Name: "timeouts", N: t.fired.Load()},
	}}
}

// A TimeoutError says which limit ended a call, that of [Timeout] or that which
// [RetryAttemptTimeout] sets for one attempt. It stands in the chain of the
// call's [aerostore.Error].
type TimeoutError struct {
	Limit   time.Duration
	Attempt bool  // of one attempt, not of the operation
	Err     error // what the call failed with
}

// Error returns how long the limit is, what it is for and what came of it.
func (e *TimeoutError) Error() string { return e.text(error.Error) }

// SafeMessage is Error without what others say; see [aerostore.Error.SafeMessage].
func (e *TimeoutError) SafeMessage() string { return e.text(safe.Message) }

func (e *TimeoutError) text(textOf func(error) string) string {
	what := "the operation"
	if e.Attempt {
		what = "one attempt"
	}
	return fmt.Sprintf("the limit of %v for %s was reached: %s", e.Limit, what, reasonOf(e.Err, textOf))
}

// Unwrap returns what the call failed with.
func (e *TimeoutError) Unwrap() error { return e.Err }

// ErrorType is what OpenTelemetry's conventions ask for an error.type.
func (e *TimeoutError) ErrorType() string { return "timeout" }

// newLimit returns the error of a limit that no call has reached yet. It is the
// cause of the contexts that end by it.
func newLimit(limit time.Duration, attempt bool) *TimeoutError {
	return &TimeoutError{Limit: limit, Attempt: attempt, Err: context.DeadlineExceeded}
}

// fail returns the error of a call that ended with err because of the limit.
func (e *TimeoutError) fail(call aerostore.Call, err error) error {
	named := *e
	named.Err = err
	failed := errorOf(call, err)
	failed.Err = &named
	return failed
}
