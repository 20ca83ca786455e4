package middleware_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

var atOnce = middleware.Backoff{Base: time.Nanosecond, Max: time.Nanosecond}

// slowAtFirst takes an hour for the first n attempts.
func slowAtFirst(n int) (h aerostore.Handler, attempts *int) {
	attempts = new(int)
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if *attempts++; *attempts <= n {
			return waitsFor(time.Hour)(ctx, call)
		}
		return fake.Success(call), nil
	}, attempts
}

func TestATimeoutOfAnAttemptIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h, attempts := slowAtFirst(2)
		store := aerostore.Chain(h, middleware.Retry(middleware.RetryOptions{Backoff: atOnce, AttemptTimeout: time.Second}))
		if _, err := store.Get(t.Context(), key); err != nil {
			t.Errorf("Get returned %v", err)
		}
		if took := time.Since(start); *attempts != 3 || took.Truncate(time.Millisecond) != 2*time.Second {
			t.Errorf("%d attempts took %v", *attempts, took)
		}
	})
}

func TestAWriteIsInDoubtAfterATimeoutOfItsAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, attempts := slowAtFirst(9)
		store := aerostore.Chain(h, middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Second}))
		err := store.Put(t.Context(), key, bins)
		if *attempts != 1 || !aerostore.InDoubt(err) || limitReached(err) != time.Second {
			t.Errorf("%d attempts, %v", *attempts, err)
		}
		if !strings.Contains(err.Error(), "the limit of 1s for one attempt was reached") {
			t.Errorf("the error is %v", err)
		}
	})
}

// A custom call returns its context's error unchanged, which does not say whether
// it was applied.
func TestACustomWriteIsInDoubtAfterATimeoutOfItsAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		store := aerostore.Chain(aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, call.Run(ctx)
		}), middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Second}))
		err := aerostore.Do(t.Context(), store, aerostore.Custom{Name: "UDF", Writes: true}, func(ctx context.Context) error {
			attempts++
			<-ctx.Done()
			return ctx.Err()
		})
		if attempts != 1 || !aerostore.InDoubt(err) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d attempts, %v", attempts, err)
		}
	})
}

func TestTheLimitOfAnAttemptIsNotTheCallersDeadline(t *testing.T) {
	for _, c := range []struct {
		name     string
		caller   time.Duration
		attempts int
		limit    time.Duration
	}{
		{"the caller has more time", time.Hour / 2, 3, time.Second},
		{"the caller has less time", time.Second / 2, 1, 0},
		{"the caller's comes in the second attempt", 3 * time.Second / 2, 2, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), c.caller)
				defer cancel()
				h, attempts := slowAtFirst(9)
				store := aerostore.Chain(h, middleware.Retry(middleware.RetryOptions{Backoff: atOnce, AttemptTimeout: time.Second}))
				_, err := store.Get(ctx, key)
				if *attempts != c.attempts || limitReached(err) != c.limit || !errors.Is(err, aerostore.ErrTimeout) {
					t.Errorf("%d attempts, %v", *attempts, err)
				}
			})
		})
	}
}

func TestTheLimitOfAnAttemptIsNotForQueries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := aerostore.Chain(waitsFor(time.Minute), middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Second}))
		for _, err := range store.Query(t.Context(), everyone) {
			t.Error(err)
		}
	})
}

func TestTheErrorTellsATimeoutAroundARetryFromOneInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h, attempts := slowAtFirst(9)
		store := aerostore.Chain(h,
			middleware.Timeout(3*time.Second, middleware.TimeoutOptions{}),
			middleware.Retry(middleware.RetryOptions{Backoff: atOnce, Attempts: 9}),
			middleware.Timeout(2*time.Second, middleware.TimeoutOptions{}))
		_, err := store.Get(t.Context(), key)
		if *attempts != 2 || limitReached(err) != 3*time.Second || time.Since(start) != 3*time.Second {
			t.Errorf("%d attempts in %v, %v", *attempts, time.Since(start), err)
		}
	})
}

// A bubble does not end while one of its goroutines runs.
func TestRetriesAndTimeoutsLeaveNoGoroutineBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		// The handler makes other contexts.
		nested := func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			ctx, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			return waitsFor(time.Hour)(ctx, call)
		}
		store := aerostore.Chain(aerostore.Handler(nested),
			middleware.Timeout(time.Hour, middleware.TimeoutOptions{}),
			middleware.Retry(middleware.RetryOptions{
				Backoff:        middleware.Backoff{Base: 1e6 * time.Hour, Max: 1e6 * time.Hour},
				AttemptTimeout: time.Second,
			}))
		if _, err := store.Get(ctx, key); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Get returned %v", err)
		}
		_, err := aerostore.Chain(aerostore.Handler(nested), middleware.Timeout(time.Hour, middleware.TimeoutOptions{})).Get(ctx, key)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Get returned %v", err)
		}
	})
}
