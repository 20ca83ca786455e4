package middleware

import (
	"context"
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/attempt"
)

func anyFailed(results []aerostore.BatchResult) bool {
	for i := range results {
		if results[i].Err != nil {
			return true
		}
	}
	return false
}

// repeatBatch continues with a batch that failed, as a whole or for some keys.
func (r *retry) repeatBatch(
	ctx context.Context, call aerostore.Call, next aerostore.Handler, made *attempt.Attempt, result aerostore.Result, err error,
) (aerostore.Result, error) {
	first, firstErr := result, err
	if err != nil && len(result.Batch()) == 0 && !r.mayRepeat(ctx, call, err) {
		return first, firstErr
	}
	var sum attemptSum
	b := &batchRun{call: call}
	sent := call
	for {
		sum.add(result, err)
		b.take(sent, result.Batch(), err)
		again, ended := r.pauseBatch(ctx, b)
		switch {
		case again:
			sent = b.rest()
			made = made.Next()
			result, err = r.record(ctx, sent, next, made)
		case b.n == 1 && ended == nil:
			return first, firstErr
		default:
			if b.n > 1 && b.failed == nil && len(b.again) == 0 {
				r.add(ctx, call, retryRecovered, 1, Event{Attempt: b.n, Keys: call.Len()})
			}
			err = b.end(ended)
			return sum.of(result).WithBatch(b.results), err
		}
	}
}

// mayRepeat reports whether a batch that failed as a whole at its first attempt
// may be sent again.
func (r *retry) mayRepeat(ctx context.Context, call aerostore.Call, err error) bool {
	if call.InDoubt(err) && !r.Idempotent(call) {
		r.leaveInDoubt(ctx, call, Event{Attempt: 1, Err: err, Keys: call.Len()})
		return false
	}
	return r.IsTransient(ctx, call, err)
}

// pauseBatch decides which keys are sent again and waits for the next attempt.
func (r *retry) pauseBatch(ctx context.Context, b *batchRun) (again bool, ended error) {
	r.choose(ctx, b)
	if len(b.again) == 0 {
		return false, nil
	}
	return r.pause(ctx, b.call, Event{Attempt: b.n, Err: b.results[b.again[0]].Err, Keys: len(b.again)})
}

// choose sets b.again to the keys of the last attempt that may be sent again.
func (r *retry) choose(ctx context.Context, b *batchRun) {
	var doubt Event
	chosen := b.again[:0]
	for at := range b.sent() {
		i := b.place(at)
		err := b.results[i].Err
		switch {
		case err == nil:
		case b.call.InDoubtAt(i, err) && !r.Idempotent(b.call):
			if doubt.Keys++; doubt.Err == nil {
				doubt.Err = err
			}
		case r.IsTransient(ctx, b.call, err):
			chosen = append(chosen, i)
		}
	}
	b.again = chosen
	if doubt.Keys > 0 {
		doubt.Attempt = b.n
		r.leaveInDoubt(ctx, b.call, doubt)
	}
}

// A batchRun is a batch with its attempts. Its work for each key does not grow
// with the number of keys. It allocates nothing before a second attempt.
type batchRun struct {
	call     aerostore.Call
	results  []aerostore.BatchResult // the last answer for each key
	copied   bool                    // results is a copy of the first attempt's
	again    []int                   // the keys of the current or the next attempt, after the first
	answered bool                    // an attempt succeeded as a whole
	n        int                     // attempts made
	failed   error                   // the error of the last attempt as a whole
	failure  error                   // the last error of an attempt as a whole that was not cut short
}

// sent returns the number of keys of the last attempt.
func (b *batchRun) sent() int {
	if b.n == 1 {
		return len(b.results)
	}
	return len(b.again)
}

// place returns the index in the batch of a key of the last attempt.
func (b *batchRun) place(at int) int {
	if b.n == 1 {
		return at
	}
	return b.again[at]
}

// own copies the results, which may be changed then.
func (b *batchRun) own() {
	if !b.copied {
		b.results, b.copied = slices.Clone(b.results), true
	}
}

// take stores the results of an attempt for the keys that were sent.
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
		b.results, b.copied = make([]aerostore.BatchResult, sent.Len()), true
	}
	if !complete && err == nil { // the store broke its contract
		unknown := sent.NewError(aerostore.CodeNoResponse, nil)
		unknown.InDoubt = sent.Writes()
		whole.err = unknown
	}
	b.own()
	for at := range b.sent() {
		i := b.place(at)
		kept := &b.results[i]
		before := kept.Err
		if complete {
			*kept = results[at]
		} else {
			*kept = aerostore.BatchResult{Key: sent.KeyAt(at), Err: whole.of(at)}
		}
		if before != nil && kept.Err != nil {
			b.remember(i, before)
		}
	}
}

// remember adds to the error of a key the doubt of the error before. If the
// last attempt was cut short, it also adds the reason of the error before.
func (b *batchRun) remember(i int, before error) {
	kept := &b.results[i]
	x := ending{n: b.n, last: kept.Err, failure: failureOf(before)}
	if x.hidesFailure() {
		kept.Err = x.ofKey(b.call, i)
	}
	if b.call.InDoubtAt(i, before) && !aerostore.InDoubt(kept.Err) {
		e := keyErrorOf(b.call, i, kept.Err)
		e.InDoubt = true
		kept.Err = e
	}
}

// keyErrors makes the errors of the keys of a batch that failed as a whole.
// Consecutive keys of one set share an error, unless only some of them are written.
type keyErrors struct {
	call   aerostore.Call
	err    error
	last   *aerostore.Error
	writes bool // the key of last
}

func (k *keyErrors) of(at int) *aerostore.Error {
	key, writes := k.call.KeyAt(at), k.call.WritesAt(at)
	if k.last == nil {
		k.last, _ = k.err.(*aerostore.Error) //nolint:errorlint // unchanged, if it is about the set of the key
		k.writes = k.call.Writes()
	}
	if e := k.last; e == nil || e.Namespace != key.Namespace() || e.Set != key.Set() || k.writes != writes {
		k.last, k.writes = keyErrorOf(k.call, at, k.err), writes
	}
	return k.last
}

// rest returns the call for the keys that are sent again.
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
		b.own()
		for _, i := range b.again {
			kept := &b.results[i]
			kept.Err = ending{n: b.n, last: kept.Err, failure: failureOf(kept.Err), ended: ended}.ofKey(b.call, i)
		}
	}
	return nil
}

func (b *batchRun) anyInDoubt() bool {
	for i := range b.results {
		if b.call.InDoubtAt(i, b.results[i].Err) {
			return true
		}
	}
	return false
}
