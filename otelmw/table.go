package otelmw

import (
	"maps"
	"sync"
	"sync/atomic"
)

// tableLimit bounds a table, since namespaces and sets come from applications
// that may invent ever new ones.
const tableLimit = 1000

// table keeps what is prepared once and used often. Reading takes no lock and
// does not allocate. Beyond the limit a value is made anew each time.
type table[K comparable, V any] struct {
	prepare func(K) V
	entries atomic.Pointer[map[K]V]
	mu      sync.Mutex // of those who add
}

func newTable[K comparable, V any](prepare func(K) V) *table[K, V] {
	t := &table[K, V]{prepare: prepare}
	t.entries.Store(&map[K]V{})
	return t
}

func (t *table[K, V]) get(key K) V {
	if v, ok := (*t.entries.Load())[key]; ok {
		return v
	}
	v := t.prepare(key)
	t.add(key, v)
	return v
}

func (t *table[K, V]) add(key K, v V) {
	if len(*t.entries.Load()) >= tableLimit {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	entries := *t.entries.Load()
	if len(entries) >= tableLimit {
		return
	}
	grown := make(map[K]V, len(entries)+1)
	maps.Copy(grown, entries)
	grown[key] = v
	t.entries.Store(&grown)
}
