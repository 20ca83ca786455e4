package otelmw

import (
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// subjects is a table by subject that every call is looked up in. Operations on a
// single record are found in a slot, if they were the first to come there, since a
// map has to hash three strings.
type subjects[V any] struct {
	*table[subject, V]

	slots [aerostore.OpBatchRead][slots]atomic.Pointer[place[V]]
}

// slots are for the sets of an operation.
const slots = 16

// place is what a slot holds.
type place[V any] struct {
	namespace, set string
	value          V
}

func newSubjects[V any](r *room, prepare func(subject) V) *subjects[V] {
	return &subjects[V]{table: newTable(r, prepare)}
}

// getFor makes the value anew each time where the table has no room for it.
func (s *subjects[V]) getFor(call *aerostore.Call) V {
	if v, ok := s.keepFor(call); ok {
		return v
	}
	return s.prepare(subjectOf(call))
}

// keepFor returns the value for the call's subject, always the same one, or false
// if the table has no room for it.
func (s *subjects[V]) keepFor(call *aerostore.Call) (V, bool) {
	if !call.Op.IsSingle() || int(call.Op) >= len(s.slots) {
		return s.keep(subjectOf(call))
	}
	namespace, set := call.Key.Namespace(), call.Key.Set()
	slot := &s.slots[call.Op][slotOf(set)]
	p := slot.Load()
	if p != nil && p.set == set && p.namespace == namespace {
		return p.value, true
	}
	v, ok := s.keep(subjectOf(call))
	if ok && p == nil {
		slot.Store(&place[V]{namespace, set, v})
	}
	return v, ok
}

// slotOf tells sets apart by what their names mostly differ in.
func slotOf(set string) int {
	n := len(set)
	if n == 0 {
		return 0
	}
	return (n*5 + int(set[0]) + int(set[n-1])*3) % slots
}
