package middleware_test

import (
	"context"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

// snapshot returns the stats of the only layer of a store.
func snapshot(t testing.TB, store aerostore.Store) aerostore.LayerStats {
	t.Helper()
	layers := aerostore.Layers(store)
	if len(layers) != 1 {
		t.Fatalf("the store has %d layers, want 1", len(layers))
	}
	return layers[0].LayerStats()
}

// wantCounted compares the counters of the named events.
func wantCounted(t testing.TB, store aerostore.Store, want map[string]int64) {
	t.Helper()
	stats := snapshot(t, store)
	for name, n := range want {
		if got := stats.Event(name); got != n {
			t.Errorf("%d of %s, want %d: %+v", got, name, n, stats.Events)
		}
	}
}

// heard keeps the events that a Hook gets.
type heard struct {
	mu     sync.Mutex
	events []middleware.Event
}

func (h *heard) hook(_ context.Context, _ aerostore.Call, e middleware.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *heard) names() (names []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		names = append(names, e.Name)
	}
	return names
}

// wantEvents compares all counters. Those that are not named must be 0.
func wantEvents(t *testing.T, s aerostore.Store, want map[string]int64) {
	t.Helper()
	for _, e := range snapshot(t, s).Events {
		if e.N != want[e.Name] {
			t.Errorf("%d %s, want %d", e.N, e.Name, want[e.Name])
		}
	}
}
