package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

func TestTheLayersOfAStackAreInOrder(t *testing.T) {
	for _, c := range []struct {
		stack middleware.Stack
		want  []string
	}{
		{middleware.Stack{}, nil},
		{middleware.Production(), []string{"timeout", "retry", "circuit_breaker"}},
		{fullStack(), []string{
			"read_only", "coalesce", "timeout", "retry", "hedge", "circuit_breaker", "rate_limit", "concurrency_limit",
		}},
	} {
		var got []string
		for _, p := range aerostore.Layers(aerostore.Chain(memory.NewT(t), c.stack.Middleware())) {
			got = append(got, p.LayerStats().Layer)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("the layers are %v, want %v", got, c.want)
		}
	}
}

func TestAStackLogsAnOperationOnceWithItsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := &recorder{}
		stack := middleware.Production()
		stack.Log = middleware.Log(slog.New(records), middleware.LogOptions{})
		stack.Retry = middleware.Retry(middleware.RetryOptions{Backoff: middleware.Backoff{Base: 1, Max: 1}})
		store := aerostore.Chain(broken, stack.Middleware())
		_ = get(t, store)
		if len(records.lines) != 1 || !strings.Contains(records.lines[0], " attempts=3 ") {
			t.Errorf("records %q", records.lines)
		}
	})
}

// Each of the next tests shows two layers in both orders.

// thrice tries three times without pauses and without a budget.
func thrice() aerostore.Middleware {
	return middleware.Retry(middleware.RetryOptions{Backoff: middleware.Backoff{Base: 1, Max: 1}, Budget: middleware.RetryBudget{Ratio: 9}})
}

// sent counts the calls of a handler.
func sent(n *atomic.Int64, h aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		n.Add(1)
		return h(ctx, call)
	}
}

// attemptsOf returns how many attempts of a hundred operations come to a cluster
// that fails.
func attemptsOf(t *testing.T, layers []aerostore.Middleware) int64 {
	t.Helper()
	var n atomic.Int64
	store := aerostore.Chain(sent(&n, broken), layers...)
	for range 100 {
		_ = get(t, store)
	}
	return n.Load()
}

func TestABreakerInsideRetryCountsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		breaker := middleware.CircuitBreaker(middleware.BreakerOptions{MinCalls: 20, OpenFor: time.Hour})
		for name, c := range map[string]struct {
			layers []aerostore.Middleware
			want   int64
		}{
			"Retry, CircuitBreaker": {[]aerostore.Middleware{thrice(), breaker}, 20},
			"CircuitBreaker, Retry": {[]aerostore.Middleware{breaker, thrice()}, 60},
		} {
			if n := attemptsOf(t, c.layers); n != c.want {
				t.Errorf("%s: %d attempts were sent, want %d", name, n, c.want)
			}
		}
	})
}

func TestAnOpenCircuitIsNotTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := aerostore.Chain(broken, thrice(), middleware.CircuitBreaker(middleware.BreakerOptions{MinCalls: 3}))
		_ = get(t, store)
		if err := get(t, store); !errors.Is(err, middleware.ErrCircuitOpen) {
			t.Errorf("Get returned %v", err)
		}
		if n := aerostore.Layers(store)[1].LayerStats().Event("rejected"); n != 1 {
			t.Errorf("%d attempts at an open circuit, want 1", n)
		}
	})
}

func TestATimeoutOutsideRetryBoundsTheWholeOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			<-ctx.Done()
			return aerostore.Result{}, call.NewContextError(ctx.Err())
		})
		timeout := middleware.Timeout(time.Second, middleware.TimeoutOptions{})
		for name, c := range map[string]struct {
			layers []aerostore.Middleware
			want   time.Duration
		}{
			"Timeout, Retry": {[]aerostore.Middleware{timeout, thrice()}, time.Second},
			"Retry, Timeout": {[]aerostore.Middleware{thrice(), timeout}, 3 * time.Second},
		} {
			store := aerostore.Chain(hangs, c.layers...)
			start := time.Now()
			if err := get(t, store); !errors.Is(err, aerostore.ErrTimeout) {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(start); took.Truncate(time.Millisecond) != c.want {
				t.Errorf("%s: it took %v, want %v", name, took, c.want)
			}
		}
	})
}

func TestASharedReadTakesASingleSlot(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		limit := middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{Queue: middleware.None})
		for name, c := range map[string]struct {
			layers []aerostore.Middleware
			failed int64
		}{
			"Coalesce, ConcurrencyLimit": {[]aerostore.Middleware{middleware.Coalesce(middleware.CoalesceOptions{}), limit}, 0},
			"ConcurrencyLimit, Coalesce": {[]aerostore.Middleware{limit, middleware.Coalesce(middleware.CoalesceOptions{})}, 9},
		} {
			slow := &attempts{script: []attempt{{takes: ms}}}
			store := aerostore.Chain(aerostore.Handler(slow.handle), c.layers...)
			var failed atomic.Int64
			var all sync.WaitGroup
			for range 10 {
				all.Go(func() {
					if err := get(t, store); err != nil {
						failed.Add(1)
					}
				})
			}
			all.Wait()
			if failed.Load() != c.failed {
				t.Errorf("%s: %d of ten reads of one record failed, want %d", name, failed.Load(), c.failed)
			}
		}
	})
}

func TestALimitInsideRetryBoundsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := middleware.RateLimit(1e-3, middleware.RateOptions{Burst: 10})
		for name, c := range map[string]struct {
			layers []aerostore.Middleware
			want   int64
		}{
			"Retry, RateLimit": {[]aerostore.Middleware{thrice(), limit}, 10},
			"RateLimit, Retry": {[]aerostore.Middleware{limit, thrice()}, 30},
		} {
			if n := attemptsOf(t, c.layers); n != c.want {
				t.Errorf("%s: %d attempts were sent, want %d", name, n, c.want)
			}
		}
	})
}

func TestALimitInsideHedgeBoundsAttempts(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		limit := middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{Queue: 9, MaxWait: time.Minute})
		hedge := middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None})
		for name, c := range map[string]struct {
			layers []aerostore.Middleware
			want   int64
		}{
			"Hedge, ConcurrencyLimit": {[]aerostore.Middleware{hedge, limit}, 1},
			"ConcurrencyLimit, Hedge": {[]aerostore.Middleware{limit, hedge}, 2},
		} {
			var running, most atomic.Int64
			store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
				if n := running.Add(1); n > most.Load() {
					most.Store(n)
				}
				defer running.Add(-1)
				time.Sleep(50 * ms)
				return fake.Success(call), nil
			}), c.layers...)
			if err := get(t, store); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			time.Sleep(time.Second)
			if most.Load() != c.want {
				t.Errorf("%s: %d attempts ran at once, want %d", name, most.Load(), c.want)
			}
		}
	})
}

func TestATimeoutInsideCoalesceBoundsTheSharedRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timeout := middleware.Timeout(time.Second, middleware.TimeoutOptions{})
		for name, c := range map[string]struct {
			layers []aerostore.Middleware
			want   bool
		}{
			"Coalesce, Timeout": {[]aerostore.Middleware{middleware.Coalesce(middleware.CoalesceOptions{}), timeout}, true},
			"Timeout, Coalesce": {[]aerostore.Middleware{timeout, middleware.Coalesce(middleware.CoalesceOptions{})}, false},
		} {
			quick := &attempts{script: []attempt{{}}}
			store := aerostore.Chain(aerostore.Handler(quick.handle), c.layers...)
			if err := get(t, store); err != nil {
				t.Fatal(err)
			}
			if _, bounded := quick.ctxs[0].Deadline(); bounded != c.want {
				t.Errorf("%s: the read has a deadline: %v, want %v", name, bounded, c.want)
			}
		}
	})
}

func ExampleProduction() {
	logger := slog.New(slog.DiscardHandler)

	stack := middleware.Production()
	stack.Log = middleware.Log(logger, middleware.LogOptions{})
	stack.ConcurrencyLimit = middleware.ConcurrencyLimit(64, middleware.ConcurrencyOptions{})
	store := aerostore.Chain(memory.New(), stack.Middleware()) // inside otelmw.Tracing() and otelmw.Metrics()

	ctx := context.Background()
	ada := aerostore.NewKey("test", "users", "ada")
	fmt.Println(store.Put(ctx, ada, aerostore.Bins{"name": "Ada"}))
	for _, layer := range aerostore.Layers(store) {
		fmt.Println(layer.LayerStats().Layer)
	}

	// Output:
	// <nil>
	// timeout
	// retry
	// circuit_breaker
	// concurrency_limit
}
