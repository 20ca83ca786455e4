package middleware_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

func TestAHookIsCalledForEachEventThatIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type event struct{ layer, name, scope string }
		var mu sync.Mutex
		called := map[event]int64{}
		hook := func(_ context.Context, call aerostore.Call, e middleware.Event) {
			mu.Lock()
			defer mu.Unlock()
			called[event{e.Layer, e.Name, e.Scope}]++
			failure := e.Layer == "retry" && e.Name != "recovered" || e.Layer == "timeout"
			if (e.Err != nil) != failure || (e.Attempt > 0) != (e.Layer == "retry") || e.Keys > 0 || e.Wait > 0 && e.Name != "retries" {
				t.Errorf("%v: %+v", call, e)
			}
		}
		var faults fault.Injector
		faults.Inject(fault.Fault{Probability: 0.2, Delay: 20 * ms})
		faults.Inject(fault.Fault{Probability: 0.3, Code: aerostore.CodeKeyBusy})
		faults.Inject(fault.Fault{Probability: 0.1, Code: aerostore.CodeTimeout, InDoubt: true})
		incident := false
		stack := middleware.Stack{
			ReadOnly:         middleware.ReadOnly(middleware.ReadOnlyOptions{While: func() bool { return incident }, OnEvent: hook}),
			Coalesce:         middleware.Coalesce(middleware.CoalesceOptions{OnEvent: hook}),
			Timeout:          middleware.Timeout(50*ms, middleware.TimeoutOptions{OnEvent: hook}),
			Retry:            middleware.Retry(middleware.RetryOptions{Attempts: 2, OnEvent: hook, Budget: middleware.RetryBudget{Ratio: 0.1, Burst: 5}}),
			Hedge:            middleware.Hedge(middleware.HedgeOptions{OnEvent: hook}),
			CircuitBreaker:   middleware.CircuitBreaker(middleware.BreakerOptions{FailureRate: 0.1, OpenFor: 100 * ms, Scope: middleware.ByNamespace, OnEvent: hook}),
			RateLimit:        middleware.RateLimit(500, middleware.RateOptions{Burst: 5, MaxWait: 10 * ms, OnEvent: hook}),
			ConcurrencyLimit: middleware.ConcurrencyLimit(2, middleware.ConcurrencyOptions{MaxWait: 5 * ms, OnEvent: hook}),
		}
		store := aerostore.Chain(memory.NewT(t), stack.Middleware(), middleware.Fault(&faults))
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				for range 500 {
					if i%2 == 0 {
						_, _ = store.Get(t.Context(), key)
					} else {
						_ = store.Put(t.Context(), key, bins)
					}
					time.Sleep(ms)
				}
			})
		}
		all.Wait()
		incident = true
		if err := store.Touch(t.Context(), key); !errors.Is(err, middleware.ErrReadOnly) {
			t.Errorf("Touch returned %v", err)
		}
		kinds := 0
		for _, l := range aerostore.Layers(store) {
			stats := l.LayerStats()
			if stats.Layer == "fault" {
				continue // has another hook
			}
			for _, e := range stats.Events {
				if got := called[event{stats.Layer, e.Name, e.Scope}]; e.Name != "calls" && got != e.N {
					t.Errorf("%s: %d of %s %s, and %d calls of the hook", stats.Layer, e.N, e.Name, e.Scope, got)
				}
				if e.N > 0 {
					kinds++
				}
			}
		}
		if kinds < 15 {
			t.Errorf("only %d kinds of events happened", kinds)
		}
	})
}
