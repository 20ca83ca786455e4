package asbackend_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/race"
	"github.com/aerostore/aerostore/middleware"
)

func TestStoreAnswersTheSpecification(t *testing.T) {
	t.Parallel()
	stack := middleware.Production()
	stack.Timeout = middleware.Timeout(time.Minute, middleware.TimeoutOptions{})
	stack.Retry = middleware.Retry(middleware.RetryOptions{AttemptTimeout: 10 * time.Second})
	stack.Coalesce = middleware.Coalesce(middleware.CoalesceOptions{})
	stack.Hedge = middleware.Hedge(middleware.HedgeOptions{Quantile: middleware.None, MinDelay: time.Nanosecond})
	stack.ConcurrencyLimit = middleware.ConcurrencyLimit(64, middleware.ConcurrencyOptions{})
	for name, layers := range map[string][]aerostore.Middleware{
		"no layers":         nil,
		"Timeout and Retry": {stack.Timeout, stack.Retry},
		"a whole stack":     {stack.Middleware()},
	} {
		if race.Enabled && name != "a whole stack" { // it has the others
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			specify(t, layers...)
		})
	}
}

// The limit becomes the client's timeout.
func TestATimeoutEndsTheCommandAndIsNamed(t *testing.T) {
	s, set := dial(t)
	k := key(set, "a")
	for _, limit := range []time.Duration{time.Nanosecond, 20 * time.Microsecond, 200 * time.Microsecond} {
		one := aerostore.Chain(s, middleware.Timeout(limit, middleware.TimeoutOptions{}))
		several := aerostore.Chain(s, middleware.Retry(middleware.RetryOptions{AttemptTimeout: limit}))
		for name, run := range map[string]func() error{
			"a write":             func() error { return one.Put(t.Context(), k, aerostore.Bins{"n": 1}) },
			"a read":              func() error { _, err := one.Exists(t.Context(), k); return err },
			"a batch":             func() error { _, err := one.BatchRead(t.Context(), []aerostore.Key{k, key(set, "b")}, nil); return err },
			"attempts to read":    func() error { _, err := several.Exists(t.Context(), k); return err },
			"attempts of a write": func() error { return several.Put(t.Context(), k, aerostore.Bins{"n": 1}) },
		} {
			err := run()
			if err == nil && limit > time.Nanosecond {
				continue // fast enough
			}
			named, ok := errors.AsType[*middleware.TimeoutError](err)
			if !ok || named.Limit != limit || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, aerostore.ErrTimeout) {
				t.Errorf("%s within %v gave %v", name, limit, err)
			}
		}
	}
}
