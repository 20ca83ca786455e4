package middleware_test

import (
	"context"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

// BenchmarkRetryTimeoutAndFault measures layers for a Get over a store that does
// nothing. It compares them with one and five layers that pass operations on.
func BenchmarkRetryTimeoutAndFault(b *testing.B) {
	pass := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			result, err := next(ctx, call)
			return result, err
		}
	})
	soon, cancel := context.WithTimeout(b.Context(), time.Hour)
	b.Cleanup(cancel)
	for _, c := range []struct {
		name   string
		ctx    context.Context
		layers []aerostore.Middleware
	}{
		{"bare", soon, []aerostore.Middleware{aerostore.Intercept()}},
		{"pass", soon, []aerostore.Middleware{pass}},
		{"pass x 5", soon, []aerostore.Middleware{pass, pass, pass, pass, pass}},
		{"Retry", soon, []aerostore.Middleware{middleware.Retry(middleware.RetryOptions{})}},
		{"Retry with attempts that the deadline bounds", soon, []aerostore.Middleware{
			middleware.Retry(middleware.RetryOptions{AttemptTimeout: 2 * time.Hour}),
		}},
		{"Retry with bounded attempts", b.Context(), []aerostore.Middleware{
			middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Second}),
		}},
		{"Timeout under a deadline", soon, []aerostore.Middleware{middleware.Timeout(2*time.Hour, middleware.TimeoutOptions{})}},
		{"Fault without faults", soon, []aerostore.Middleware{middleware.Fault(new(fault.Injector))}},
		{"Timeout", b.Context(), []aerostore.Middleware{middleware.Timeout(time.Second, middleware.TimeoutOptions{})}},
		{"context.WithTimeout", b.Context(), []aerostore.Middleware{aerostore.Intercept(withTimeout)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			store := aerostore.Chain(fake.Answers(aerostore.Result{Attempts: 1}, nil), c.layers...)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := store.Get(c.ctx, key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// withTimeout is Timeout with the context of the standard library.
func withTimeout(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		return next(ctx, call)
	}
}
