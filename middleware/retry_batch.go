package middleware

import (
	"context"
	"slices"

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
	if err != nil && len(result.Batch()) == 0 && !r.mayRepeat(ctx, call, err) {
		return first, firstErr
	}
	var sum tries
	b := &batchRun{call: call}
	sent := call
	for {
		sum.add(result, err)
		b.take(sent, result.Batch(), err)
		again, ended := r.pauseBatch(ctx, b)
		switch {
		case again:
			sent = b.rest()
			result, err = r.attempt(ctx, sent, next)
		case b.n == 1 && ended == nil:
			return first, firstErr
		default:
			if b.n > 1 && b.failed == nil && len(b.again) == 0 {
				r.recovered.Add(1)
			}
			err = b.end(ended)
			return sum.of(result).WithBatch(b.results), err
		}
	}
}

// mayRepeat reports whether a batch may go again that failed as a whole at its
// first attempt.
func (r *retry) mayRepeat(ctx context.Context, call aerostore.Call, err error) bool {
	if call.InDoubt(err) && !r.repeats(call) {
		r.leaveInDoubt(ctx, RetryAttempt{Call: call, Number: 1, Err: err, Keys: call.Len()})
		return false
	}
	return r.transient(ctx, call, err)
}

// pauseBatch decides which keys go again and waits for the next attempt.
func (r *retry) pauseBatch(ctx context.Context, b *batchRun) (again bool, ended error) {
	r.choose(ctx, b)
	if len(b.again) == 0 {
		return false, nil
	}
	return r.pause(ctx, RetryAttempt{
		Call: b.call, Number: b.n, Err: b.results[b.again[0]].Err, Keys: len(b.again),
	})
}

// choose makes b.again those keys of the last attempt that may be tried again.
func (r *retry) choose(ctx context.Context, b *batchRun) {
	var doubt RetryAttempt
	chosen := b.again[:0]
	for at := range b.sent() {
		i := b.place(at)
		err := b.results[i].Err
		switch {
		case err == nil:
		case b.call.InDoubt(err) && !r.repeats(b.call):
			if doubt.Keys++; doubt.Err == nil {
				doubt.Err = err
			}
		case r.transient(ctx, b.call, err):
			chosen = append(chosen, i)
		}
	}
	b.again = chosen
	if doubt.Keys > 0 {
		doubt.Call, doubt.Number = b.call, b.n
		r.leaveInDoubt(ctx, doubt)
	}
}

// A batchRun is a batch on its way through several attempts. What it does for a
// key takes no longer where there are more of them, and it keeps nothing of its own
// until there is a second attempt.
type batchRun struct {
	call     aerostore.Call
	results  []aerostore.BatchResult // the last answer for each key
	own      bool                    // results are not those that the first attempt returned
	again    []int                   // keys of the attempt under way or to come, after the first
	answered bool                    // an attempt as a whole succeeded
	n        int                     // attempts made
	failed   error                   // of the last one as a whole
	failure  error                   // the last one's as a whole that was not cut short
}

// sent returns how many keys the last attempt had.
func (b *batchRun) sent() int {
	if b.n == 1 {
		return len(b.results)
	}
	return len(b.again)
}

// place returns where in the batch a key of the last attempt stands.
func (b *batchRun) place(at int) int {
	if b.n == 1 {
		return at
	}
	return b.again[at]
}

// keep makes the results the run's own, which may be changed.
func (b *batchRun) keep() {
	if !b.own {
		b.results, b.own = slices.Clone(b.results), true
	}
}

// take keeps what an attempt gave for the keys that were sent.
func (b *batchRun) take(sent aerostore.Call, results []aerostore.BatchResult, err error) {
	b.n++
	b.failed = err
	if failure := failureOf(err); failure != nil {
		b.failure = failure
	}
	b.answered = b.answered || err == nil
	complete := len(results) == sent.Len()
	whole := keyErrors{call: sent, err: err}
	switch {
	case complete && b.n == 1:
		b.results = results
		return
	case b.n == 1:
		b.results, b.own = make([]aerostore.BatchResult, sent.Len()), true
	}
	if !complete && err == nil { // a store without an answer for each key breaks its promise
		unknown := sent.NewError(aerostore.CodeNoResponse, nil)
		unknown.InDoubt = sent.Writes()
		whole.err = unknown
	}
	b.keep()
	for at := range b.sent() {
		kept := &b.results[b.place(at)]
		before := kept.Err
		if complete {
			*kept = results[at]
		} else {
			key := sent.KeyAt(at)
			*kept = aerostore.BatchResult{Key: key, Err: whole.of(key)}
		}
		if before != nil && kept.Err != nil {
			b.remember(kept, before)
		}
	}
}

// remember adds to the error of a key what counts of the one that it had before:
// its doubt, and why it failed if the last attempt was cut short.
func (b *batchRun) remember(kept *aerostore.BatchResult, before error) {
	x := ending{n: b.n, last: kept.Err, failure: failureOf(before)}
	if x.hidesFailure() {
		kept.Err = x.ofKey(b.call, kept.Key)
	}
	if b.call.InDoubt(before) && !aerostore.InDoubt(kept.Err) {
		e := keyErrorOf(b.call, kept.Key, kept.Err)
		e.InDoubt = true
		kept.Err = e
	}
}

// keyErrors are those of the keys of a batch that failed as a whole. Keys of one
// set that follow one another share theirs.
type keyErrors struct {
	call aerostore.Call
	err  error
	last *aerostore.Error
}

func (k *keyErrors) of(key aerostore.Key) *aerostore.Error {
	if k.last == nil {
		k.last, _ = k.err.(*aerostore.Error) //nolint:errorlint // as it is, if it is about the key's set
	}
	if e := k.last; e == nil || e.Namespace != key.Namespace() || e.Set != key.Set() {
		k.last = keyErrorOf(k.call, key, k.err)
	}
	return k.last
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

// end returns the error of the batch as a whole.
func (b *batchRun) end(ended error) error {
	if !b.answered {
		return ending{n: b.n, last: b.failed, failure: b.failure, ended: ended, doubt: b.anyInDoubt()}.of(b.call)
	}
	if ended != nil {
		b.keep()
		for _, i := range b.again {
			kept := &b.results[i]
			kept.Err = ending{n: b.n, last: kept.Err, failure: failureOf(kept.Err), ended: ended}.ofKey(b.call, kept.Key)
		}
	}
	return nil
}

func (b *batchRun) anyInDoubt() bool {
	for i := range b.results {
		if b.call.InDoubt(b.results[i].Err) {
			return true
		}
	}
	return false
}
