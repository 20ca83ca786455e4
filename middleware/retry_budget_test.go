package middleware_test

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

// A load is a number of callers and a backend that fails a part of the calls.
type load struct {
	callers, calls int           // calls of each
	every          time.Duration // between calls
	failing        float64
}

// run returns the number of attempts and of failed calls, and how long it took.
func (l load) run(t *testing.T, opts middleware.RetryOptions) (attempts, failed int64, took time.Duration) {
	t.Helper()
	var made, lost atomic.Int64
	store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		made.Add(1)
		if rand.Float64() < l.failing {
			return aerostore.Result{}, call.NewError(aerostore.CodeDeviceOverload, nil)
		}
		return fake.Success(call), nil
	}), middleware.Retry(opts))
	start := time.Now()
	var wg sync.WaitGroup
	for range l.callers {
		wg.Go(func() {
			for range l.calls {
				time.Sleep(l.every)
				if store.Touch(t.Context(), key) != nil {
					lost.Add(1)
				}
			}
		})
	}
	wg.Wait()
	stats := snapshot(t, store)
	if calls := int64(l.callers * l.calls); stats.Event("calls") != calls || stats.Event("retries") != made.Load()-calls {
		t.Errorf("%d calls, %d attempts, but %d calls and %d retries are counted",
			calls, made.Load(), stats.Event("calls"), stats.Event("retries"))
	}
	return made.Load(), lost.Load(), time.Since(start)
}

func TestTheBudgetBoundsRetries(t *testing.T) {
	for _, c := range []struct {
		name    string
		load    load
		budget  middleware.RetryBudget
		used    float64 // the least part of the budget that is used
		retries int64   // at least, if the budget is not the limit
	}{
		{
			name: "half of the attempts fail", load: load{20, 1000, time.Millisecond, 0.5},
			budget: middleware.RetryBudget{Ratio: 0.2, PerSecond: 10, Burst: 100}, used: 0.95,
		},
		{
			name: "all of them fail", load: load{20, 1000, time.Millisecond, 1},
			budget: middleware.RetryBudget{Ratio: 0.2, PerSecond: 10, Burst: 100}, used: 0.95,
		},
		{
			name: "all fail, without a minimum", load: load{20, 1000, time.Millisecond, 1},
			budget: middleware.RetryBudget{Ratio: 0.1, PerSecond: middleware.None, Burst: 1}, used: 0.9,
		},
		{
			name: "all fail, with a minimum alone", load: load{2, 100, time.Second, 1},
			budget: middleware.RetryBudget{Ratio: middleware.None, PerSecond: 1, Burst: 5}, used: 0.9,
		},
		{
			name: "few fail, within the budget", load: load{20, 1000, time.Millisecond, 0.02},
			budget: middleware.RetryBudget{Ratio: 0.2, PerSecond: 10, Burst: 100}, retries: 200,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				attempts, failed, took := c.load.run(t, middleware.RetryOptions{Budget: c.budget})
				calls := int64(c.load.callers * c.load.calls)
				allowed := max(c.budget.Ratio, 0)*float64(calls) + max(c.budget.PerSecond, 0)*took.Seconds() + c.budget.Burst
				retries := attempts - calls
				if float64(retries) > allowed {
					t.Errorf("%d retries of %d calls, want %v at most", retries, calls, allowed)
				}
				if float64(retries) < c.used*allowed || retries < c.retries {
					t.Errorf("%d retries of %d calls, of %v allowed", retries, calls, allowed)
				}
				if c.load.failing == 1 && failed != calls {
					t.Errorf("%d of %d calls failed", failed, calls)
				}
			})
		})
	}
}

func TestWithoutABudgetEachCallIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts, _, _ := load{10, 100, time.Millisecond, 1}.run(t, middleware.RetryOptions{Budget: middleware.RetryBudget{Ratio: 2}})
		if attempts != 3*10*100 {
			t.Errorf("%d attempts of 1000 calls, want three of each", attempts)
		}
	})
}

func TestAnInfiniteRatioIsReportedAsAFullBudget(t *testing.T) {
	store, _ := retried(nil, middleware.RetryOptions{Budget: middleware.RetryBudget{Ratio: math.Inf(1)}})
	for range 2 {
		if left := aerostore.Layers(store)[0].LayerStats().Gauge("budget"); left != 100 {
			t.Errorf("the budget is %v, want 100", left)
		}
	}
}

func TestARetryBudgetIsFilledAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, backend := retried(repeated(1000, busy(put)), middleware.RetryOptions{
			Backoff:  atOnce,
			Attempts: 2,
			Budget:   middleware.RetryBudget{Ratio: middleware.None, PerSecond: 2, Burst: 3},
		})
		for _, step := range []struct {
			wait time.Duration
			want []int // attempts of each call
		}{
			{0, []int{2, 2, 2, 1, 1}},
			{time.Second, []int{2, 2, 1}},
			{time.Hour, []int{2, 2, 2, 1}}, // no more than Burst is saved up
		} {
			time.Sleep(step.wait)
			for i, want := range step.want {
				before := len(backend.calls)
				_ = store.Touch(t.Context(), key)
				if got := len(backend.calls) - before; got != want {
					t.Errorf("after %v, call %d was tried %d times, want %d", step.wait, i+1, got, want)
				}
			}
		}
		if left := snapshot(t, store).Gauge("budget"); left < 0 || left >= 1 {
			t.Errorf("%v retries are left", left)
		}
	})
}

func TestEachStoreHasItsOwnRetryBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mw := middleware.Retry(middleware.RetryOptions{Backoff: atOnce, Budget: middleware.RetryBudget{Ratio: middleware.None, PerSecond: 1, Burst: 2}})
		for range 2 {
			backend := &script{errs: repeated(2, busy(put))}
			if err := aerostore.Chain(aerostore.Handler(backend.handle), mw).Touch(t.Context(), key); err != nil {
				t.Error(err)
			}
		}
	})
}
