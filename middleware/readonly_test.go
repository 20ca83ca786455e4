package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// everyOperation runs each operation of a store, by whether it writes.
func everyOperation(ctx context.Context, s aerostore.Store) (reads, writes map[string]error) {
	custom := func(writes bool) error {
		return aerostore.Do(ctx, s, aerostore.Custom{Name: "UDF", Namespace: "test", Writes: writes},
			func(context.Context) error { return nil })
	}
	reads = map[string]error{
		"Get":          errorOf(s.Get(ctx, key)),
		"Select":       errorOf(s.Select(ctx, key, nil)),
		"Exists":       errorOf(s.Exists(ctx, key)),
		"Operate":      errorOf(s.Operate(ctx, key, []aerostore.Operation{aerostore.ReadBin("name")})),
		"BatchRead":    errorOf(s.BatchRead(ctx, keys, nil)),
		"BatchOperate": errorOf(s.BatchOperate(ctx, keys, []aerostore.Operation{aerostore.ReadAll()})),
		"BatchWrite":   errorOf(s.BatchWrite(ctx, itemsThatRead)),
		"Do":           custom(false),
	}
	for _, err := range s.Query(ctx, everyone) {
		if err != nil {
			reads["Query"] = err
		}
	}
	add := []aerostore.Operation{aerostore.ReadBin("visits"), aerostore.AddBin("visits", 1)}
	writes = map[string]error{
		"Put":          s.Put(ctx, key, bins),
		"Remove":       errorOf(s.Remove(ctx, key)),
		"Touch":        s.Touch(ctx, key),
		"Append":       s.Append(ctx, key, bins),
		"Prepend":      s.Prepend(ctx, key, bins),
		"Increment":    s.Increment(ctx, key, aerostore.Bins{"visits": 1}),
		"Operate":      errorOf(s.Operate(ctx, key, add)),
		"BatchWrite":   errorOf(s.BatchWrite(ctx, append(itemsThatRead[:1:1], aerostore.BatchItem{Key: key, Bins: bins}))),
		"BatchOperate": errorOf(s.BatchOperate(ctx, keys, add)),
		"BatchRemove":  errorOf(s.BatchRemove(ctx, keys)),
		"Do":           custom(true),
	}
	return reads, writes
}

func errorOf[T any](_ T, err error) error { return err }

func TestReadOnlyRejectsWritesOnly(t *testing.T) {
	sent := 0
	count := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			sent++
			if call.Writes() {
				t.Errorf("%v was sent", call)
			}
			return next(ctx, call)
		}
	})
	backend := memory.NewT(t)
	if err := backend.Put(t.Context(), key, bins); err != nil {
		t.Fatal(err)
	}
	var events heard
	store := aerostore.Chain(backend, middleware.ReadOnly(middleware.ReadOnlyOptions{OnEvent: events.hook}), count)
	reads, writes := everyOperation(t.Context(), store)
	for name, err := range reads {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range writes {
		if !errors.Is(err, middleware.ErrReadOnly) || aerostore.InDoubt(err) || judgement.ErrorType(err) != "read_only" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sent != 9 {
		t.Errorf("%d operations were sent, want the 9 reads", sent)
	}
	const want = "aerostore: PUT test.users: the store is read-only"
	if got := fmt.Sprint(writes["Put"]); got != want {
		t.Errorf("error %q, want %q", got, want)
	}
	wantCounted(t, store, map[string]int64{"rejected": int64(len(writes))})
	if got := len(events.names()); got != len(writes) {
		t.Errorf("the hook was called %d times", got)
	}
}

func TestReadOnlyCanBeSwitchedWhileTheProgramRuns(t *testing.T) {
	var incident atomic.Bool
	store := aerostore.Chain(memory.NewT(t), middleware.ReadOnly(middleware.ReadOnlyOptions{While: incident.Load}))
	for _, on := range []bool{false, true, false} {
		incident.Store(on)
		err := store.Put(t.Context(), key, bins)
		if got := errors.Is(err, middleware.ErrReadOnly); got != on || !on && err != nil {
			t.Errorf("switched to %v: %v", on, err)
		}
		if got := snapshot(t, store).Gauge("active") == 1; got != on {
			t.Errorf("active is %v, want %v", got, on)
		}
	}
}

func ExampleReadOnly() {
	var incident atomic.Bool
	store := aerostore.Chain(memory.New(), middleware.ReadOnly(middleware.ReadOnlyOptions{While: incident.Load}))

	ctx := context.Background()
	ada := aerostore.NewKey("test", "users", "ada")
	fmt.Println(store.Put(ctx, ada, aerostore.Bins{"name": "Ada"}))
	incident.Store(true)
	fmt.Println(store.Put(ctx, ada, aerostore.Bins{"name": "Ada L."}))
	record, err := store.Get(ctx, ada)
	fmt.Println(record.Bins, err)

	// Output:
	// <nil>
	// aerostore: PUT test.users: the store is read-only
	// map[name:Ada] <nil>
}
