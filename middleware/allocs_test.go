//go:build !race

// The race detector makes its own allocations.

package middleware_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

func TestAllocationsOfAnIdleLayer(t *testing.T) {
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, l := range layers {
		t.Run(l.name, func(t *testing.T) {
			store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), l.idle)
			for _, c := range []struct {
				what string
				run  func()
				want float64
			}{
				{"a read", func() { _, _ = store.Get(context.Background(), key) }, l.allocs},
				{"a write with a deadline", func() { _ = store.Put(soon, key, bins) }, 0},
				{"a batch of writes with a deadline", func() { _, _ = store.BatchRemove(soon, keys) }, 0},
			} {
				if got := testing.AllocsPerRun(100, c.run); got != c.want {
					t.Errorf("%s: %v allocations, want %v", c.what, got, c.want)
				}
			}
		})
	}
}

func TestAllocationsOfReadsByOptions(t *testing.T) {
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	missing := put.NewError(aerostore.CodeNotFound, nil)
	warn := slog.New(&recorder{level: slog.LevelWarn})
	noLimit := map[aerostore.Op]time.Duration{aerostore.OpGet: middleware.None}
	for _, c := range []struct {
		name  string
		ctx   context.Context
		layer aerostore.Middleware
		err   error
		want  float64
	}{
		{"CircuitBreaker, a deadline", soon, middleware.CircuitBreaker(middleware.BreakerOptions{}), nil, 0},
		{"CircuitBreaker by namespaces", soon, middleware.CircuitBreaker(middleware.BreakerOptions{Scope: middleware.ByNamespace}), nil, 0},
		{"ConcurrencyLimit, a deadline", soon, middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{}), nil, 0},
		{"Log, the level is off", soon, middleware.Log(warn, middleware.LogOptions{}), nil, 0},
		{"Log, the level is off and slow operations are logged", soon, middleware.Log(warn, middleware.LogOptions{Slow: time.Hour}), nil, 0},
		{"RateLimit, a deadline", soon, middleware.RateLimit(1e9, middleware.RateOptions{}), nil, 0},
		{"RateLimit by keys", soon, middleware.RateLimit(1e9, middleware.RateOptions{Weight: middleware.PerKey}), nil, 0},
		{"Retry, no record", t.Context(), middleware.Retry(middleware.RetryOptions{}), missing, 0},
		{"Retry, an attempt with a limit beyond the deadline", soon, middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Hour}), nil, 0},
		{"Retry, an attempt with a limit", t.Context(), middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Hour}), nil, 1},
		{"Timeout, no limit", t.Context(), middleware.Timeout(time.Hour, middleware.TimeoutOptions{Limits: noLimit}), nil, 0},
		{"Timeout beyond the deadline", soon, middleware.Timeout(time.Hour, middleware.TimeoutOptions{}), nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := aerostore.Chain(fake.Answers(aerostore.Result{}, c.err), c.layer)
			if got := testing.AllocsPerRun(100, func() { _, _ = store.Get(c.ctx, key) }); got != c.want {
				t.Errorf("a read: %v allocations, want %v", got, c.want)
			}
			if c.ctx != soon {
				return
			}
			if got := testing.AllocsPerRun(100, func() { _, _ = store.BatchRead(c.ctx, keys, nil) }); got != 0 {
				t.Errorf("a batch: %v allocations", got)
			}
		})
	}
}
