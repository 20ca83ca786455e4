package otelmw

import (
	"iter"
	"maps"
	"sync"
	"sync/atomic"
)

// tableLimit bounds a table, since namespaces and sets come from applications
// that may invent ever new ones.
const tableLimit = 1000

// room is for how much more tables may keep.
type room struct{ left atomic.Int64 }

func newRoom(limit int) *room {
	r := new(room)
	r.left.Store(int64(limit))
	return r
}

func (r *room) take() bool {
	if r.left.Add(-1) >= 0 {
		return true
	}
	r.left.Add(1)
	return false
}

// table keeps what is prepared once and used often. Reading takes no lock and
// does not allocate.
type table[K comparable, V any] struct {
	room    *room // may be that of other tables, too
	prepare func(K) V
	entries atomic.Pointer[map[K]V]
	mu      sync.Mutex // of those who add
}

func newTable[K comparable, V any](r *room, prepare func(K) V) *table[K, V] {
	t := &table[K, V]{room: r, prepare: prepare}
	t.entries.Store(&map[K]V{})
	return t
}

// get makes the value anew each time where the table has no room for it.
func (t *table[K, V]) get(key K) V {
	if v, ok := t.keep(key); ok {
		return v
	}
	return t.prepare(key)
}

// keep returns the value for the key, always the same one, or false if the
// table has no room for it.
func (t *table[K, V]) keep(key K) (V, bool) {
	v, ok := (*t.entries.Load())[key]
	if ok || t.room.left.Load() <= 0 {
		return v, ok
	}
	return t.add(key)
}

// add prepares before it takes the lock: a function of the application's may have a
// part in it.
func (t *table[K, V]) add(key K) (V, bool) {
	prepared := t.prepare(key)
	t.mu.Lock()
	defer t.mu.Unlock()
	entries := *t.entries.Load()
	v, ok := entries[key]
	if ok || !t.room.take() {
		return v, ok
	}
	v = prepared
	grown := make(map[K]V, len(entries)+1)
	maps.Copy(grown, entries)
	grown[key] = v
	t.entries.Store(&grown)
	return v, true
}

// find returns the value for the key if it is kept.
func (t *table[K, V]) find(key K) (V, bool) {
	v, ok := (*t.entries.Load())[key]
	return v, ok
}

// all returns what is kept.
func (t *table[K, V]) all() iter.Seq2[K, V] { return maps.All(*t.entries.Load()) }
