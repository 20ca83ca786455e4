package middleware_test

import (
	"context"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

// BenchmarkLimits measures each layer for a Get over a store that does nothing. It
// compares them with one and six layers that pass operations on, and with the
// simplest layers that limit. docs/decisions/0011-breakers-and-limits.md has figures of others.
func BenchmarkLimits(b *testing.B) {
	limiter, slots := rate.NewLimiter(1e9, 1e9), make(chan struct{}, 1)
	limited := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if err := limiter.Wait(ctx); err != nil {
				return aerostore.Result{}, err
			}
			return next(ctx, call)
		}
	})
	slotted := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return aerostore.Result{}, ctx.Err()
			}
			defer func() { <-slots }()
			return next(ctx, call)
		}
	})
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
		{"breaker", []aerostore.Middleware{middleware.CircuitBreaker(middleware.BreakerOptions{})}},
		{"breaker/namespace", []aerostore.Middleware{middleware.CircuitBreaker(middleware.BreakerOptions{Scope: middleware.ByNamespace})}},
		{"rate", []aerostore.Middleware{middleware.RateLimit(1e9, middleware.RateOptions{})}},
		{"rate/keys", []aerostore.Middleware{middleware.RateLimit(1e9, middleware.RateOptions{Weight: middleware.PerKey})}},
		{"rate/plain", []aerostore.Middleware{limited}},
		{"concurrency", []aerostore.Middleware{middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{})}},
		{"concurrency/plain", []aerostore.Middleware{slotted}},
		{"hedge", []aerostore.Middleware{middleware.Hedge(middleware.HedgeOptions{})}},
		{"coalesce", []aerostore.Middleware{middleware.Coalesce(middleware.CoalesceOptions{})}},
		{"readonly", []aerostore.Middleware{middleware.ReadOnly(middleware.ReadOnlyOptions{})}},
	} {
		store := aerostore.Chain(fake.Answers(aerostore.Result{Attempts: 1}, nil), c.layers...)
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

// BenchmarkLimitsQuery measures a breaker, which times the loop body, per record of
// a query.
func BenchmarkLimitsQuery(b *testing.B) {
	const rows = 1000
	for name, layer := range map[string]aerostore.Middleware{"bare": nil, "breaker": middleware.CircuitBreaker(middleware.BreakerOptions{})} {
		store := aerostore.Chain(fake.Yields(rows, nil), layer)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range store.Query(b.Context(), everyone) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/record")
		})
	}
}
