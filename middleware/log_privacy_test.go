package middleware_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

// The cases are all ways in which a foreign error can come near a record.
func TestNoRecordHasTheTextOfAForeignError(t *testing.T) {
	leaky := fmt.Errorf("user %s", marker)
	late := fmt.Errorf("user %s: %w", marker, context.DeadlineExceeded)
	failed := func(err error) aerostore.Handler {
		return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, call.NewError(aerostore.CodeServer, err)
		}
	}
	// keyed fails the first attempt for each key, and the others as a whole.
	keyed := func(first, whole error) aerostore.Handler {
		n := 0
		return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			if n++; n > 1 {
				return aerostore.Result{}, whole
			}
			results := make([]aerostore.BatchResult, call.Len())
			for i := range results {
				results[i] = aerostore.BatchResult{Key: call.KeyAt(i), Err: first}
			}
			return aerostore.Result{}.WithBatch(results), nil
		}
	}
	injected := new(fault.Injector)
	injected.Inject(fault.Fault{Code: aerostore.CodeServer, Err: leaky})
	custom := aerostore.Custom{Name: "UDF", Namespace: "test", Writes: true}
	run := func(err error) func(context.Context, aerostore.Store) error {
		return func(ctx context.Context, s aerostore.Store) error {
			return aerostore.Do(ctx, s, custom, func(context.Context) error { return err })
		}
	}
	touch := func(ctx context.Context, s aerostore.Store) error { return s.Touch(ctx, key) }
	get := func(ctx context.Context, s aerostore.Store) error { _, err := s.Get(ctx, key); return err }
	remove := func(ctx context.Context, s aerostore.Store) error {
		results, err := s.BatchRemove(ctx, keys)
		if err == nil && len(results) > 0 {
			err = results[0].Err
		}
		return err
	}
	runs := aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}, call.Run(ctx)
	})
	ready := aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}, call.Check(ctx)
	})
	again := middleware.Retry(middleware.RetryOptions{
		Backoff:     atOnce,
		Idempotent:  func(aerostore.Call) bool { return true },
		IsTransient: func(context.Context, aerostore.Call, error) bool { return true },
	})
	slow := middleware.Retry(middleware.RetryOptions{Backoff: middleware.Backoff{Base: 1e6 * time.Hour, Max: 1e6 * time.Hour}})

	for name, c := range map[string]struct {
		backend aerostore.Handler
		layer   aerostore.Middleware
		run     func(context.Context, aerostore.Store) error
		gone    bool // the caller cancels with leaky for a cause
	}{
		"an error of another type":             {fake.Answers(aerostore.Result{}, leaky), nil, touch, false},
		"one around one of ours":               {fake.Answers(aerostore.Result{}, fmt.Errorf("%w: %w", leaky, busy(put))), nil, touch, false},
		"the cause of one of ours":             {failed(leaky), nil, touch, false},
		"the cause of the cause":               {failed(put.NewError(aerostore.CodeServer, leaky)), nil, touch, false},
		"the cause beside a context's":         {failed(late), nil, touch, false},
		"the cause of what a custom call made": {runs, nil, run(custom.NewError(aerostore.CodeUDFBadResponse, leaky)), false},
		"what a custom call returned":          {runs, nil, run(leaky), false},
		"what a custom call returned, again":   {runs, again, run(leaky), false},
		"a fault":                              {runs, middleware.Fault(injected), touch, false},
		"a key's":                              {keyed(leaky, nil), nil, remove, false},
		"the cause of a key's":                 {keyed(put.NewError(aerostore.CodeServer, leaky), nil), nil, remove, false},
		"a batch's at its second attempt":      {keyed(busy(put), leaky), again, remove, false},
		"the cause of a batch's at its second": {keyed(busy(put), put.NewError(aerostore.CodeOK, leaky)), again, remove, false},
		"a batch's after keys in doubt":        {keyed(uncertain(put, aerostore.CodeTimeout), leaky), again, remove, false},
		"a batch's that is cut short":          {keyed(leaky, late), again, remove, false},
		"the last of several attempts":         {fake.Answers(aerostore.Result{}, leaky), again, touch, false},
		"the cause at the last attempt":        {failed(leaky), again, touch, false},
		"a timeout's":                          {fake.Answers(aerostore.Result{}, late), middleware.Timeout(time.Nanosecond, middleware.TimeoutOptions{}), touch, false},
		"a timeout's cause":                    {failed(late), middleware.Timeout(time.Nanosecond, middleware.TimeoutOptions{}), touch, false},
		"the cause of a context":               {ready, nil, touch, true},
		"the cause of a context in a pause":    {fake.Fails(aerostore.CodeKeyBusy), slow, touch, true},
		"the cause of a context, shared":       {waitsFor(time.Hour), middleware.Coalesce(middleware.CoalesceOptions{}), get, true},
		"the cause of a context, hedged":       {waitsFor(time.Hour), middleware.Hedge(middleware.HedgeOptions{}), get, true},
		"a query's":                            {fake.Yields(1, leaky), nil, func(ctx context.Context, s aerostore.Store) error { return lastOf(s.Query(ctx, everyone)) }, false},
		"a panic's": {func(context.Context, aerostore.Call) (aerostore.Result, error) { panic(leaky) }, nil, func(ctx context.Context, s aerostore.Store) error {
			if panicOf(func() { _ = s.Touch(ctx, key) }) == nil {
				return nil
			}
			return leaky
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				records := &recorder{level: math.MinInt}
				store := aerostore.Chain(c.backend, middleware.Log(slog.New(records), middleware.LogOptions{}), c.layer)
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if c.gone {
					time.AfterFunc(time.Second, func() { cancel(leaky) })
					if name == "the cause of a context" {
						cancel(leaky)
					}
				}
				if err := c.run(ctx, store); err == nil {
					t.Fatal("it went well")
				}
				if len(records.lines) != 1 || strings.Contains(records.lines[0], marker) {
					t.Errorf("records %q", records.lines)
				}
				synctest.Wait()
			})
		})
	}
}

// lastOf returns the last error of a query.
func lastOf(all func(func(*aerostore.Record, error) bool)) (last error) {
	for _, err := range all {
		last = err
	}
	return last
}
