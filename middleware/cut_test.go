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
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

// overloadedAtFirst fails the first n attempts and blocks the others.
func overloadedAtFirst(n int) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if n--; n >= 0 {
			return aerostore.Result{Attempts: 1}, call.NewError(aerostore.CodeDeviceOverload, nil)
		}
		return waitsFor(time.Hour)(ctx, call)
	}
}

func TestTheErrorOfAnAttemptCutShortHasTheEarlierFailure(t *testing.T) {
	const overload = "; an earlier one failed with: aerostore: PUT test.users: DEVICE_OVERLOAD (18)"
	gone := errors.New("the caller is gone")
	reject := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		n := 0
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if n++; n > 1 {
				return aerostore.Result{}, call.NewError(aerostore.CodeOK, &middleware.RejectedError{Err: middleware.ErrCircuitOpen})
			}
			return next(ctx, call)
		}
	})
	for _, c := range []struct {
		name    string
		backend aerostore.Handler
		layers  []aerostore.Middleware
		caller  func(context.Context) (context.Context, context.CancelFunc)
		matches []error
		text    string
		doubt   bool
	}{
		{
			name:    "the limit of the operation",
			backend: overloadedAtFirst(1),
			layers:  []aerostore.Middleware{middleware.Timeout(time.Second, middleware.TimeoutOptions{}), middleware.Retry(middleware.RetryOptions{Backoff: atOnce})},
			matches: []error{aerostore.ErrTimeout, context.DeadlineExceeded, aerostore.CodeDeviceOverload},
			text:    "the limit of 1s for the operation was reached: context deadline exceeded, after 2 attempts" + overload,
			doubt:   true,
		},
		{
			name:    "the limit of an attempt, after which there is none",
			backend: overloadedAtFirst(2),
			layers:  []aerostore.Middleware{middleware.Retry(middleware.RetryOptions{Backoff: atOnce, AttemptTimeout: time.Second})},
			matches: []error{aerostore.ErrTimeout, aerostore.CodeDeviceOverload},
			text:    "the limit of 1s for one attempt was reached: context deadline exceeded, after 3 attempts" + overload,
			doubt:   true,
		},
		{
			name:    "the caller's deadline",
			backend: overloadedAtFirst(2),
			layers:  []aerostore.Middleware{middleware.Retry(middleware.RetryOptions{Backoff: atOnce})},
			caller: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeoutCause(ctx, time.Second, gone)
			},
			matches: []error{aerostore.ErrTimeout, aerostore.CodeDeviceOverload, gone},
			text:    "context deadline exceeded: the caller is gone, after 3 attempts" + overload,
			doubt:   true,
		},
		{
			name:    "a layer",
			backend: overloadedAtFirst(1),
			layers:  []aerostore.Middleware{middleware.Retry(middleware.RetryOptions{Backoff: atOnce}), reject},
			matches: []error{middleware.ErrCircuitOpen, aerostore.CodeDeviceOverload},
			text:    "the circuit breaker is open, after 2 attempts" + overload,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if c.caller != nil {
					var cancel context.CancelFunc
					ctx, cancel = c.caller(ctx)
					defer cancel()
				}
				err := aerostore.Chain(withCause(c.backend), c.layers...).Put(ctx, key, bins)
				for _, want := range c.matches {
					if !errors.Is(err, want) {
						t.Errorf("%v does not match %v", err, want)
					}
				}
				if !strings.HasPrefix(err.Error(), "aerostore: PUT test.users: "+c.text) {
					t.Errorf("the error\n is %v,\nwant %v", err, c.text)
				}
				if aerostore.CodeOf(err) != aerostore.CodeOK || aerostore.InDoubt(err) != c.doubt {
					t.Errorf("code %v, in doubt %t", aerostore.CodeOf(err), aerostore.InDoubt(err))
				}
				if e, ok := err.(*aerostore.Error); !ok || !strings.Contains(e.SafeMessage(), "DEVICE_OVERLOAD") || strings.Contains(e.SafeMessage(), "gone") {
					t.Errorf("the safe message is %q", e.SafeMessage())
				}
			})
		})
	}
}

// withCause is a backend whose errors have the cause of the context.
func withCause(h aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		result, err := h(ctx, call)
		if ended := aerostore.ContextError(ctx); ended != nil {
			e := call.NewContextError(ended)
			e.InDoubt = call.Writes()
			err = e
		}
		return result, err
	}
}

func TestTheErrorHasNoFailureThatARetryOvercame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, _ := retried([]error{busy(put), put.NewError(aerostore.CodeGeneration, nil)}, middleware.RetryOptions{})
		err := store.Put(t.Context(), key, bins)
		if !errors.Is(err, aerostore.ErrGeneration) || errors.Is(err, aerostore.CodeKeyBusy) || strings.Contains(err.Error(), "earlier") {
			t.Errorf("Put returned %v", err)
		}
	})
}

func TestTheErrorOfAKeyHasItsEarlierFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := overloadedAtFirst(0)
		n := 0
		store := aerostore.Chain(aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if n++; n > 1 {
				return backend(ctx, call)
			}
			results := make([]aerostore.BatchResult, call.Len())
			for i := range results {
				results[i].Key = call.KeyAt(i)
				if i > 0 {
					results[i].Err = call.NewKeyError(call.KeyAt(i), aerostore.CodeDeviceOverload, nil)
				}
			}
			return aerostore.Result{}.WithBatch(results), nil
		}), middleware.Timeout(time.Second, middleware.TimeoutOptions{}), middleware.Retry(middleware.RetryOptions{Backoff: atOnce}))
		results, err := store.BatchRemove(t.Context(), keys)
		if err != nil || results[0].Err != nil {
			t.Fatalf("BatchRemove returned %v, %v", results, err)
		}
		for _, r := range results[1:] {
			for _, want := range []error{context.DeadlineExceeded, aerostore.ErrTimeout, aerostore.CodeDeviceOverload} {
				if !errors.Is(r.Err, want) {
					t.Errorf("%v does not match %v", r.Err, want)
				}
			}
			if !aerostore.InDoubt(r.Err) {
				t.Errorf("not in doubt: %v", r.Err)
			}
		}
	})
}

func TestTheErrorOfAHedgeThatIsCutShortHasTheFailureOfAnAttempt(t *testing.T) {
	for _, first := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			attempts := &attempts{script: []attempt{
				{takes: 3 * time.Second, err: aerostore.CodeDeviceOverload},
				{takes: time.Hour},
			}}
			if !first {
				attempts.script[0], attempts.script[1] = attempts.script[1], attempts.script[0]
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			store := aerostore.Chain(aerostore.Handler(attempts.handle), middleware.Hedge(middleware.HedgeOptions{MinDelay: time.Second, Quantile: middleware.None}))
			_, err := store.Get(ctx, key)
			if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, aerostore.CodeDeviceOverload) ||
				!strings.Contains(err.Error(), "context deadline exceeded, after 2 attempts; an earlier one failed with: aerostore: GET test.users: DEVICE_OVERLOAD") {
				t.Errorf("the attempt that fails is the first: %t: %v", first, err)
			}
			synctest.Wait()
		})
	}
}

func TestTheCauseOfACallersContextIsInTheErrorOfEveryLayerThatWaits(t *testing.T) {
	gone := errors.New("the caller is gone")
	faults := new(fault.Injector)
	faults.Inject(fault.Fault{Delay: time.Hour})
	for name, layer := range map[string]aerostore.Middleware{
		"Retry":          middleware.Retry(middleware.RetryOptions{Backoff: middleware.Backoff{Base: 1e6 * time.Hour, Max: 1e6 * time.Hour}}),
		"Timeout":        middleware.Timeout(time.Hour, middleware.TimeoutOptions{}),
		"Coalesce":       middleware.Coalesce(middleware.CoalesceOptions{}),
		"Hedge":          middleware.Hedge(middleware.HedgeOptions{MinDelay: time.Second, Quantile: middleware.None}),
		"Fault":          middleware.Fault(faults),
		"Retry attempts": middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Hour}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Minute, func() { cancel(gone) })
				backend := withCause(waitsFor(2 * time.Hour))
				if name == "Retry" {
					backend = fake.Fails(aerostore.CodeKeyBusy)
				}
				_, err := aerostore.Chain(backend, layer).Get(ctx, key)
				if !errors.Is(err, context.Canceled) || !errors.Is(err, gone) {
					t.Errorf("Get returned %v", err)
				}
				if e, ok := err.(*aerostore.Error); !ok || strings.Contains(e.SafeMessage(), gone.Error()) || !strings.Contains(e.Error(), gone.Error()) {
					t.Errorf("the text is %v", fmt.Sprint(err))
				}
				synctest.Wait()
			})
		})
	}
}
