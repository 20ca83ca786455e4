package middleware

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// ErrRateLimited matches the error of an operation that a [RateLimit] turned
// away.
var ErrRateLimited error = &sentinel{"the rate limit is reached", "rate_limited"}

// RateLimit returns a middleware that lets no more than so many operations
// through in a second, and [RateBurst] at once after a quiet while. What comes
// beyond is turned away, or waits for its turn if [RateWait] lets it; those who
// wait are let through in the order in which they came.
//
// Each operation counts for 1, a batch or a query too, unless a [RateWeight]
// such as [PerKey] says otherwise. The limit is that of this process and this
// store, and is not shared with others.
//
// What is turned away has an error that matches [ErrRateLimited], is never in
// doubt and says, in its [RejectedError], when there will be room. One whose
// context ends while it waits matches the context's error, too.
//
// The policy "rate_limit" has the events waited and rejected, of which a [Hook]
// is told, and the levels available, which is how much could come at once, and
// waiting, which is how many operations do.
//
// RateLimit panics if perSecond is not positive or infinite, or the options
// make no sense.
func RateLimit(perSecond float64, opts ...RateOption) aerostore.Middleware {
	c := newRateConfig(perSecond, opts)
	return aerostore.WithPolicy(func() *rateLimit {
		return &rateLimit{
			rateConfig: c,
			turns:      newTurns(c),
			tallies:    newTallies(ratePolicy, "", c.hook, "waited", "rejected"),
			reason:     fmt.Sprintf("%v a second", c.perSecond),
		}
	})
}

const ratePolicy = "rate_limit"

const aYear = 365 * 24 * 3600 // in seconds: no wait is told to be longer

// The events of a rate limit.
const (
	rateWaited = iota
	rateRejected
)

type rateLimit struct {
	rateConfig
	turns
	tallies
	waiting atomic.Int64
	reason  string // of rejections
}

// Intercept implements [aerostore.Policy].
func (r *rateLimit) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		weight := 1
		if r.weight != nil {
			if weight = min(r.weight(call), r.limiter.Burst()); weight <= 0 {
				return next(ctx, call)
			}
		}
		if !r.take(weight) {
			if err := r.await(ctx, call, weight); err != nil {
				return aerostore.Result{}, err
			}
		}
		return next(ctx, call)
	}
}

// await waits for the call's turn.
func (r *rateLimit) await(ctx context.Context, call aerostore.Call, weight int) error {
	if err := ctx.Err(); err != nil {
		return call.FailContext(err)
	}
	now := r.time()
	last := now.Add(r.wait)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(last) {
		last = deadline
	}
	missing := float64(weight) - r.limiter.TokensAt(now)
	turn := time.Duration(min(missing/r.perSecond, aYear) * float64(time.Second))
	if r.wait == 0 || now.Add(turn).After(last) {
		return r.reject(ctx, call, turn, nil)
	}
	r.happened(ctx, call, rateWaited)
	r.waiting.Add(1)
	defer r.waiting.Add(-1)
	if err := r.limiter.WaitN(waitingUntil{ctx, last}, weight); err != nil {
		return r.reject(ctx, call, turn, ctx.Err())
	}
	return nil
}

func (r *rateLimit) reject(ctx context.Context, call aerostore.Call, turn time.Duration, ended error) error {
	r.happened(ctx, call, rateRejected)
	err := &RejectedError{Policy: ErrRateLimited, RetryAfter: max(turn, 1), reason: r.reason, ended: ended}
	if ended != nil {
		err.RetryAfter, err.reason = 0, "the context ended before its turn came"
	}
	return call.Fail(aerostore.CodeOK, err)
}

// waitingUntil is a context with an earlier deadline, for those who only ask
// about it and would give up at once: there is no timer.
type waitingUntil struct {
	context.Context
	last time.Time
}

// Deadline implements context.Context.
func (w waitingUntil) Deadline() (deadline time.Time, ok bool) { return w.last, true }

// PolicyStats implements [aerostore.Policy].
func (r *rateLimit) PolicyStats() aerostore.PolicyStats {
	return aerostore.PolicyStats{
		Policy: ratePolicy,
		Events: r.appendTo(nil),
		Levels: []aerostore.PolicyLevel{
			{Name: "available", Value: r.available()},
			{Name: "waiting", Value: float64(r.waiting.Load())},
		},
	}
}
