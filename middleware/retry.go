package middleware

import (
	"context"
	"errors"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/attempt"
	"github.com/aerostore/aerostore/internal/judgement"
)

// Retry returns a middleware that tries an operation again if it failed for a
// transient reason: see [IsTransient].
//
// # Writes
//
// Retry resends reads, and writes that were certainly not applied. It does not
// resend a write in doubt, which could be applied twice, unless
// RetryOptions.Idempotent allows it. [aerostore.Call.InDoubt] says whether a write
// is in doubt.
//
// # Pauses
//
// There is a pause before each attempt after the first: see [Backoff]. If the
// caller's deadline is before the end of the pause, Retry returns the last error
// at once. A caller's context that ends during a pause ends the operation.
//
// # Budget
//
// Retries take from a budget that calls fill: see [RetryBudget]. When the
// budget is empty, Retry returns the last error at once, so that a failing
// cluster gets little more load than a working one.
//
// Attempts multiply if the backend retries, too. With its default policies,
// Aerospike's client sends a failing read twice and a failing write once.
//
// # Batches and queries
//
// Retry resends only those keys of a batch that failed and may be tried again.
// Results stay in the order of the keys, each with the last answer for its key.
// A later attempt does not lose the result of an earlier one. The batch returns
// an error only if no attempt succeeded as a whole.
//
// Retry resends a query only before its first record.
//
// # Results and errors
//
// Result.Attempts is the number of all attempts, including those that layers
// inside report. Result.Node is the last node that is known.
//
// After one attempt its error is returned unchanged. After several the error is
// the last attempt's, as an [aerostore.Error] that says how many there were. It
// is in doubt if any attempt left the write in doubt. Another error is returned
// unchanged if there is nothing to add.
//
// If the caller's context ended a pause, the error matches both the context's
// error and the last attempt's. If a context or a layer cut the last attempt
// short, the error also matches the last failure that was not cut short.
//
// # Events
//
// The layer "retry" has the events
//
//	calls          operations that passed
//	retries        attempts after the first
//	recovered      operations that succeeded after several attempts
//	in_doubt       writes, or keys of a batch, that were not resent because they are in doubt
//	exhausted      operations that failed at their last attempt
//	out_of_time    operations whose deadline was before the end of the pause
//	over_budget    operations for which the budget was empty
//	context_ended  operations whose context ended before or during a pause
//
// and the gauge budget, the number of retries that are left. A retry is counted
// after its pause.
//
// A success at the first attempt makes no allocation, unless AttemptTimeout is
// set.
//
// Retry panics if an option is invalid.
func Retry(opts RetryOptions) aerostore.Middleware {
	opts = opts.withDefaults()
	return aerostore.WithLayer(func() *retry {
		r := &retry{RetryOptions: opts, budget: newRetryBucket(opts)}
		if opts.AttemptTimeout > 0 {
			r.limit = newLimit(opts.AttemptTimeout, true)
		}
		r.counters = newCounters(retryLayer, "", opts.OnEvent,
			"retries", "recovered", "in_doubt", "exhausted", "out_of_time", "over_budget", "context_ended")
		return r
	})
}

const retryLayer = "retry"

// The events of a retry.
const (
	retryRetries = iota
	retryRecovered
	retryInDoubt
	retryExhausted
	retryOutOfTime
	retryOverBudget
	retryContextEnded
)

type retry struct {
	RetryOptions
	counters
	limit  *TimeoutError // of an attempt, nil for none
	budget *retryBucket
}

// Intercept implements [aerostore.Layer].
func (r *retry) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		r.budget.calls.Add(1)
		made := attempt.Begin(ctx, retryLayer)
		var result aerostore.Result
		var err error
		if made == nil {
			result, err = r.attempt(ctx, call, next)
		} else {
			result, err = r.record(ctx, call, next, made)
		}
		switch {
		case call.IsBatch():
			if err == nil && !anyFailed(result.Batch()) {
				return result, nil
			}
			return r.repeatBatch(ctx, call, next, made, result, err)
		case err == nil:
			return result, nil
		default:
			return r.repeat(ctx, call, next, made, result, err)
		}
	}
}

// record tries the call once, and records the attempt as made.
func (r *retry) record(
	ctx context.Context, call aerostore.Call, next aerostore.Handler, made *attempt.Attempt,
) (aerostore.Result, error) {
	result, err := r.attempt(made.Within(ctx), call, next)
	made.End(call, result, err)
	return result, err
}

// attempt tries the call once.
func (r *retry) attempt(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if r.limit == nil || call.Op == aerostore.OpQuery {
		return next(ctx, call)
	}
	bounded := within(ctx, r.limit)
	if bounded == nil {
		return next(ctx, call)
	}
	return attemptWithin(bounded, call, next)
}

func attemptWithin(ctx *deadline, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	defer ctx.end()
	result, err := next(ctx, call)
	if err != nil {
		_, err = ctx.explain(call, err)
	}
	return result, err
}

// repeat continues with a call, other than a batch, that failed once.
func (r *retry) repeat(
	ctx context.Context, call aerostore.Call, next aerostore.Handler, made *attempt.Attempt, result aerostore.Result, err error,
) (aerostore.Result, error) {
	var sum attemptSum
	var x ending
	for sum.add(result, err); err != nil; sum.add(result, err) {
		x.add(call, err)
		var again bool
		if again, x.ended = r.waitToRepeat(ctx, call, x.n, err); !again {
			return sum.of(result), x.of(call)
		}
		made = made.Next()
		result, err = r.record(ctx, call, next, made)
	}
	r.add(ctx, call, retryRecovered, 1, Event{Attempt: x.n + 1})
	return sum.of(result), nil
}

// waitToRepeat decides whether a call, other than a batch, that failed n times is
// tried again, and waits for the pause.
func (r *retry) waitToRepeat(ctx context.Context, call aerostore.Call, n int, err error) (again bool, ended error) {
	failed := Event{Attempt: n, Err: err}
	if call.InDoubt(err) && !r.Idempotent(call) {
		r.leaveInDoubt(ctx, call, failed)
		return false, nil
	}
	if call.Rows() > 0 || !r.IsTransient(ctx, call, err) {
		return false, nil
	}
	return r.pause(ctx, call, failed)
}

// leaveInDoubt counts a write that is not resent.
func (r *retry) leaveInDoubt(ctx context.Context, call aerostore.Call, failed Event) {
	r.add(ctx, call, retryInDoubt, int64(max(failed.Keys, 1)), failed)
}

// pause waits for the next attempt. It returns false if there is none, and the
// context's error if that is why.
func (r *retry) pause(ctx context.Context, call aerostore.Call, failed Event) (again bool, ended error) {
	event := retryRetries
	wait := r.Backoff.draw(failed.Attempt)
	deadline, bounded := ctx.Deadline()
	switch ended = aerostore.ContextError(ctx); {
	case ended != nil:
		event = retryContextEnded
		if errors.Is(failed.Err, ctx.Err()) {
			ended = nil // the error of the attempt says so
		}
	case failed.Attempt >= r.Attempts:
		event = retryExhausted
	case bounded && time.Until(deadline) <= wait:
		event = retryOutOfTime
	case !r.budget.take():
		event = retryOverBudget
	default:
		sleep(ctx, wait)
		if ended = aerostore.ContextError(ctx); ended != nil {
			event = retryContextEnded
		} else {
			failed.Wait = wait
		}
	}
	r.add(ctx, call, event, 1, failed)
	return event == retryRetries, ended
}

// sleep waits for d or for the end of the context.
func sleep(ctx context.Context, d time.Duration) {
	if d == 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// LayerStats implements [aerostore.Layer].
func (r *retry) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{
		Layer:  r.layer,
		Events: r.appendTo([]aerostore.LayerEvent{{Name: "calls", N: r.budget.calls.Load()}}),
		Gauges: []aerostore.LayerGauge{{Name: "budget", Value: r.budget.left()}},
	}
}

// An attemptSum adds up what the results of attempts report.
type attemptSum struct {
	made     int32
	attempts int32
	node     *aerostore.Node
}

func (s *attemptSum) add(result aerostore.Result, err error) {
	s.made++
	s.attempts += max(result.Attempts, 1)
	if node := judgement.Node(result, err); node != nil {
		s.node = node
	}
}

// of returns the result of the last attempt with the sum.
func (s *attemptSum) of(result aerostore.Result) aerostore.Result {
	if s.made > 1 {
		result.Attempts, result.Node = s.attempts, s.node
	}
	return result
}
