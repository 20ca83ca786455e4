package middleware

import (
	"context"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
)

// ErrRateLimited matches the error of an operation that a [RateLimit] turned
// away.
var ErrRateLimited error = &sentinel{"the rate limit is reached", "rate_limited"}

// RateLimit returns a middleware that lets no more than so many operations
// through in a second, and [RateBurst] at once after a quiet while. What comes
// beyond is turned away, or waits for its turn if [RateWait] lets it. Those who
// wait are let through in the order in which they came. One who stops waiting
// uses no turn: those behind move up.
//
// Each operation counts for 1, a batch or a query too, unless a [RateWeight]
// such as [PerKey] says otherwise. The limit is that of this process and this
// store, and is not shared with others.
//
// What is turned away has an error that matches [ErrRateLimited], is never in
// doubt and says, in its [RejectedError], when there will be room. One whose
// context ends while it waits matches the context's error, too.
//
// The layer "rate_limit" has the events waited and rejected, of which a [Hook]
// is told, and the levels available, which is how much could come at once, and
// waiting, which is how many operations do.
//
// RateLimit panics if perSecond is not positive or infinite, or the options
// make no sense.
func RateLimit(perSecond float64, opts ...RateOption) aerostore.Middleware {
	c := newRateConfig(perSecond, opts)
	return aerostore.WithLayer(func() *rateLimit {
		r := &rateLimit{
			rateConfig: c,
			tallies:    newTallies(rateLayer, "", c.hook, "waited", "rejected"),
			reason:     fmt.Sprintf("%v a second", c.perSecond),
		}
		r.turns.init(c)
		return r
	})
}

const rateLayer = "rate_limit"

const aYear = 365 * 24 * 3600 // in seconds: no wait is told to be longer

// The events of a rate limit.
const (
	rateWaited = iota
	rateRejected
)

type rateLimit struct {
	rateConfig
	tallies
	turns  turns
	reason string // of rejections
}

// Intercept implements [aerostore.Layer].
func (r *rateLimit) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		weight := 1
		if r.weight != nil {
			if weight = min(r.weight(call), r.burst); weight <= 0 {
				return next(ctx, call)
			}
		}
		if !r.turns.take(weight) {
			if err := r.await(ctx, call, weight); err != nil {
				return aerostore.Result{}, err
			}
		}
		return next(ctx, call)
	}
}

// await waits for the call's turn.
func (r *rateLimit) await(ctx context.Context, call aerostore.Call, weight int) error {
	if err := aerostore.ContextError(ctx); err != nil {
		return call.NewContextError(err)
	}
	within := r.wait
	if deadline, ok := ctx.Deadline(); ok {
		within = min(within, time.Until(deadline))
	}
	place, wait := r.turns.queueUp(weight, within)
	switch {
	case place != nil:
		if err := r.waitFor(ctx, call, place); err != nil {
			return r.reject(ctx, call, 0, err)
		}
	case wait > 0:
		return r.reject(ctx, call, wait, nil)
	}
	return nil
}

// waitFor waits until the turn has come. The place is left however else this
// ends: by the context, or by what the hook does.
func (r *rateLimit) waitFor(ctx context.Context, call aerostore.Call, place *turn) error {
	served := false
	defer func() {
		if !served {
			r.turns.leave(place)
		}
	}()
	r.happened(ctx, call, rateWaited)
	select {
	case <-place.came:
		served = true
		return nil
	case <-ctx.Done():
		return aerostore.ContextError(ctx)
	}
}

func (r *rateLimit) reject(ctx context.Context, call aerostore.Call, turn time.Duration, ended error) error {
	r.happened(ctx, call, rateRejected)
	err := &RejectedError{Layer: ErrRateLimited, RetryAfter: turn, reason: r.reason, ended: ended}
	if ended != nil {
		err.reason = "the context ended before its turn came"
	}
	return call.NewError(aerostore.CodeOK, err)
}

// LayerStats implements [aerostore.Layer].
func (r *rateLimit) LayerStats() aerostore.LayerStats {
	available, waiting := r.turns.available()
	return aerostore.LayerStats{
		Layer:  rateLayer,
		Events: r.appendTo(nil),
		Gauges: []aerostore.LayerGauge{
			{Name: "available", Value: available},
			{Name: "waiting", Value: float64(waiting)},
		},
	}
}
