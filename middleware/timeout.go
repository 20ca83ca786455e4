package middleware

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// Timeout returns a middleware that bounds how long operations take. The context
// of an operation ends after limit, unless its deadline is earlier. The limit of
// a query includes the body of the caller's loop, so queries often need a longer
// limit or none.
//
// If a call has an [aerostore.Timeout], that applies instead of the limit,
// whether it is shorter or longer. TimeoutOptions.MaxTimeout caps it.
//
// Timeout ends the context and waits for the operation. It starts no goroutine.
// The operation returns as soon as the layers inside react to their context.
// asbackend makes the deadline the timeout of the client's command.
//
// Timeout cannot end a function within [aerostore.Do] that ignores its context. It
// waits, and returns what the function returns, however late: the function may set
// variables of its caller. Pass the context on, or make policies of the client with it,
// as asbackend's Store.WritePolicy does.
//
// # Errors
//
// The error of an operation that the limit ended is an [aerostore.Error] that
// matches [aerostore.ErrTimeout] and context.DeadlineExceeded. A [TimeoutError]
// in its chain says how long the limit was. The error is in doubt if the error
// that it wraps is. Outside a [Retry], it also matches the last failure of an
// attempt that was not cut short.
//
// Timeout does not change the error of a deadline that the caller set, nor a
// success that came late.
//
// The limit is the cause of the context that it ends: see
// [aerostore.ContextError].
//
// # Events
//
// The layer "timeout" has the events calls, the operations that passed, and
// timeouts, those that a limit ended.
//
// # Cost
//
// An operation whose deadline is earlier makes no allocation. Another makes one,
// and more if a layer inside waits for the Done channel of the context.
//
// Timeout panics if limit is not positive or an option is invalid.
func Timeout(limit time.Duration, opts TimeoutOptions) aerostore.Middleware {
	l := newLimits(limit, opts)
	return aerostore.WithLayer(func() *timeout {
		return &timeout{limits: l, counters: newCounters("timeout", "", opts.OnEvent, "timeouts")}
	})
}

type timeout struct {
	limits
	calls atomic.Int64
	counters
}

// Intercept implements [aerostore.Layer].
func (t *timeout) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		t.calls.Add(1)
		limit := t.of(call.Op, call.Options.Timeout)
		if limit == nil {
			return next(ctx, call)
		}
		bounded := within(ctx, limit)
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
		t.add(ctx.Context, call, 0, 1, Event{Err: err})
	}
	return result, err
}

// LayerStats implements [aerostore.Layer].
func (t *timeout) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{
		Layer:  t.layer,
		Events: t.appendTo([]aerostore.LayerEvent{{Name: "calls", N: t.calls.Load()}}),
	}
}
