package middleware

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/attempt"
)

// A race is one operation with its attempts.
type race struct {
	*hedge
	ctx      context.Context // the caller's
	call     aerostore.Call
	next     aerostore.Handler
	arrivals chan arrival // with room for all
	started  int64
	made     [2]*attempt.Attempt
	over     atomic.Bool // the caller has its answer
}

// An arrival is how an attempt ended.
type arrival struct {
	outcome
	second bool
}

// settles reports whether the arrival is the answer, whatever the outcome of the
// other attempt is.
func (a *arrival) settles() bool {
	return a.err == nil || aerostore.IsNoRecord(a.err) || a.panicked != nil || a.exited
}

func (r *race) run() (aerostore.Result, error) {
	ctx, cancel := context.WithCancel(r.ctx)
	defer func() {
		for _, a := range r.made {
			a.Abandon()
		}
		cancel()
		r.awaited.Add(-r.started)
		r.over.Store(true)
		r.drain()
	}()
	start := time.Now()
	r.start(ctx)
	timer := time.NewTimer(r.delay())
	defer timer.Stop()
	select {
	case a := <-r.arrivals:
		if a.settles() {
			r.usual.add(time.Since(start))
		}
		return a.deliver()
	case <-r.ctx.Done():
		return aerostore.Result{}, r.call.NewContextError(aerostore.ContextError(r.ctx))
	case <-timer.C:
	}
	r.usual.exceed()
	if r.budget.spend() {
		r.count(r.ctx, r.call, hedgeHedged)
		r.start(ctx)
	} else {
		r.count(r.ctx, r.call, hedgeOverBudget)
	}
	return r.finish()
}

// start begins an attempt.
func (r *race) start(ctx context.Context) {
	second := r.started > 0
	made := r.made[0].Next()
	if !second {
		made = attempt.Begin(r.ctx, hedgeLayer)
	}
	r.made[r.started] = made
	r.started++
	r.awaited.Add(1)
	r.running.Add(1)
	go r.attempt(made.Within(ctx), second, made)
}

func (r *race) attempt(ctx context.Context, second bool, made *attempt.Attempt) {
	carryOut(ctx, r.call, r.next, func(o outcome) {
		if o.panicked == nil && !o.exited {
			made.End(r.call, o.result, o.err)
		}
		r.running.Add(-1)
		r.arrivals <- arrival{o, second}
		if r.over.Load() {
			r.drain()
		}
	})
}

// finish waits for the answer of any attempt.
func (r *race) finish() (aerostore.Result, error) {
	var failed *arrival
	for n := r.started; ; n-- {
		select {
		case a := <-r.arrivals:
			switch {
			case a.settles():
				if a.second {
					r.count(r.ctx, r.call, hedgeWon)
				}
				return r.answer(&a, failed)
			case n > 1:
				failed = &a
			case failed != nil && r.ctx.Err() != nil:
				return aerostore.Result{Attempts: r.attempts(&a, failed)}, r.cut(failed)
			case failed != nil && a.second:
				return r.answer(failed, &a)
			default:
				return r.answer(&a, failed)
			}
		case <-r.ctx.Done():
			return aerostore.Result{Attempts: r.attempts(nil, failed)}, r.cut(failed)
		}
	}
}

// cut returns the error of an operation whose context ended. It includes the
// failure of an attempt, if there was one.
func (r *race) cut(failed *arrival) error {
	x := ending{n: int(r.started), last: r.call.NewContextError(aerostore.ContextError(r.ctx))}
	if failed == nil {
		return x.last
	}
	x.failure = failureOf(failed.err)
	return x.of(r.call)
}

// answer returns the outcome of an attempt with the number of all attempts. The
// other attempt is nil while it runs.
func (r *race) answer(a, other *arrival) (aerostore.Result, error) {
	result, err := a.deliver()
	if r.started > 1 {
		result.Attempts = r.attempts(a, other)
	}
	return result, err
}

// attempts adds up the attempts that layers inside report. An attempt that has not
// ended is 1.
func (r *race) attempts(ended ...*arrival) int32 {
	n := int32(r.started) //nolint:gosec // G115: 1 or 2
	for _, a := range ended {
		if a != nil {
			n += max(a.result.Attempts, 1) - 1
		}
	}
	return n
}

// drain drops the arrivals that came too late, and counts those that panicked.
func (r *race) drain() {
	for {
		select {
		case a := <-r.arrivals:
			if a.panicked != nil {
				r.countLostPanic(r.ctx, r.call, hedgePanicked)
			}
		default:
			return
		}
	}
}
