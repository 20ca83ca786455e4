package otelmw

import (
	"iter"
	"maps"
	"sync"
	"sync/atomic"
)

// A cache keeps values that are made once for a key, up to a limit. Namespaces,
// sets and error types come from the application, which may invent new ones
// without end. Reading takes no lock and does not allocate.
type cache[K comparable, V any] struct {
	limit   int
	make    func(K) V
	entries atomic.Pointer[map[K]V]
	mu      sync.Mutex // serializes add
}

func newCache[K comparable, V any](limit int, makeValue func(K) V) *cache[K, V] {
	c := &cache[K, V]{limit: limit, make: makeValue}
	c.entries.Store(&map[K]V{})
	return c
}

// get returns the value for the key. Beyond the limit it makes a new value at each
// call.
func (c *cache[K, V]) get(key K) V {
	if v, ok := c.keep(key); ok {
		return v
	}
	return c.make(key)
}

// keep returns the value for the key, always the same one, or false if the cache
// is full.
func (c *cache[K, V]) keep(key K) (V, bool) {
	entries := *c.entries.Load()
	if v, ok := entries[key]; ok || len(entries) >= c.limit {
		return v, ok
	}
	return c.add(key)
}

// add makes the value before it takes the lock, because a function of the
// application's may take part in it.
func (c *cache[K, V]) add(key K) (V, bool) {
	made := c.make(key)
	c.mu.Lock()
	defer c.mu.Unlock()
	entries := *c.entries.Load()
	if v, ok := entries[key]; ok || len(entries) >= c.limit {
		return v, ok
	}
	grown := maps.Clone(entries)
	grown[key] = made
	c.entries.Store(&grown)
	return made, true
}

// find returns the value for the key if it is kept.
func (c *cache[K, V]) find(key K) (V, bool) {
	v, ok := (*c.entries.Load())[key]
	return v, ok
}

// values returns the values that are kept.
func (c *cache[K, V]) values() iter.Seq[V] { return maps.Values(*c.entries.Load()) }

// names is the set of the names that came first, up to a limit.
type names[K comparable] struct{ *cache[K, struct{}] }

func newNames[K comparable](limit int) names[K] {
	return names[K]{newCache(limit, func(K) struct{} { return struct{}{} })}
}

// admit reports whether the name is in the set, and adds it if there is room.
func (n names[K]) admit(name K) bool {
	_, ok := n.keep(name)
	return ok
}
