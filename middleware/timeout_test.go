package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

// waitsFor is a handler that takes a time, or ends with its context.
func waitsFor(d time.Duration) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return fake.Completed(aerostore.Result{Attempts: 1}, call), nil
		case <-ctx.Done():
			err := call.NewContextError(ctx.Err())
			err.InDoubt = call.Writes()
			return aerostore.Result{Attempts: 1}, err
		}
	}
}

// limitReached returns the limit in an error, 0 if there is none.
func limitReached(err error) time.Duration {
	e, _ := errors.AsType[*middleware.TimeoutError](err)
	if e == nil {
		return 0
	}
	return e.Limit
}

func TestAnOperationEndsAtTheLimit(t *testing.T) {
	for _, o := range storeOperations() {
		t.Run(o.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				store := aerostore.Chain(waitsFor(time.Hour), middleware.Timeout(2*time.Second, middleware.TimeoutOptions{}))
				err := o.run(t.Context(), store)
				if took := time.Since(start); took != 2*time.Second {
					t.Errorf("it took %v", took)
				}
				if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, aerostore.ErrTimeout) || limitReached(err) != 2*time.Second {
					t.Errorf("the error is %v", err)
				}
				if aerostore.InDoubt(err) != o.writes {
					t.Errorf("in doubt: %v", aerostore.InDoubt(err))
				}
				if text := "the limit of 2s for the operation was reached"; !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), marker) {
					t.Errorf("the error is %v", err)
				}
				wantEvents(t, store, map[string]int64{"calls": 1, "timeouts": 1})
			})
		})
	}
}

func TestTheEarliestDeadlineCounts(t *testing.T) {
	for _, c := range []struct {
		name   string
		caller time.Duration // 0: none
		takes  time.Duration
		want   time.Duration
		limit  bool // the limit ended it
		fails  bool
	}{
		{"none", 0, time.Second, time.Second, false, false},
		{"the limit", 0, time.Hour, 2 * time.Second, true, true},
		{"the limit before the caller's", time.Minute, time.Hour, 2 * time.Second, true, true},
		{"the caller's", time.Second, time.Hour, time.Second, false, true},
		{"both at once", 2 * time.Second, time.Hour, 2 * time.Second, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if c.caller > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.caller)
					defer cancel()
				}
				start := time.Now()
				store := aerostore.Chain(waitsFor(c.takes), middleware.Timeout(2*time.Second, middleware.TimeoutOptions{}))
				_, err := store.Get(ctx, key)
				if took := time.Since(start); took != c.want || (err != nil) != c.fails || (limitReached(err) > 0) != c.limit {
					t.Errorf("after %v: %v", took, err)
				}
			})
		})
	}
}

func TestOtherErrorsPassATimeoutUnchanged(t *testing.T) {
	doubtful := uncertain(put, aerostore.CodeTimeout)
	inner := fmt.Errorf("inner: %w", &middleware.TimeoutError{Limit: time.Second, Err: context.DeadlineExceeded})
	for _, want := range []error{nil, doubtful, put.NewContextError(context.Canceled), inner} {
		store := aerostore.Chain(fake.Answers(aerostore.Result{}, want), middleware.Timeout(time.Minute, middleware.TimeoutOptions{}))
		if err := store.Touch(t.Context(), key); err != want {
			t.Errorf("%v became %v", want, err)
		}
		wantEvents(t, store, map[string]int64{"calls": 1})
	}
}

func TestADeadlineOfALayerInsideIsNotTheLimit(t *testing.T) {
	const limit = time.Second
	for _, c := range []struct {
		takes time.Duration
		limit time.Duration
	}{
		{limit / 2, 0},
		{limit - time.Millisecond, limit}, // as Aerospike's client does
		{limit, limit},
		{2 * limit, limit},
	} {
		synctest.Test(t, func(t *testing.T) {
			store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
				time.Sleep(c.takes)
				return aerostore.Result{}, call.NewContextError(context.DeadlineExceeded)
			}), middleware.Timeout(limit, middleware.TimeoutOptions{}))
			if _, err := store.Get(t.Context(), key); limitReached(err) != c.limit || !errors.Is(err, aerostore.ErrTimeout) {
				t.Errorf("after %v: %v", c.takes, err)
			}
		})
	}
}

// A backend may have the limit in its error, since it is the cause of the context.
func TestALimitThatTheBackendNamesIsInTheErrorOnce(t *testing.T) {
	for name, backend := range map[string]aerostore.Handler{
		"in an Error": withCause(waitsFor(time.Hour)),
		"unchanged": func(ctx context.Context, _ aerostore.Call) (aerostore.Result, error) {
			<-ctx.Done()
			return aerostore.Result{}, aerostore.ContextError(ctx)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var heard error
			store := aerostore.Chain(backend, middleware.Timeout(2*time.Second, middleware.TimeoutOptions{
				OnEvent: func(_ context.Context, _ aerostore.Call, e middleware.Event) { heard = e.Err },
			}))
			err := store.Put(t.Context(), key, bins)
			const want = "aerostore: PUT test.users: the limit of 2s for the operation was reached: context deadline exceeded (in doubt: the write may have been applied)"
			if err == nil || err.Error() != want || limitReached(err) != 2*time.Second || !errors.Is(err, aerostore.ErrTimeout) || heard != err {
				t.Errorf("%s: Put returned %v, the hook got %v", name, err, heard)
			}
			wantEvents(t, store, map[string]int64{"calls": 1, "timeouts": 1})
		})
	}
}

func TestTheTimeoutOfACallReplacesTheLimit(t *testing.T) {
	const limit, longest = time.Second, 20 * time.Second
	limits := map[aerostore.Op]time.Duration{aerostore.OpQuery: middleware.None}
	limited := middleware.Timeout(limit, middleware.TimeoutOptions{Limits: limits})
	capped := middleware.Timeout(limit, middleware.TimeoutOptions{Limits: limits, MaxTimeout: longest})
	get := func(ctx context.Context, s aerostore.Store, opts ...aerostore.ReadOption) error {
		_, err := s.Get(ctx, key, opts...)
		return err
	}
	query := func(ctx context.Context, s aerostore.Store, opts ...aerostore.ReadOption) error {
		q := everyone
		q.Options = opts
		for _, err := range s.Query(ctx, q) {
			return err
		}
		return nil
	}
	for _, c := range []struct {
		name   string
		layer  aerostore.Middleware
		run    func(ctx context.Context, s aerostore.Store, opts ...aerostore.ReadOption) error
		wants  time.Duration
		caller time.Duration // 0: no deadline
		want   time.Duration
		ours   bool
	}{
		{"none", limited, get, 0, 0, limit, true},
		{"more", limited, get, 10 * time.Second, 0, 10 * time.Second, true},
		{"less", limited, get, time.Second / 2, 0, time.Second / 2, true},
		{"more than the caller has", limited, get, 10 * time.Second, 5 * time.Second, 5 * time.Second, false},
		{"less than the caller has", limited, get, 10 * time.Second, time.Minute, 10 * time.Second, true},
		{"more than it may", capped, get, time.Minute, 0, longest, true},
		{"as much as it may", capped, get, longest, 0, longest, true},
		{"the maximum is not a limit for others", capped, get, 0, 0, limit, true},
		{"an operation without a limit", limited, query, 10 * time.Second, 0, 10 * time.Second, true},
		{"an operation without a limit, none", limited, query, 0, 0, time.Hour, false},
		{"an operation without a limit, more than it may", capped, query, time.Minute, 0, longest, true},
		{"under Production", middleware.Production().Middleware(), get, 10 * time.Second, 0, 10 * time.Second, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if c.caller > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.caller)
					defer cancel()
				}
				start := time.Now()
				err := c.run(ctx, aerostore.Chain(waitsFor(time.Hour), c.layer), aerostore.Timeout(c.wants))
				if took := time.Since(start); took != c.want || (limitReached(err) == c.want) != c.ours {
					t.Errorf("after %v: %v, want %v", took, err, c.want)
				}
			})
		})
	}
}

func TestACanceledOperationIsNotATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		store := aerostore.Chain(waitsFor(time.Hour), middleware.Timeout(time.Minute, middleware.TimeoutOptions{}))
		_, err := store.Get(ctx, key)
		if !errors.Is(err, context.Canceled) || limitReached(err) != 0 {
			t.Errorf("Get returned %v", err)
		}
	})
}

func TestSomeOperationsHaveAnotherLimit(t *testing.T) {
	const general, batches = time.Second, 3 * time.Second
	for op, want := range map[string]time.Duration{
		"Get": general, "Put": general, "a custom call that writes": general,
		"BatchRead": batches, "BatchRemove": batches, "Query": time.Hour, "Touch": general,
	} {
		t.Run(op, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				store := aerostore.Chain(waitsFor(time.Hour), middleware.Timeout(general, middleware.TimeoutOptions{
					Limits: map[aerostore.Op]time.Duration{
						aerostore.OpBatchRead: batches, aerostore.OpBatchRemove: batches,
						aerostore.OpQuery: middleware.None, aerostore.OpTouch: 0,
					},
				}))
				for _, o := range storeOperations() {
					if o.name == op {
						_ = o.run(t.Context(), store)
					}
				}
				if took := time.Since(start); took != want {
					t.Errorf("it took %v, want %v", took, want)
				}
			})
		})
	}
}

func TestAnUnknownOperationHasTheGeneralLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := aerostore.Chain(waitsFor(time.Hour), middleware.Timeout(time.Second, middleware.TimeoutOptions{})).(interface{ Unwrap() aerostore.Store })
		h := aerostore.Layers(store.(aerostore.Store))[0].Intercept(waitsFor(time.Hour))
		if _, err := h(t.Context(), aerostore.Call{Op: ^aerostore.Op(0)}); limitReached(err) != time.Second {
			t.Errorf("it returned %v", err)
		}
	})
}

func TestTheLimitOfAQueryIncludesTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := aerostore.Chain(aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			for call.Yield(&aerostore.Record{}) {
				if ctx.Err() != nil {
					return aerostore.Result{}, call.NewContextError(ctx.Err())
				}
			}
			return fake.Success(call), nil
		}), middleware.Timeout(5*time.Second, middleware.TimeoutOptions{}))
		rows, last := 0, error(nil)
		for _, err := range store.Query(t.Context(), everyone) {
			if last = err; err == nil {
				rows++
				time.Sleep(time.Second)
			}
		}
		if rows != 5 || limitReached(last) != 5*time.Second {
			t.Errorf("%d records, %v", rows, last)
		}
	})
}

func TestAHookIsCalledForEachTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard error
		store := aerostore.Chain(waitsFor(time.Hour), middleware.Timeout(time.Second, middleware.TimeoutOptions{
			OnEvent: func(ctx context.Context, call aerostore.Call, e middleware.Event) {
				if ctx.Err() != nil || call.Op != aerostore.OpTouch {
					t.Errorf("the hook got %v with %v", call, ctx.Err())
				}
				heard = e.Err
			},
		}))
		if err := store.Touch(t.Context(), key); err == nil || err != heard {
			t.Errorf("the hook got %v, not %v", heard, err)
		}
	})
}

func TestTheContextOfALimitBehavesLikeOthers(t *testing.T) {
	type ctxKey struct{}
	synctest.Test(t, func(t *testing.T) {
		caller, giveUp := context.WithCancel(context.WithValue(t.Context(), ctxKey{}, "carried"))
		var kept context.Context
		var child context.Context
		store := aerostore.Chain(aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			kept = ctx
			start := time.Now()
			if at, ok := ctx.Deadline(); !ok || at.Sub(start) != time.Second {
				t.Errorf("the deadline is %v, %v", at, ok)
			}
			if ctx.Value(ctxKey{}) != "carried" || ctx.Err() != nil || context.Cause(ctx) != nil {
				t.Errorf("at first %v, %v", ctx.Value(ctxKey{}), ctx.Err())
			}
			switch call.Op {
			case aerostore.OpPut: // Done is not called
				time.Sleep(time.Second)
			case aerostore.OpGet:
				<-ctx.Done()
			case aerostore.OpTouch: // a child that follows
				var cancel context.CancelFunc
				child, cancel = context.WithCancel(ctx)
				defer cancel()
				<-child.Done()
			case aerostore.OpExists:
				giveUp()
				<-ctx.Done()
				if !errors.Is(ctx.Err(), context.Canceled) || ctx.Value(ctxKey{}) != "carried" {
					t.Errorf("the end of the caller's context is %v", ctx.Err())
				}
				return fake.Success(call), nil
			default:
				return fake.Success(call), nil
			}
			if err := ctx.Err(); err != context.DeadlineExceeded || time.Since(start) != time.Second || ctx.Err() != err {
				t.Errorf("after %v: %v", time.Since(start), err)
			}
			cause := context.Cause(ctx)
			if limitReached(cause) != time.Second || !errors.Is(cause, context.DeadlineExceeded) {
				t.Errorf("the cause is %v", cause)
			}
			return fake.Success(call), nil
		}), middleware.Timeout(time.Second, middleware.TimeoutOptions{}))
		_ = store.Put(caller, key, bins)
		_, _ = store.Get(caller, key)
		_ = store.Touch(caller, key)
		if _, err := store.Remove(caller, key); err != nil {
			t.Error(err)
		}
		if err := kept.Err(); err != context.Canceled {
			t.Errorf("after the operation the context has %v", err)
		}
		<-kept.Done()
		_, _ = store.Exists(caller, key)
	})
}

func TestTimeoutPanicsWithInvalidOptions(t *testing.T) {
	some := func(longest time.Duration, op aerostore.Op, limit time.Duration) func() {
		return func() {
			middleware.Timeout(1, middleware.TimeoutOptions{MaxTimeout: longest, Limits: map[aerostore.Op]time.Duration{op: limit}})
		}
	}
	for want, wire := range map[string]func(){
		"of 0s":                                func() { middleware.Timeout(0, middleware.TimeoutOptions{}) },
		"of -1s":                               func() { middleware.Timeout(-time.Second, middleware.TimeoutOptions{}) },
		"of -1s for PUT":                       some(0, aerostore.OpPut, -time.Second),
		"a maximum of -1s":                     some(-time.Second, aerostore.OpPut, 0),
		"a maximum of 1s, below a limit of 2s": func() { middleware.Timeout(2*time.Second, middleware.TimeoutOptions{MaxTimeout: time.Second}) },
		"a maximum of 2s, below a limit of 3s": some(2*time.Second, aerostore.OpPut, 3*time.Second),
		"for operation 0":                      some(0, 0, 0),
		"for operation 17":                     some(0, 17, 0),
	} {
		got, _ := panicOf(wire).(string)
		if !strings.HasPrefix(got, "middleware: Timeout ") || !strings.Contains(got, want) {
			t.Errorf("panic %q, want one about %q", got, want)
		}
	}
}
