package asbackend_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/storetest"
)

func TestTheSpecificationHoldsUnderRetryAndTimeout(t *testing.T) {
	t.Parallel()
	backend, err := asbackend.Dial(t.Context(), hosts(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = backend.Close() })
	storetest.Run(t,
		func(tb testing.TB) aerostore.Store {
			tb.Helper()
			s, err := asbackend.New(backend.Client())
			if err != nil {
				tb.Fatal(err)
			}
			return aerostore.Chain(s,
				middleware.Timeout(time.Minute),
				middleware.Retry(middleware.RetryAttemptTimeout(10*time.Second)))
		},
		storetest.WithNamespace(namespace),
		storetest.Without(storetest.DurableDelete, "the server is the Community Edition"),
	)
}

// The limit becomes the client's timeout, though nobody waits for the context.
func TestALimitThatIsTooShortEndsTheCommandAndNamesItself(t *testing.T) {
	s, set := dial(t)
	k := key(set, "a")
	for _, limit := range []time.Duration{time.Nanosecond, 20 * time.Microsecond, 200 * time.Microsecond} {
		one := aerostore.Chain(s, middleware.Timeout(limit))
		several := aerostore.Chain(s, middleware.Retry(middleware.RetryAttemptTimeout(limit)))
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
