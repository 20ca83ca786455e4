package middleware

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// ErrRateLimited matches the error of an operation that a [RateLimit] rejected.
var ErrRateLimited error = safe.NewSentinel("the rate limit is reached", "rate_limited")

// RateOptions are the options of [RateLimit].
type RateOptions struct {
	// Burst is how many operations may pass at once after a pause. The default
	// is the rate per second, rounded down, but at least 1.
	Burst int

	// MaxWait is how long an operation may wait. Zero, the default, and [None]
	// mean not at all. An operation that would have to wait longer, or past the
	// deadline of its context, is rejected at once.
	MaxWait time.Duration

	// Weight returns how much an operation counts. An operation with a weight of
	// 0 or less passes. A weight above Burst counts as Burst. The default is 1
	// for each operation. [PerKey] is another choice.
	Weight func(call aerostore.Call) int

	// OnEvent, if not nil, is called for each event.
	OnEvent Hook
}

// PerKey returns the number of keys of a batch, and 1 for any other call. Use
// it as RateOptions.Weight.
func PerKey(call aerostore.Call) int { return max(call.Len(), 1) }

// RateLimit returns a middleware that lets perSecond operations pass in a second,
// and Burst at once after a pause. Further operations are rejected, or wait for at
// most MaxWait. Those that wait pass in the order in which they came. An
// operation that stops waiting does not use up any of the rate, and those behind
// it move up.
//
// Each operation counts as 1, a batch or a query too, unless Weight returns
// another number. The limit is for this process and this store.
//
// A rejected operation has an error that matches [ErrRateLimited] and is never in
// doubt. Its [RejectedError] says when it may pass. If its context ended while it
// waited, the error matches the context's error too.
//
// The layer "rate_limit" has the events waited and rejected. Its gauge available is
// the weight of operations that may pass at once, and waiting is the number of
// operations that wait.
//
// RateLimit panics if perSecond is not positive and finite, or if an option is
// invalid.
func RateLimit(perSecond float64, opts RateOptions) aerostore.Middleware {
	if !(perSecond > 0) || math.IsInf(perSecond, 0) { // NaN included
		panic(fmt.Sprintf("middleware: RateLimit of %v a second: must be positive and finite", perSecond))
	}
	opts.Burst = orDefault(opts.Burst, int(min(max(perSecond, 1), math.MaxInt32)))
	opts.MaxWait = orDefault(opts.MaxWait, 0)
	switch {
	case opts.Burst < 1:
		panic(fmt.Sprintf("middleware: RateLimit with a burst of %d: must be positive", opts.Burst))
	case opts.MaxWait < 0:
		panic(fmt.Sprintf("middleware: RateLimit with a wait of %v: must be positive, or None", opts.MaxWait))
	}
	return aerostore.WithLayer(func() *rateLimit {
		return &rateLimit{
			RateOptions: opts,
			counters:    newCounters(rateLayer, "", opts.OnEvent, "waited", "rejected"),
			bucket:      newTokenBucket(perSecond, opts.Burst),
			reason:      fmt.Sprintf("%v a second", perSecond),
		}
	})
}

const rateLayer = "rate_limit"

// The events of a rate limit.
const (
	rateWaited = iota
	rateRejected
)

type rateLimit struct {
	RateOptions
	counters
	bucket *tokenBucket
	reason string // of rejections
}

// Intercept implements [aerostore.Layer].
func (r *rateLimit) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		weight := 1
		if r.Weight != nil {
			if weight = min(r.Weight(call), r.Burst); weight <= 0 {
				return next(ctx, call)
			}
		}
		if !r.bucket.take(weight) {
			if err := r.await(ctx, call, weight); err != nil {
				return aerostore.Result{}, err
			}
		}
		return next(ctx, call)
	}
}

// await waits for tokens.
func (r *rateLimit) await(ctx context.Context, call aerostore.Call, weight int) error {
	if err := aerostore.ContextError(ctx); err != nil {
		return call.NewContextError(err)
	}
	within := r.MaxWait
	if deadline, ok := ctx.Deadline(); ok {
		within = min(within, time.Until(deadline))
	}
	place, wait := r.bucket.queueUp(weight, within)
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

// waitFor waits until the tokens are there. If they do not come, it leaves the
// queue, also if the hook panics or exits.
func (r *rateLimit) waitFor(ctx context.Context, call aerostore.Call, place *tokenWaiter) error {
	served := false
	defer func() {
		if !served {
			r.bucket.leave(place)
		}
	}()
	r.count(ctx, call, rateWaited)
	select {
	case <-place.served:
		served = true
		return nil
	case <-ctx.Done():
		return aerostore.ContextError(ctx)
	}
}

func (r *rateLimit) reject(ctx context.Context, call aerostore.Call, wait time.Duration, ended error) error {
	r.count(ctx, call, rateRejected)
	err := &RejectedError{Err: ErrRateLimited, RetryAfter: wait, reason: r.reason, ended: ended}
	if ended != nil {
		err.reason = "the context ended before its turn came"
	}
	return call.NewError(aerostore.CodeOK, err)
}

// LayerStats implements [aerostore.Layer].
func (r *rateLimit) LayerStats() aerostore.LayerStats {
	available, waiting := r.bucket.available()
	return aerostore.LayerStats{
		Layer:  rateLayer,
		Events: r.appendTo(nil),
		Gauges: []aerostore.LayerGauge{
			{Name: "available", Value: available},
			{Name: "waiting", Value: float64(waiting)},
		},
	}
}
