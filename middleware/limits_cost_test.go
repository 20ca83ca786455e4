//go:build !race

// The race detector makes allocations of its own.

package middleware_test

import (
	"context"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

func TestALayerThatHasNothingToDoAllocatesNothing(t *testing.T) {
	deadline, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	for name, layer := range map[string]aerostore.Middleware{
		"CircuitBreaker":                middleware.CircuitBreaker(middleware.BreakerOptions{}),
		"CircuitBreaker, by namespaces": middleware.CircuitBreaker(middleware.BreakerOptions{Scope: middleware.ByNamespace}),
		"RateLimit":                     middleware.RateLimit(1e9, middleware.RateOptions{}),
		"RateLimit, by keys":            middleware.RateLimit(1e9, middleware.RateOptions{Weight: middleware.PerKey}),
		"ConcurrencyLimit":              middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{}),
		"ReadOnly, switched off":        middleware.ReadOnly(middleware.ReadOnlyOptions{While: func() bool { return false }}),
	} {
		t.Run(name, func(t *testing.T) {
			store := aerostore.Chain(answers(aerostore.Result{}, nil), layer)
			for what, f := range map[string]func(){
				"a read":                 func() { _, _ = store.Get(context.Background(), key) },
				"a read with a deadline": func() { _, _ = store.Get(deadline, key) },
				"a write":                func() { _ = store.Put(deadline, key, bins) },
				"a batch":                func() { _, _ = store.BatchRead(deadline, keys, nil) },
			} {
				if got := testing.AllocsPerRun(100, f); got != 0 {
					t.Errorf("%s: %v allocations", what, got)
				}
			}
		})
	}
}

func TestWhatAReadOnAGoroutineOfItsOwnAllocates(t *testing.T) {
	for name, c := range map[string]struct {
		layer aerostore.Middleware
		want  float64
	}{
		"Hedge":    {middleware.Hedge(middleware.HedgeOptions{}), 9},
		"Coalesce": {middleware.Coalesce(middleware.CoalesceOptions{}), 6},
	} {
		store := aerostore.Chain(answers(aerostore.Result{}, nil), c.layer)
		if got := testing.AllocsPerRun(100, func() { _, _ = store.Get(context.Background(), key) }); got != c.want {
			t.Errorf("%s: a read makes %v allocations, want %v", name, got, c.want)
		}
		for what, f := range map[string]func(){
			"a write":         func() { _ = store.Put(context.Background(), key, bins) },
			"a batch of them": func() { _, _ = store.BatchRemove(context.Background(), keys) },
		} {
			if got := testing.AllocsPerRun(100, f); got != 0 {
				t.Errorf("%s: %s makes %v allocations", name, what, got)
			}
		}
	}
}
