package middleware

import (
	"context"

	"github.com/aerostore/aerostore"
)

func anyFailed(results []aerostore.BatchResult) bool {
	for i := range results {
		if results[i].Err != nil {
			return true
		}
	}
	return false
}

// repeatBatch goes on with a batch of which keys failed, or all of it did.
func (r *retry) repeatBatch(
	ctx context.Context, call aerostore.Call, next aerostore.Handler, result aerostore.Result, err error,
) (aerostore.Result, error) {
	first, firstErr := result, err
	var sum tries
	b := newBatchRun(call)
	sent := call
	for n := 1; ; n++ {
		sum.add(result, err)
		b.take(sent, result.Batch(), err)
		again, ended := r.pauseBatch(ctx, b, n)
		switch {
		case again:
			sent = b.rest()
			result, err = r.attempt(ctx, sent, next)
		case n == 1 && ended == nil:
			return first, firstErr
		default:
			if n > 1 && b.failed == nil && len(b.again) == 0 {
				r.recovered.Add(1)
			}
			return sum.of(result).WithBatch(b.results), b.end(n, ended)
		}
	}
}

// pauseBatch decides which keys go again and waits for the next attempt.
func (r *retry) pauseBatch(ctx context.Context, b *batchRun, n int) (again bool, ended error) {
	r.choose(ctx, b, n)
	if len(b.again) == 0 {
		return false, nil
	}
	return r.pause(ctx, RetryAttempt{
		Call: b.call, Number: n, Err: b.results[b.again[0]].Err, Keys: len(b.again),
	})
}

// choose makes b.again those keys of the last attempt that may be tried again.
func (r *retry) choose(ctx context.Context, b *batchRun, n int) {
	var doubt RetryAttempt
	chosen := b.again[:0]
	for _, i := range b.again {
		err := b.results[i].Err
		switch {
		case err == nil:
		case doubtful(b.call, err) && !r.repeats(b.call):
			if doubt.Keys++; doubt.Err == nil {
				doubt.Err = err
			}
		case r.transient(ctx, b.call, err):
			chosen = append(chosen, i)
		}
	}
	b.again = chosen
	if doubt.Keys > 0 {
		doubt.Call, doubt.Number = b.call, n
		r.leaveInDoubt(ctx, doubt)
	}
}

// A batchRun is a batch on its way through several attempts.
type batchRun struct {
	call     aerostore.Call
	results  []aerostore.BatchResult // the last answer for each key
	again    []int                   // keys of the attempt under way or to come
	failed   error                   // of the last attempt as a whole
	answered bool                    // an attempt as a whole succeeded
}

func newBatchRun(call aerostore.Call) *batchRun {
	b := &batchRun{
		call:    call,
		results: make([]aerostore.BatchResult, call.Len()),
		again:   make([]int, call.Len()),
	}
	for i := range b.again {
		b.again[i], b.results[i].Key = i, call.KeyAt(i)
	}
	return b
}

// take keeps what an attempt gave for the keys that were sent.
func (b *batchRun) take(sent aerostore.Call, results []aerostore.BatchResult, err error) {
	b.failed = err
	b.answered = b.answered || err == nil
	for at, i := range b.again {
		kept := &b.results[i]
		before := kept.Err
		switch {
		case len(results) == len(b.again):
			*kept = results[at]
		case err != nil:
			kept.Record, kept.Err = nil, keyError(sent, kept.Key, err)
		default: // a store without an answer for each key breaks its promise
			unknown := sent.Fail(aerostore.CodeNoResponse, nil)
			unknown.InDoubt = sent.Writes()
			kept.Record, kept.Err = nil, keyError(sent, kept.Key, unknown)
		}
		if doubtful(b.call, before) {
			kept.Err = stillInDoubt(b.call, kept.Err)
		}
	}
}

// keyError returns the error of one key of a batch that failed as a whole.
func keyError(call aerostore.Call, key aerostore.Key, err error) error {
	if e, ok := err.(*aerostore.Error); ok && e.Namespace == key.Namespace() && e.Set == key.Set() { //nolint:errorlint // as it is
		return e
	}
	e := errorOf(call, err)
	e.Namespace, e.Set = key.Namespace(), key.Set()
	return e
}

// rest returns the call for the keys that go again.
func (b *batchRun) rest() aerostore.Call {
	if len(b.again) == len(b.results) {
		return b.call
	}
	if b.call.Op == aerostore.OpBatchWrite {
		return b.call.WithItems(some(b.call.Items(), b.again))
	}
	return b.call.WithKeys(some(b.call.Keys(), b.again))
}

func some[T any](all []T, which []int) []T {
	chosen := make([]T, len(which))
	for at, i := range which {
		chosen[at] = all[i]
	}
	return chosen
}

// end returns the error of the batch as a whole after n attempts.
func (b *batchRun) end(n int, ended error) error {
	doubt := false
	for i := range b.results {
		doubt = doubt || doubtful(b.call, b.results[i].Err)
	}
	if !b.answered {
		return gaveUp(b.call, n, b.failed, ended, doubt)
	}
	if ended != nil {
		for _, i := range b.again {
			kept := &b.results[i]
			kept.Err = keyError(b.call, kept.Key, gaveUp(b.call, n, kept.Err, ended, false))
		}
	}
	return nil
}
