package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

func TestATransientFailureIsTriedAgain(t *testing.T) {
	for _, o := range storeOperations() {
		t.Run(o.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
					if attempts++; attempts < 3 {
						return aerostore.Result{}, busy(call)
					}
					return fake.Success(call), nil
				}), middleware.Retry(middleware.RetryOptions{}))
				if err := o.run(t.Context(), store); err != nil {
					t.Errorf("it failed: %v", err)
				}
				if attempts != 3 {
					t.Errorf("%d attempts, want 3", attempts)
				}
				wantEvents(t, store, map[string]int64{"calls": 1, "retries": 2, "recovered": 1})
			})
		})
	}
}

func TestAWriteInDoubtIsNeverRepeated(t *testing.T) {
	for _, o := range storeOperations() {
		t.Run(o.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				doubtful := uncertain(put, aerostore.CodeTimeout)
				store, backend := retried([]error{doubtful}, middleware.RetryOptions{})
				err := o.run(t.Context(), store)
				if !o.writes && !strings.HasPrefix(o.name, "a custom call") { // which did not only read
					backend.want(t, 2) // a read cannot be applied
					return
				}
				backend.want(t, 1)
				if err != doubtful {
					t.Errorf("the error became %v", err)
				}
			})
		})
	}
}

func TestARepeatedWriteInDoubtIsNotRepeatedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, backend := retried([]error{busy(put), uncertain(put, aerostore.CodeNetwork)}, middleware.RetryOptions{Attempts: 9})
		err := store.Put(t.Context(), key, bins)
		backend.want(t, 2)
		if !aerostore.InDoubt(err) || aerostore.CodeOf(err) != aerostore.CodeNetwork {
			t.Errorf("Put returned %v", err)
		}
		wantEvents(t, store, map[string]int64{"calls": 1, "retries": 1, "in_doubt": 1})
	})
}

func TestAWriteWithAForeignErrorIsInDoubt(t *testing.T) {
	always := func(context.Context, aerostore.Call, error) bool { return true }
	for _, writes := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			store, backend := retried([]error{oddError{}}, middleware.RetryOptions{IsTransient: always})
			err := aerostore.Do(t.Context(), store, aerostore.Custom{Name: "UDF", Writes: writes}, func(context.Context) error { return nil })
			if writes {
				backend.want(t, 1)
			} else {
				backend.want(t, 2)
			}
			if errors.Is(err, oddError{}) != writes || aerostore.InDoubt(err) != writes {
				t.Errorf("Do returned %v", err)
			}
		})
	}
}

// The function increments, and then a Get fails.
func TestACustomWriteIsNotRepeatedForAnErrorOfItsSteps(t *testing.T) {
	custom := aerostore.Custom{Name: "COUNT", Namespace: "test", Writes: true}
	get := aerostore.Call{Op: aerostore.OpGet, Key: key}
	for name, c := range map[string]struct {
		err      error
		attempts int
	}{
		"a read":                {get.NewError(aerostore.CodeTimeout, nil), 1},
		"a write":               {busy(put), 1},
		"a code":                {aerostore.CodeKeyBusy, 1},
		"another custom call":   {aerostore.Custom{Name: "SUM"}.NewError(aerostore.CodeKeyBusy, nil), 1},
		"wrapped by its own":    {custom.NewError(aerostore.CodeKeyBusy, get.NewError(aerostore.CodeTimeout, nil)), 3},
		"its own":               {custom.NewError(aerostore.CodeKeyBusy, nil), 3},
		"its own, wrapped":      {fmt.Errorf("count: %w", custom.NewError(aerostore.CodeKeyBusy, nil)), 3},
		"the limit, before run": {customCallOf(custom).NewContextError(context.DeadlineExceeded), 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				backend := memory.NewT(t)
				store := aerostore.Chain(backend, middleware.Retry(middleware.RetryOptions{}))
				runs := 0
				err := aerostore.Do(t.Context(), store, custom, func(ctx context.Context) error {
					runs++
					if err := backend.Increment(ctx, key, aerostore.Bins{"n": 1}); err != nil {
						t.Error(err)
					}
					return c.err
				})
				if runs != c.attempts || aerostore.InDoubt(err) != (c.attempts == 1) || !errors.Is(err, c.err) {
					t.Errorf("%d attempts, want %d: %v", runs, c.attempts, err)
				}
				wantEvents(t, store, map[string]int64{
					"calls": 1, "retries": int64(c.attempts - 1), "exhausted": int64(c.attempts / 3), "in_doubt": int64(c.attempts % 3),
				})
			})
		})
	}
}

// customCallOf returns the call that layers see.
func customCallOf(custom aerostore.Custom) (call aerostore.Call) {
	store := aerostore.Handler(func(_ context.Context, c aerostore.Call) (aerostore.Result, error) {
		call = c
		return aerostore.Result{}, nil
	})
	_ = aerostore.Do(context.Background(), store, custom, func(context.Context) error { return nil })
	return call
}

func TestIdempotentWritesInDoubtAreRepeated(t *testing.T) {
	puts := func(call aerostore.Call) bool { return call.Op == aerostore.OpPut }
	synctest.Test(t, func(t *testing.T) {
		store, backend := retried([]error{uncertain(put, aerostore.CodeTimeout)}, middleware.RetryOptions{Idempotent: puts})
		if err := store.Put(t.Context(), key, bins); err != nil {
			t.Errorf("Put returned %v", err)
		}
		backend.want(t, 2)
	})
	synctest.Test(t, func(t *testing.T) {
		store, backend := retried([]error{uncertain(put, aerostore.CodeTimeout)}, middleware.RetryOptions{Idempotent: puts})
		if err := store.Append(t.Context(), key, bins); !aerostore.InDoubt(err) {
			t.Errorf("Append returned %v", err)
		}
		backend.want(t, 1)
	})
}

// A repeated write with a check cannot tell whether it lost to another write or to
// its own first attempt.
func TestTheErrorIsInDoubtIfAnyAttemptWas(t *testing.T) {
	for _, c := range []struct {
		name string
		last error
	}{
		{"the generation is another", put.NewError(aerostore.CodeGeneration, nil)},
		{"the record exists", put.NewError(aerostore.CodeExists, nil)},
		{"a failure without doubt", busy(put)},
		{"an error that wraps one", fmt.Errorf("user %s: %w", marker, busy(put))},
		{"an error of another type", oddError{}},
		{"the store is closed", put.NewError(aerostore.CodeOK, aerostore.ErrClosed)},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, backend := retried([]error{uncertain(put, aerostore.CodeTimeout), c.last}, middleware.RetryOptions{
					Attempts:   2,
					Idempotent: func(aerostore.Call) bool { return true },
				})
				err := store.Put(t.Context(), key, bins, aerostore.GenerationEqual(1))
				backend.want(t, 2)
				e, ok := errors.AsType[*aerostore.Error](err)
				if !ok || !e.InDoubt || !aerostore.InDoubt(err) {
					t.Errorf("not in doubt: %v", err)
				}
				if !errors.Is(err, c.last) || aerostore.CodeOf(err) != aerostore.CodeOf(c.last) {
					t.Errorf("it is not the last attempt's: %v", err)
				}
				if text := e.SafeMessage(); strings.Contains(text, marker) || !strings.Contains(text, "after 2 attempts") {
					t.Errorf("the safe message is %q", text)
				}
			})
		})
	}
}

func TestTheErrorHasTheNumberOfAttempts(t *testing.T) {
	reset := put.NewError(aerostore.CodeNetwork, errors.New("connection reset by peer"))
	reset.Node = node
	for _, c := range []struct {
		errs []error
		want string
	}{
		{repeated(3, busy(put)), busy(put).Error() + ": after 3 attempts"},
		{
			[]error{busy(put), reset, reset},
			"aerostore: PUT test.users: NETWORK_ERROR (-18): the connection to the server broke: " +
				"connection reset by peer, after 3 attempts (node BB9 10.0.0.7:3010)",
		},
		{[]error{busy(put), aerostore.ErrGeneration}, aerostore.ErrGeneration.Error()},
		{[]error{put.NewError(aerostore.CodeExists, nil)}, put.NewError(aerostore.CodeExists, nil).Error()},
	} {
		synctest.Test(t, func(t *testing.T) {
			store, _ := retried(c.errs, middleware.RetryOptions{IsTransient: func(_ context.Context, _ aerostore.Call, err error) bool { return middleware.IsTransient(err) }})
			err := store.Touch(t.Context(), key)
			if err == nil || err.Error() != c.want {
				t.Errorf("error\n got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestAPermanentFailureIsNotTriedAgain(t *testing.T) {
	rejected := errors.New("the circuit is open")
	for name, err := range map[string]error{
		"an answer":                        put.NewError(aerostore.CodeNotFound, nil),
		"another generation":               put.NewError(aerostore.CodeGeneration, nil),
		"a rejection of another layer":     put.NewError(aerostore.CodeOK, rejected),
		"a closed store":                   put.NewError(aerostore.CodeOK, aerostore.ErrClosed),
		"a foreign cancellation":           put.NewContextError(context.Canceled),
		"refused input":                    aerostore.Call{Op: aerostore.OpPut}.Validate(),
		"attempts that ran out on a query": put.NewError(aerostore.CodeMaxRetries, put.NewError(aerostore.CodeIndexNotFound, nil)),
	} {
		t.Run(name, func(t *testing.T) {
			store, backend := retried([]error{err}, middleware.RetryOptions{})
			if _, got := store.Get(t.Context(), key); got != err {
				t.Errorf("Get returned %v, want %v", got, err)
			}
			backend.want(t, 1)
			wantEvents(t, store, map[string]int64{"calls": 1})
		})
	}
}

func TestMaxRetriesIsTransientIfItsCauseIs(t *testing.T) {
	for _, cause := range []error{nil, errors.New("dial"), put.NewError(aerostore.CodeKeyBusy, nil)} {
		synctest.Test(t, func(t *testing.T) {
			store, backend := retried([]error{put.NewError(aerostore.CodeMaxRetries, cause)}, middleware.RetryOptions{})
			if _, err := store.Get(t.Context(), key); err != nil {
				t.Error(err)
			}
			backend.want(t, 2)
		})
	}
}

func TestThereAreNoMoreAttemptsThanAllowed(t *testing.T) {
	for _, allowed := range []int{1, 2, 3, 7} {
		synctest.Test(t, func(t *testing.T) {
			store, backend := retried(repeated(99, busy(put)), middleware.RetryOptions{Attempts: allowed})
			if _, err := store.Get(t.Context(), key); aerostore.CodeOf(err) != aerostore.CodeKeyBusy {
				t.Errorf("Get returned %v", err)
			}
			backend.want(t, allowed)
			wantEvents(t, store, map[string]int64{"calls": 1, "retries": int64(allowed - 1), "exhausted": 1})
		})
	}
}

func TestPausesGrowToTheMaximumAndDiffer(t *testing.T) {
	const base, top = 10 * time.Millisecond, 25 * time.Millisecond
	longest := []time.Duration{base, 2 * base, top, top}
	synctest.Test(t, func(t *testing.T) {
		var seen [4]time.Duration
		distinct := map[time.Duration]bool{}
		for range 200 {
			store, backend := retried(repeated(4, busy(put)), middleware.RetryOptions{
				Attempts: 5,
				Backoff:  middleware.Backoff{Base: base, Max: top},
			})
			if err := store.Touch(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			for i := range longest {
				wait := backend.at[i+1].Sub(backend.at[i])
				distinct[wait] = true
				if wait > longest[i] {
					t.Fatalf("pause %d lasted %v, want %v at most", i+1, wait, longest[i])
				}
				seen[i] = max(seen[i], wait)
			}
		}
		for i := range longest {
			if seen[i] < longest[i]*3/4 {
				t.Errorf("of 200 the longest pause %d was %v, want up to %v", i+1, seen[i], longest[i])
			}
		}
		if len(distinct) < 700 {
			t.Errorf("%d different pauses of 800", len(distinct))
		}
	})
}

func TestADefaultPauseFitsTheOther(t *testing.T) {
	for _, c := range []struct {
		set  middleware.Backoff
		want [2]time.Duration // the longest first and second pause
	}{
		{middleware.Backoff{}, [2]time.Duration{10 * time.Millisecond, 20 * time.Millisecond}},
		{middleware.Backoff{Base: time.Minute}, [2]time.Duration{time.Minute, time.Minute}},
		{middleware.Backoff{Max: time.Millisecond}, [2]time.Duration{time.Millisecond, time.Millisecond}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var seen [2]time.Duration
			for range 100 {
				store, backend := retried(repeated(2, busy(put)), middleware.RetryOptions{Backoff: c.set})
				_ = store.Touch(t.Context(), key)
				for i := range seen {
					seen[i] = max(seen[i], backend.at[i+1].Sub(backend.at[i]))
				}
			}
			for i, longest := range c.want {
				if seen[i] > longest || seen[i] < longest/2 {
					t.Errorf("%+v: of 100 the longest pause %d was %v, want up to %v", c.set, i+1, seen[i], longest)
				}
			}
		})
	}
}

func TestPausesStayAtTheMaximum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, backend := retried(repeated(99, busy(put)), middleware.RetryOptions{
			Attempts: 100,
			Backoff:  middleware.Backoff{Max: time.Second},
		})
		if err := store.Touch(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		for i := range 99 {
			if wait := backend.at[i+1].Sub(backend.at[i]); wait > time.Second {
				t.Errorf("pause %d lasted %v", i+1, wait)
			}
		}
	})
}

func TestThereIsNoPauseBeyondTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		start, want := time.Now(), busy(put)
		store, backend := retried([]error{want}, middleware.RetryOptions{Backoff: middleware.Backoff{Base: 1000 * time.Hour, Max: 1000 * time.Hour}})
		if err := store.Touch(ctx, key); err != want {
			t.Errorf("Touch returned %v", err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %v", took)
		}
		backend.want(t, 1)
		wantEvents(t, store, map[string]int64{"calls": 1, "out_of_time": 1})
	})
}

func TestTheEndOfTheContextEndsAPause(t *testing.T) {
	for name, doubt := range map[string]bool{"in doubt": true, "not in doubt": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Minute, cancel)
				start := time.Now()
				last := put.NewError(aerostore.CodeTimeout, nil)
				last.InDoubt = doubt
				store, backend := retried([]error{last}, middleware.RetryOptions{
					Backoff:    middleware.Backoff{Base: 1e6 * time.Hour, Max: 1e6 * time.Hour},
					Idempotent: func(aerostore.Call) bool { return true },
				})
				err := store.Put(ctx, key, bins)
				if !errors.Is(err, context.Canceled) || !errors.Is(err, aerostore.ErrTimeout) ||
					aerostore.CodeOf(err) != aerostore.CodeOK || aerostore.InDoubt(err) != doubt {
					t.Errorf("Put returned %v", err)
				}
				text := "aerostore: PUT test.users: context canceled before attempt 2, the last one failed with: " + last.Error()
				if !strings.HasPrefix(err.Error(), text) {
					t.Errorf("error\n got %v\nwant %v", err, text)
				}
				if took := time.Since(start); took != time.Minute {
					t.Errorf("it took %v", took)
				}
				backend.want(t, 1)
				wantEvents(t, store, map[string]int64{"calls": 1, "context_ended": 1})
			})
		})
	}
}

func TestThereIsNoAttemptAfterTheEndOfTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	attempts := 0
	store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		attempts++
		cancel()
		return aerostore.Result{}, busy(call)
	}), middleware.Retry(middleware.RetryOptions{}))
	err := store.Touch(ctx, key)
	if attempts != 1 || !errors.Is(err, context.Canceled) || !errors.Is(err, aerostore.CodeKeyBusy) {
		t.Errorf("%d attempts, %v", attempts, err)
	}
	deadline := put.NewContextError(context.DeadlineExceeded)
	past, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	store, backend := retried([]error{deadline}, middleware.RetryOptions{})
	if err := store.Touch(past, key); err != error(deadline) {
		t.Errorf("the caller's own deadline became %v", err)
	}
	backend.want(t, 1)
}

func TestAQueryIsTriedAgainUntilItsFirstRecord(t *testing.T) {
	broken := aerostore.Call{Op: aerostore.OpQuery}.NewError(aerostore.CodeNetwork, nil)
	for _, c := range []struct{ before, attempts int }{{0, 3}, {1, 1}, {5, 1}} {
		synctest.Test(t, func(t *testing.T) {
			attempts := 0
			store := aerostore.Chain(aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				if attempts++; attempts == 3 {
					return fake.Yields(5, nil)(ctx, call)
				}
				return fake.Yields(c.before, broken)(ctx, call)
			}), middleware.Retry(middleware.RetryOptions{}))
			rows, err := 0, error(nil)
			for _, err = range store.Query(t.Context(), everyone) {
				if err == nil {
					rows++
				}
			}
			if attempts != c.attempts {
				t.Errorf("broken after %d records: %d attempts, want %d", c.before, attempts, c.attempts)
			}
			if c.before > 0 && (rows != c.before || err != error(broken)) {
				t.Errorf("%d records and %v, want %d and the error", rows, err, c.before)
			}
			if c.before == 0 && (rows != 5 || err != nil) {
				t.Errorf("%d records and %v, want all five once", rows, err)
			}
		})
	}
}

func TestTheResultHasAllAttemptsAndTheLastNode(t *testing.T) {
	other := &aerostore.Node{Name: "BB7"}
	synctest.Test(t, func(t *testing.T) {
		n := 0
		attempts := []aerostore.Result{{Attempts: 2, Node: other}, {Node: node}, {Attempts: 3}}
		var result aerostore.Result
		seen := func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (r aerostore.Result, err error) {
				r, err = next(ctx, call)
				result = r
				return r, err
			}
		}
		store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			n++
			return attempts[n-1], busy(call)
		}), aerostore.Intercept(seen), middleware.Retry(middleware.RetryOptions{}))
		_ = store.Touch(t.Context(), key)
		if result.Attempts != 6 || result.Node != node {
			t.Errorf("%d attempts at %v, want 6 at %v", result.Attempts, result.Node, node)
		}
	})
}

func TestTheResultOfASingleAttemptIsUnchanged(t *testing.T) {
	want := &aerostore.Record{Key: key}
	var result aerostore.Result
	store := aerostore.Chain(fake.Answers(aerostore.Result{Attempts: 4, Node: node}.WithRecord(want), aerostore.ErrFilteredOut),
		aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				r, err := next(ctx, call)
				result = r
				return r, err
			}
		}), middleware.Retry(middleware.RetryOptions{}))
	got, err := store.Get(t.Context(), key)
	if got != want || err != aerostore.ErrFilteredOut || result.Attempts != 4 || result.Node != node {
		t.Errorf("Get returned %v, %v with %+v", got, err, result)
	}
}

func TestAHookIsCalledForEachFailedAttempt(t *testing.T) {
	fixed := middleware.Backoff{Base: time.Nanosecond, Max: time.Nanosecond}
	for _, c := range []struct {
		name string
		errs []error
		opts middleware.RetryOptions
		want []string
	}{
		{"a success", nil, middleware.RetryOptions{}, nil},
		{"an answer", []error{aerostore.ErrNotFound}, middleware.RetryOptions{}, nil},
		{"one that passed", repeated(1, busy(put)), middleware.RetryOptions{}, []string{"1 KEY_BUSY retries", "2 OK recovered"}},
		{
			"one that did not pass", repeated(3, busy(put)),
			middleware.RetryOptions{},
			[]string{"1 KEY_BUSY retries", "2 KEY_BUSY retries", "3 KEY_BUSY exhausted"},
		},
		{
			"one in doubt",
			[]error{busy(put), uncertain(put, aerostore.CodeTimeout)},
			middleware.RetryOptions{},
			[]string{"1 KEY_BUSY retries", "2 TIMEOUT in_doubt"},
		},
		{
			"a budget that is used up", repeated(9, busy(put)),
			middleware.RetryOptions{Attempts: 9, Budget: middleware.RetryBudget{Ratio: 1, PerSecond: middleware.None, Burst: 2}},
			[]string{"1 KEY_BUSY retries", "2 KEY_BUSY retries", "3 KEY_BUSY over_budget"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				type ctxKey struct{}
				var events []string
				c.opts.Backoff = fixed
				c.opts.OnEvent = func(ctx context.Context, call aerostore.Call, e middleware.Event) {
					if call.Op != aerostore.OpPut || ctx.Value(ctxKey{}) != true || e.Keys != 0 || e.Layer != "retry" {
						t.Errorf("the hook got %v, %+v", call, e)
					}
					events = append(events, fmt.Sprintf("%d %s %s", e.Attempt, aerostore.CodeOf(e.Err).String(), e.Name))
				}
				store, _ := retried(c.errs, c.opts)
				_ = store.Put(context.WithValue(t.Context(), ctxKey{}, true), key, bins)
				if !slices.Equal(events, c.want) {
					t.Errorf("the hook got %q, want %q", events, c.want)
				}
			})
		})
	}
}

func TestIsTransientDecidesWhatIsTriedAgain(t *testing.T) {
	lock := func(_ context.Context, call aerostore.Call, err error) bool {
		return call.Op == aerostore.OpTouch && errors.Is(err, aerostore.ErrGeneration)
	}
	for _, c := range []struct {
		err      error
		opts     middleware.RetryOptions
		attempts int
	}{
		{put.NewError(aerostore.CodeGeneration, nil), middleware.RetryOptions{IsTransient: lock}, 2},
		{busy(put), middleware.RetryOptions{IsTransient: lock}, 1},
		{busy(put), middleware.RetryOptions{IsTransient: nil}, 2},
		{uncertain(put, aerostore.CodeGeneration), middleware.RetryOptions{IsTransient: lock}, 1},
		{uncertain(put, aerostore.CodeTimeout), middleware.RetryOptions{Idempotent: nil}, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			store, backend := retried([]error{c.err}, c.opts)
			_ = store.Touch(t.Context(), key)
			backend.want(t, c.attempts)
		})
	}
}

func TestRetryDoesNotRecoverPanics(t *testing.T) {
	store := aerostore.Chain(aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
		panic(marker)
	}), middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Hour}))
	if got := panicOf(func() { _ = store.Touch(t.Context(), key) }); got != marker {
		t.Errorf("the panic became %v", got)
	}
}

func TestRetryPanicsWithInvalidOptions(t *testing.T) {
	for want, opt := range map[string]middleware.RetryOptions{
		"of 0 attempts":                       {Attempts: middleware.None},
		"of -2 attempts":                      {Attempts: -2},
		"pauses from -1ns":                    {Backoff: middleware.Backoff{Base: -1}},
		"to -1ms":                             {Backoff: middleware.Backoff{Max: -time.Millisecond}},
		"pauses from 2s to 1s":                {Backoff: middleware.Backoff{Base: 2 * time.Second, Max: time.Second}},
		"attempts of -1s":                     {AttemptTimeout: -time.Second},
		"a budget of -2 for each":             {Budget: middleware.RetryBudget{Ratio: -2}},
		"a budget of NaN for each":            {Budget: middleware.RetryBudget{Ratio: math.NaN()}},
		"-2 a second":                         {Budget: middleware.RetryBudget{PerSecond: -2}},
		"-2 saved up":                         {Budget: middleware.RetryBudget{Burst: -2}},
		"0 saved up":                          {Budget: middleware.RetryBudget{Burst: middleware.None}},
		"0.5 saved up":                        {Budget: middleware.RetryBudget{Burst: 0.5}},
		"+Inf saved up":                       {Budget: middleware.RetryBudget{Burst: math.Inf(1)}},
		"+Inf a second":                       {Budget: middleware.RetryBudget{PerSecond: math.Inf(1)}},
		"a budget that is never filled again": {Budget: middleware.RetryBudget{Ratio: middleware.None, PerSecond: middleware.None, Burst: 5}},
	} {
		got, _ := panicOf(func() { middleware.Retry(opt) }).(string)
		if !strings.HasPrefix(got, "middleware: Retry ") || !strings.Contains(got, want) {
			t.Errorf("panic %q, want one about %q", got, want)
		}
	}
}
