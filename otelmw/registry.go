package otelmw

import (
	"reflect"
	"slices"
	"sync"
)

// A registry lists what reports to a provider under the same key, in order. A
// provider adds up values that are observed twice, so only the first one observes.
type registry[V comparable] struct {
	mu      sync.Mutex
	members map[any][]V
}

// join adds v under a key and returns a function that removes it. A key that cannot
// be compared is replaced by v, which then stands alone.
func (r *registry[V]) join(key any, v V) (joined any, leave func()) {
	if !reflect.ValueOf(key).Comparable() {
		key = v
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members == nil {
		r.members = map[any][]V{}
	}
	r.members[key] = append(r.members[key], v)
	return key, func() { r.remove(key, v) }
}

func (r *registry[V]) remove(key any, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rest := slices.DeleteFunc(r.members[key], func(other V) bool { return other == v })
	if r.members[key] = rest; len(rest) == 0 {
		delete(r.members, key)
	}
}

// ledBy returns the members of a key if v is the first of them, and none otherwise.
func (r *registry[V]) ledBy(key any, v V) []V {
	r.mu.Lock()
	defer r.mu.Unlock()
	if all := r.members[key]; len(all) > 0 && all[0] == v {
		return slices.Clone(all)
	}
	return nil
}
