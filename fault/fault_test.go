package fault_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/memory"
)

// Package memory tests what faults select, how often they apply, and writes in doubt.

var (
	users = aerostore.Query{Namespace: "test", Set: "users"}
	ada   = aerostore.NewKey("test", "users", "ada")
)

// injected returns a store with five records behind an Injector.
func injected(t *testing.T) (aerostore.Store, *fault.Injector) {
	t.Helper()
	backend := memory.NewT(t)
	for id := range 5 {
		if err := backend.Put(t.Context(), aerostore.NewKey("test", "users", id), aerostore.Bins{"n": id}); err != nil {
			t.Fatal(err)
		}
	}
	var faults fault.Injector
	return aerostore.Chain(backend, aerostore.WithLayer(func() *fault.Injector { return &faults })), &faults
}

func TestAFaultWithADelayOnlyDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, faults := injected(t)
		faults.Inject(fault.Fault{Delay: time.Second})
		start := time.Now()
		if err := store.Put(t.Context(), ada, aerostore.Bins{"n": 1}); err != nil || time.Since(start) != time.Second {
			t.Errorf("after %v Put gave %v", time.Since(start), err)
		}
		rows := 0
		for _, err := range store.Query(t.Context(), users) {
			if err != nil {
				t.Error(err)
			}
			rows++
		}
		if rows != 6 || time.Since(start) != 2*time.Second {
			t.Errorf("after %v the query gave %d records", time.Since(start), rows)
		}
	})
}

func TestAFaultDelaysAQueryBetweenItsRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, faults := injected(t)
		faults.Inject(fault.Fault{Delay: time.Second, After: 2})
		start, rows := time.Now(), 0
		for _, err := range store.Query(t.Context(), users) {
			rows++
			want := time.Duration(0)
			if rows > 2 {
				want = time.Second
			}
			if got := time.Since(start); err != nil || got != want {
				t.Errorf("record %d came after %v, %v", rows, got, err)
			}
		}
		if rows != 5 {
			t.Errorf("%d records", rows)
		}
	})
}

func TestAFaultDelaysAndThenFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, faults := injected(t)
		faults.Inject(fault.Fault{Delay: time.Second, InDoubt: true})
		start := time.Now()
		err := store.Put(t.Context(), ada, aerostore.Bins{"n": 1})
		if !aerostore.InDoubt(err) || aerostore.CodeOf(err) != aerostore.CodeServer || time.Since(start) != time.Second {
			t.Errorf("after %v Put gave %v", time.Since(start), err)
		}
	})
}

func TestAContextThatEndsDuringADelayAppliesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, faults := injected(t)
		delay := faults.Inject(fault.Fault{Delay: time.Hour, Code: aerostore.CodeTimeout, InDoubt: true, Applied: true})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := store.Put(ctx, ada, aerostore.Bins{"n": 1})
		if !errors.Is(err, context.DeadlineExceeded) || aerostore.InDoubt(err) {
			t.Errorf("Put gave %v", err)
		}
		delay.Stop()
		if exists, err := store.Exists(t.Context(), ada); exists || err != nil {
			t.Errorf("the record exists: %v, %v", exists, err)
		}
	})
}

func TestATimeoutEndsADelay(t *testing.T) {
	for name, do := range map[string]func(context.Context, aerostore.Store) error{
		"a read": func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Exists(ctx, ada, aerostore.Timeout(time.Second))
			return err
		},
		"a write": func(ctx context.Context, s aerostore.Store) error {
			return s.Put(ctx, ada, aerostore.Bins{"n": 1}, aerostore.Timeout(time.Second))
		},
		"a batch": func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchRead(ctx, []aerostore.Key{ada, ada}, nil, aerostore.Timeout(time.Second))
			return err
		},
		"a query": func(ctx context.Context, s aerostore.Store) error {
			q := users
			q.Options = []aerostore.ReadOption{aerostore.Timeout(time.Second)}
			for _, err := range s.Query(ctx, q) {
				if err != nil {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, faults := injected(t)
				faults.Inject(fault.Fault{Delay: 20 * time.Second})
				start := time.Now()
				err := do(t.Context(), store)
				if took := time.Since(start); !errors.Is(err, aerostore.ErrTimeout) || took != time.Second || aerostore.InDoubt(err) {
					t.Errorf("after %v it gave %v", took, err)
				}
			})
		})
	}
}

func TestADelayUsesUpTheTimeout(t *testing.T) {
	for delay, want := range map[time.Duration]time.Duration{time.Second - 1: 1, 300 * time.Millisecond: 700 * time.Millisecond, time.Second: 0} {
		synctest.Test(t, func(t *testing.T) {
			var faults fault.Injector
			var left time.Duration
			see := func(next aerostore.Handler) aerostore.Handler {
				return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
					left = call.Options.Timeout
					return next(ctx, call)
				}
			}
			store := aerostore.Chain(memory.NewT(t), aerostore.Intercept(faults.Intercept, see))
			faults.Inject(fault.Fault{Delay: delay})
			_, err := store.Exists(t.Context(), ada, aerostore.Timeout(time.Second))
			if left != want || errors.Is(err, aerostore.ErrTimeout) != (want == 0) {
				t.Errorf("a delay of %v left %v and gave %v", delay, left, err)
			}
		})
	}
}

func TestDelaysWithinAQueryAddUpToItsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, faults := injected(t)
		for after := range 4 {
			faults.Inject(fault.Fault{Delay: 400 * time.Millisecond, After: after + 1})
		}
		q := users
		q.Options = []aerostore.ReadOption{aerostore.Timeout(time.Second)}
		start, rows := time.Now(), 0
		var last error
		for _, err := range store.Query(t.Context(), q) {
			if last = err; err == nil {
				rows++
			}
		}
		if took := time.Since(start); !errors.Is(last, aerostore.ErrTimeout) || rows != 3 || took != time.Second {
			t.Errorf("after %v and %d records it gave %v", took, rows, last)
		}
	})
}

func TestAFaultDoesNotAffectRefusedOperations(t *testing.T) {
	store, faults := injected(t)
	never := faults.Inject(fault.Fault{})
	if err := store.Put(t.Context(), ada, nil); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("Put of nothing gave %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.Touch(ctx, ada); !errors.Is(err, context.Canceled) {
		t.Errorf("Touch gave %v", err)
	}
	if n := never.Strikes(); n != 0 {
		t.Errorf("%d strikes", n)
	}
}

func TestFaultsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, faults := injected(t)
		if faults.Active() {
			t.Error("active without a fault")
		}
		struck := 0
		faults.Hook = func(_ context.Context, call aerostore.Call, f fault.Fault) {
			if struck++; call.Op != aerostore.OpPut || f.Times != 1 {
				t.Errorf("the hook was called with %v, %+v", call, f)
			}
		}
		for _, f := range []fault.Fault{
			{Delay: time.Second},
			{Delay: time.Second, Code: aerostore.CodeNetwork},
			{Code: aerostore.CodeTimeout, InDoubt: true},
		} {
			f.Times = 1
			faults.Inject(f)
		}
		faults.Inject(fault.Fault{Set: "elsewhere"})
		for range 4 {
			_ = store.Put(t.Context(), ada, aerostore.Bins{"n": 1})
		}
		stats := aerostore.Layers(store)[0].LayerStats()
		for name, want := range map[string]int64{"delayed": 2, "failed": 2, "in_doubt": 1} {
			if got := stats.Event(name); got != want {
				t.Errorf("%d %s, want %d", got, name, want)
			}
		}
		if struck != 3 {
			t.Errorf("the hook was called %d times, want 3", struck)
		}
		if stats.Layer != "fault" || stats.Gauge("active") != 1 || !faults.Active() {
			t.Errorf("%+v", stats)
		}
	})
}

func TestClearRemovesAllFaults(t *testing.T) {
	store, faults := injected(t)
	faults.Clear()
	faults.Inject(fault.Fault{Set: "elsewhere"})
	outage := faults.Inject(fault.Fault{})
	_ = store.Touch(t.Context(), ada)
	faults.Clear()
	if err := store.Put(t.Context(), ada, aerostore.Bins{"n": 1}); err != nil || faults.Active() || outage.Strikes() != 1 {
		t.Errorf("Put gave %v; active %v, %d strikes", err, faults.Active(), outage.Strikes())
	}
}

func TestANegativeDelayPanics(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "Delay -1s is negative") {
			t.Errorf("panic %q", text)
		}
	}()
	new(fault.Injector).Inject(fault.Fault{Delay: -time.Second})
}
