package middleware_test

import (
	"context"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

// snapshot returns what the only layer of a store has counted.
func snapshot(t testing.TB, store aerostore.Store) aerostore.LayerStats {
	t.Helper()
	layers := aerostore.Layers(store)
	if len(layers) != 1 {
		t.Fatalf("the store has %d layers, want 1", len(layers))
	}
	return layers[0].LayerStats()
}

// wantCounted compares the events that are named with what was counted.
func wantCounted(t testing.TB, store aerostore.Store, want map[string]int64) {
	t.Helper()
	stats := snapshot(t, store)
	for name, n := range want {
		if got := stats.Event(name); got != n {
			t.Errorf("%d of %s, want %d: %+v", got, name, n, stats.Events)
		}
	}
}

// told keeps the events that a Hook was told of.
type told struct {
	mu     sync.Mutex
	events []middleware.Event
}

func (h *told) hook(_ context.Context, _ aerostore.Call, e middleware.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *told) names() (names []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		names = append(names, e.Name)
	}
	return names
}

// fails returns an error of the server for the call.
func fails(code aerostore.ResultCode) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}, call.NewError(code, nil)
	}
}

// exchangeable is a handler that a test exchanges as it goes.
type exchangeable struct {
	mu sync.Mutex
	h  aerostore.Handler
}

func (e *exchangeable) set(h aerostore.Handler) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.h = h
}

func (e *exchangeable) handle(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
	e.mu.Lock()
	h := e.h
	e.mu.Unlock()
	return h(ctx, call)
}
