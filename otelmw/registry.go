package otelmw

import (
	"slices"
	"sync"
)

// A registry keeps what stands under a key, in the order in which it came.
type registry[K, V comparable] struct {
	mu sync.Mutex
	of map[K][]V
}

func newRegistry[K, V comparable]() *registry[K, V] {
	return &registry[K, V]{of: map[K][]V{}}
}

func (r *registry[K, V]) join(at K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.of[at] = append(r.of[at], v)
}

func (r *registry[K, V]) leave(at K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rest := slices.DeleteFunc(r.of[at], func(other V) bool { return other == v })
	if r.of[at] = rest; len(rest) == 0 {
		delete(r.of, at)
	}
}

// all returns what stands under the key, the first one first.
func (r *registry[K, V]) all(at K) []V {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.of[at])
}
