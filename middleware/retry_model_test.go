package middleware_test

import (
	"context"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

// An outcome is what a scripted backend does with one key in one attempt.
type outcome uint8

const (
	fine        outcome = iota
	answer              // no such record
	final               // a permanent failure
	passing             // a transient failure, not applied
	mayHave             // in doubt
	mayHavePass         // in doubt and transient
)

var outcomes = rapid.SampledFrom([]outcome{fine, answer, final, passing, passing, mayHave, mayHavePass})

func (o outcome) code() aerostore.ResultCode {
	return [...]aerostore.ResultCode{
		fine: aerostore.CodeOK, answer: aerostore.CodeNotFound, final: aerostore.CodeRecordTooBig,
		passing: aerostore.CodeKeyBusy, mayHave: aerostore.CodeServer, mayHavePass: aerostore.CodeTimeout,
	}[o]
}

func (o outcome) passes() bool { return o == passing || o == mayHavePass }

func (o outcome) doubtful(writes bool) bool { return writes && o >= mayHave }

func (o outcome) err(call aerostore.Call) error {
	if o == fine {
		return nil
	}
	err := call.NewError(o.code(), nil)
	err.InDoubt = o.doubtful(call.Writes())
	return err
}

// A fate is the result that a caller must get for one key.
type fate struct {
	last     outcome
	doubt    bool
	attempts int
}

// live plays a key's outcomes, one for each attempt, by the rules of Retry.
func live(script []outcome, writes, repeats bool) (f fate) {
	for _, f.last = range script {
		f.attempts++
		if f.last == fine {
			f.doubt = false
			return f
		}
		doubt := f.last.doubtful(writes)
		f.doubt = f.doubt || doubt
		if !f.last.passes() || doubt && !repeats {
			return f
		}
	}
	return f
}

func TestRetryAgreesWithAModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		allowed := rapid.IntRange(1, 4).Draw(rt, "attempts")
		script := rapid.SliceOfN(outcomes, allowed, allowed).Draw(rt, "outcomes")
		writes := rapid.Bool().Draw(rt, "writes")
		repeats := rapid.Bool().Draw(rt, "repeats in doubt")
		want := live(script, writes, repeats)

		synctest.Test(t, func(t *testing.T) {
			made := 0
			var kept aerostore.Result
			store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
				made++
				return aerostore.Result{Attempts: 1}, script[made-1].err(call)
			}), aerostore.Intercept(keepResult(&kept)), middleware.Retry(middleware.RetryOptions{
				Attempts:   allowed,
				Budget:     noBudget,
				Idempotent: func(aerostore.Call) bool { return repeats },
			}))
			var err error
			if writes {
				err = store.Touch(t.Context(), key)
			} else {
				_, err = store.Get(t.Context(), key)
			}
			if made != want.attempts || int(kept.Attempts) != made {
				rt.Errorf("%d attempts, %d in the result, want %d", made, kept.Attempts, want.attempts)
			}
			if aerostore.CodeOf(err) != want.last.code() || aerostore.InDoubt(err) != want.doubt {
				rt.Errorf("it returned %v, want code %d, in doubt %v", err, want.last.code(), want.doubt)
			}
		})
	})
}

func TestRetryOfABatchAgreesWithAModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		allowed := rapid.IntRange(1, 4).Draw(rt, "attempts")
		n := rapid.IntRange(1, 6).Draw(rt, "keys")
		scripts := make([][]outcome, n)
		for i := range scripts {
			scripts[i] = rapid.SliceOfN(outcomes, allowed, allowed).Draw(rt, "outcomes")
		}
		// An attempt may fail as a whole, which is for all of its keys.
		whole := rapid.SliceOfN(rapid.SampledFrom([]outcome{fine, fine, fine, final, passing, mayHavePass}), allowed, allowed).Draw(rt, "whole")
		writes := rapid.Bool().Draw(rt, "writes")
		repeats := rapid.Bool().Draw(rt, "repeats in doubt")

		want, answered := make([]fate, n), false
		made := 0
		for i := range scripts {
			for at, o := range whole {
				if o != fine {
					scripts[i][at] = o
				}
			}
			want[i] = live(scripts[i], writes, repeats)
			made = max(made, want[i].attempts)
		}
		for _, o := range whole[:made] {
			answered = answered || o == fine
		}

		synctest.Test(t, func(t *testing.T) {
			attempt := 0
			tried := make([]int, n)
			store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
				at := attempt
				attempt++
				results := make([]aerostore.BatchResult, call.Len())
				for i := range results {
					id := call.KeyAt(i).ID().(int64)
					tried[id]++
					results[i] = aerostore.BatchResult{Key: call.KeyAt(i), Err: scripts[id][at].err(call)}
				}
				if whole[at] != fine {
					return aerostore.Result{}, whole[at].err(call)
				}
				return aerostore.Result{}.WithBatch(results), nil
			}), middleware.Retry(middleware.RetryOptions{
				Attempts:   allowed,
				Budget:     noBudget,
				Idempotent: func(aerostore.Call) bool { return repeats },
			}))
			keys := make([]aerostore.Key, n)
			for i := range keys {
				keys[i] = aerostore.NewKey("test", "users", i)
			}
			var results []aerostore.BatchResult
			var err error
			if writes {
				results, err = store.BatchRemove(t.Context(), keys)
			} else {
				results, err = store.BatchRead(t.Context(), keys, nil)
			}
			if (err == nil) != answered || attempt != made {
				rt.Fatalf("the batch returned %v after %d attempts, want %d", err, attempt, made)
			}
			doubt := false
			for i, f := range want {
				doubt = doubt || f.doubt
				if tried[i] != f.attempts {
					rt.Errorf("key %d was sent %d times, want %d", i, tried[i], f.attempts)
				}
				if results == nil {
					continue // a batch that failed at once
				}
				r := results[i]
				if r.Key != keys[i] || aerostore.CodeOf(r.Err) != f.last.code() || aerostore.InDoubt(r.Err) != f.doubt {
					rt.Errorf("key %d has %v, want code %d, in doubt %v", i, r, f.last.code(), f.doubt)
				}
			}
			if err != nil && (aerostore.InDoubt(err) != doubt || aerostore.CodeOf(err) != whole[made-1].code()) {
				rt.Errorf("the batch returned %v, want code %d, in doubt %v", err, whole[made-1].code(), doubt)
			}
			if results == nil && (answered || made > 1) {
				rt.Error("there are no results")
			}
		})
	})
}

// noBudget is a budget that does not bound.
var noBudget = middleware.RetryBudget{Ratio: 1000}

// keepResult keeps the result that passes.
func keepResult(result *aerostore.Result) aerostore.Interceptor {
	return func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			r, err := next(ctx, call)
			*result = r
			return r, err
		}
	}
}
