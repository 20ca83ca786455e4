//go:build !race

// The race detector makes allocations of its own.

package middleware_test

import (
	"context"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/middleware"
)

func TestASuccessUnderTheseLayersAllocatesNothing(t *testing.T) {
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	failed := put.NewError(aerostore.CodeNotFound, nil)
	for _, c := range []struct {
		name  string
		ctx   context.Context
		layer aerostore.Middleware
		err   error
		want  float64
	}{
		{"a retry", t.Context(), middleware.Retry(middleware.RetryOptions{}), nil, 0},
		{"a retry, no record", t.Context(), middleware.Retry(middleware.RetryOptions{}), failed, 0},
		{"a retry of attempts with a limit beyond the deadline", soon, middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Hour}), nil, 0},
		{"a timeout beyond the deadline", soon, middleware.Timeout(time.Hour, middleware.TimeoutOptions{}), nil, 0},
		{"a timeout for other operations", t.Context(), middleware.Timeout(time.Hour, middleware.TimeoutOptions{Limits: map[aerostore.Op]time.Duration{aerostore.OpGet: middleware.None}}), nil, 0},
		{"faults, none set", t.Context(), middleware.Fault(new(fault.Injector)), nil, 0},
		{"a timeout", t.Context(), middleware.Timeout(time.Hour, middleware.TimeoutOptions{}), nil, 1},
		{"a retry of attempts with a limit", t.Context(), middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Hour}), nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := aerostore.Chain(answers(aerostore.Result{}, c.err), c.layer)
			if got := testing.AllocsPerRun(100, func() { _, _ = store.Get(c.ctx, key) }); got != c.want {
				t.Errorf("%v allocations, want %v", got, c.want)
			}
		})
	}
	t.Run("a batch", func(t *testing.T) {
		store := aerostore.Chain(answers(aerostore.Result{}, nil), middleware.Retry(middleware.RetryOptions{}))
		if got := testing.AllocsPerRun(100, func() { _, _ = store.BatchRead(t.Context(), keys, nil) }); got != 0 {
			t.Errorf("%v allocations", got)
		}
	})
}
