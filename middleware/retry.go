package middleware

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// Retry returns a middleware that tries operations again that failed for a
// reason that may pass: those for which [IsTransient] holds, unless a
// [RetryClassifier] says otherwise.
//
// # Writes
//
// A write in doubt is not repeated, unless [RetryInDoubt] says of the call that
// it may be: it could be applied twice. Reads, and writes that were certainly
// not applied, are. Which of the two a write is [aerostore.Call.InDoubt] says: an
// error that is not the call's own, as a custom call may return, leaves it in
// doubt.
//
// # Pauses
//
// Before each attempt but the first there is a pause; see [RetryBackoff]. There
// is none where the caller's deadline would come before its end: then the last
// error is returned at once. A caller's context that ends during a pause ends
// the operation.
//
// # Attempts inside
//
// What is inside may try by itself, and attempts multiply: Aerospike's client
// sends a read that fails twice and a write once, unless its default policies
// say otherwise.
//
// # Budget
//
// Retries take from a budget that calls fill, so that an outage is met by
// little more load than a good day; see [RetryBudget]. When it is used up, the
// error is returned at once.
//
// # Batches and queries
//
// Of a batch only the keys that failed and may be tried again are sent again.
// Results stay in the order of the keys, each the last answer for its key; what
// one attempt gave, a later one cannot lose. The error of the batch as a whole
// is returned only if no attempt got through.
//
// A query is tried again only until it has given its first record.
//
// # Results and errors
//
// Attempts in the result are all that were made, those that the layers inside
// count included; Node is the last one that is known. Where there was a single
// attempt the error is passed on as it is. After several it is the last one's,
// an [aerostore.Error] that says how many there were and is in doubt if any of
// them left the write in doubt. One that is no aerostore.Error is passed on as
// it is, unless there is something to add. If the caller's context ended a pause,
// the error matches both the context's and the last attempt's. If a context or a
// layer cut the last attempt short, the error also matches, and tells, how the
// last attempt failed that was not cut short.
//
// # Counters
//
// As an [aerostore.Layer] it is "retry" and counts the operations that came
// through ("calls"), attempts after the first ("retries"), operations that
// succeeded after several ("recovered") and why there was no other attempt:
// writes and keys "in_doubt", and operations "exhausted", "out_of_time",
// "over_budget" or "context_ended". Its level "budget" is the number of retries
// that are left.
//
// A success at the first attempt costs no allocation, unless
// [RetryAttemptTimeout] is set.
//
// Retry panics if the options make no sense.
func Retry(opts ...RetryOption) aerostore.Middleware {
	c := newRetryConfig(opts)
	return aerostore.WithLayer(func() *retry {
		return &retry{retryConfig: c, budget: newRetryTokens(c.budget, c.unlimited()), clock: newLaggingClock()}
	})
}

// retry is the layer around one store.
type retry struct {
	retryConfig
	budget *retryTokens
	clock  *laggingClock

	retries, recovered                               atomic.Int64
	inDoubt, exhausted, outOfTime, overBudget, ended atomic.Int64
}

func (r *retry) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		r.budget.calls.Add(1)
		result, err := r.attempt(ctx, call, next)
		switch {
		case call.IsBatch():
			if err == nil && !anyFailed(result.Batch()) {
				return result, nil
			}
			return r.repeatBatch(ctx, call, next, result, err)
		case err == nil:
			return result, nil
		default:
			return r.repeat(ctx, call, next, result, err)
		}
	}
}

// attempt tries the call once.
func (r *retry) attempt(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if r.limit == nil || call.Op == aerostore.OpQuery {
		return next(ctx, call)
	}
	bounded := within(ctx, r.clock, r.limit)
	if bounded == nil {
		return next(ctx, call)
	}
	return bound(bounded, call, next)
}

// bound tries the call once, for as long as ctx lasts.
func bound(ctx *deadline, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	defer ctx.end()
	result, err := next(ctx, call)
	if err != nil {
		_, err = ctx.explain(call, err)
	}
	return result, err
}

// repeat goes on with a call that is no batch and failed once.
func (r *retry) repeat(
	ctx context.Context, call aerostore.Call, next aerostore.Handler, result aerostore.Result, err error,
) (aerostore.Result, error) {
	var sum tries
	var x ending
	for sum.add(result, err); err != nil; sum.add(result, err) {
		x.add(call, err)
		var again bool
		if again, x.ended = r.waitToRepeat(ctx, call, x.n, err); !again {
			return sum.of(result), x.of(call)
		}
		result, err = r.attempt(ctx, call, next)
	}
	r.recovered.Add(1)
	return sum.of(result), nil
}

// waitToRepeat decides whether a call that is no batch and failed n times is
// tried again, and waits until it is time.
func (r *retry) waitToRepeat(ctx context.Context, call aerostore.Call, n int, err error) (again bool, ended error) {
	a := RetryAttempt{Call: call, Number: n, Err: err}
	if call.InDoubt(err) && !r.repeats(call) {
		r.leaveInDoubt(ctx, a)
		return false, nil
	}
	if call.Rows() > 0 || !r.transient(ctx, call, err) {
		return false, nil
	}
	return r.pause(ctx, a)
}

// leaveInDoubt tells of a write that is not repeated.
func (r *retry) leaveInDoubt(ctx context.Context, a RetryAttempt) {
	r.inDoubt.Add(int64(max(a.Keys, 1)))
	a.Stop = stopInDoubt
	r.tell(ctx, a)
}

// Why there is no other attempt, as hooks and counters tell it.
const (
	stopInDoubt    = "in_doubt"
	stopExhausted  = "exhausted"
	stopOutOfTime  = "out_of_time"
	stopOverBudget = "over_budget"
	stopEnded      = "context_ended"
)

// pause waits for the next attempt after a, which may be repeated. It returns
// false if there shall be none, and the context's error if that is why.
func (r *retry) pause(ctx context.Context, a RetryAttempt) (again bool, ended error) {
	wait := r.draw(a.Number)
	ended = aerostore.ContextError(ctx)
	deadline, bounded := ctx.Deadline()
	switch {
	case ended != nil:
		a.Stop = stopEnded
		r.ended.Add(1)
	case a.Number >= r.attempts:
		a.Stop = stopExhausted
		r.exhausted.Add(1)
	case bounded && time.Until(deadline) <= wait:
		a.Stop = stopOutOfTime
		r.outOfTime.Add(1)
	case !r.budget.take():
		a.Stop = stopOverBudget
		r.overBudget.Add(1)
	default:
		a.Wait = wait
	}
	r.tell(ctx, a)
	if a.Stop != "" {
		if ended != nil && errors.Is(a.Err, ctx.Err()) {
			ended = nil // the attempt says so itself
		}
		return false, ended
	}
	if wait > 0 { // a timer that is over at once is also more than the runtime's race detector takes
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if ended = aerostore.ContextError(ctx); ended != nil {
		r.ended.Add(1)
		return false, ended
	}
	r.retries.Add(1)
	return true, nil
}

func (r *retry) tell(ctx context.Context, a RetryAttempt) {
	if r.hook != nil {
		r.hook(ctx, a)
	}
}

// draw returns how long to wait after n attempts.
func (r *retry) draw(n int) time.Duration {
	longest := r.ceiling
	if shift := n - 1; shift < 63 && r.base <= r.ceiling>>shift {
		longest = r.base << shift
	}
	return rand.N(longest) //nolint:gosec // G404: not for security
}

// LayerStats implements [aerostore.Layer].
func (r *retry) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{
		Layer: "retry",
		Events: []aerostore.LayerEvent{
			{Name: "calls", N: r.budget.calls.Load()},
			{Name: "retries", N: r.retries.Load()},
			{Name: "recovered", N: r.recovered.Load()},
			{Name: stopInDoubt, N: r.inDoubt.Load()},
			{Name: stopExhausted, N: r.exhausted.Load()},
			{Name: stopOutOfTime, N: r.outOfTime.Load()},
			{Name: stopOverBudget, N: r.overBudget.Load()},
			{Name: stopEnded, N: r.ended.Load()},
		},
		Gauges: []aerostore.LayerGauge{{Name: "budget", Value: r.budget.left()}},
	}
}

// tries adds up what attempts say of themselves.
type tries struct {
	made     int32
	attempts int32
	node     *aerostore.Node
}

func (t *tries) add(result aerostore.Result, err error) {
	t.made++
	t.attempts += max(result.Attempts, 1)
	if node := judgement.Node(result, err); node != nil {
		t.node = node
	}
}

// of returns the result of the last attempt with what all of them say.
func (t *tries) of(result aerostore.Result) aerostore.Result {
	if t.made > 1 {
		result.Attempts, result.Node = t.attempts, t.node
	}
	return result
}
