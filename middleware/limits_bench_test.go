package middleware_test

import (
	"context"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

// What each policy costs per Get over a store that does nothing, beside one
// layer and six that pass operations on.
func BenchmarkLimits(b *testing.B) {
	pass := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			result, err := next(ctx, call)
			return result, err
		}
	})
	for _, c := range []struct {
		name   string
		layers []aerostore.Middleware
	}{
		{"pass=1", []aerostore.Middleware{pass}},
		{"pass=6", []aerostore.Middleware{pass, pass, pass, pass, pass, pass}},
		{"breaker", []aerostore.Middleware{middleware.CircuitBreaker()}},
		{"breaker/namespace", []aerostore.Middleware{middleware.CircuitBreaker(middleware.BreakerScope(middleware.ByNamespace))}},
		{"rate", []aerostore.Middleware{middleware.RateLimit(1e9)}},
		{"concurrency", []aerostore.Middleware{middleware.ConcurrencyLimit(1)}},
		{"concurrency/adaptive", []aerostore.Middleware{middleware.ConcurrencyLimit(1, middleware.ConcurrencyRange{Min: 1, Max: 9})}},
		{"hedge", []aerostore.Middleware{middleware.Hedge()}},
		{"coalesce", []aerostore.Middleware{middleware.Coalesce()}},
		{"readonly", []aerostore.Middleware{middleware.ReadOnly()}},
	} {
		store := aerostore.Chain(answers(aerostore.Result{Attempts: 1}, nil), c.layers...)
		for _, deadline := range []bool{false, true} {
			name := c.name
			ctx := b.Context()
			if deadline {
				name += "/deadline"
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, time.Hour)
				defer cancel()
			}
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := store.Get(ctx, key); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
