package cdt

import value "github.com/aerostore/aerostore/internal/value"

// A Step enters one element of a list or map. A OneIndex, OneRank or Equal
// enters an element of a list. A OneKey or Entry enters an entry of a map. A
// Creation enters either, and creates what is missing.
type Step interface {
	// Selector returns what the step selects, nil for the zero value.
	Selector() *Selector
	// OfMap reports whether the step enters a map.
	OfMap() bool
	// Creation returns how the list or map that the step looks into is
	// created if it is missing, 0 if it is not.
	Creation() Container
	step()
}

// An Entry is a step that enters an entry of a map by its index, rank or
// value.
type Entry struct{ entry *Selector }

// InMap returns a step that enters the entry at the index.
func (s OneIndex) InMap() Entry { return Entry{s.index} }

// InMap returns a step that enters the entry of the rank.
func (s OneRank) InMap() Entry { return Entry{s.rank} }

// InMap returns a step that enters the first entry with the value.
func (s Equal) InMap() Entry { return Entry{s.equal} }

// Selector returns what the step selects.
func (s Entry) Selector() *Selector { return s.entry }

// String describes the step without its values.
func (s Entry) String() string { return s.entry.String() }

// OfMap returns true.
func (Entry) OfMap() bool { return true }

// OfMap returns true.
func (OneKey) OfMap() bool { return true }

// OfMap reports whether the step enters a map.
func (s Creation) OfMap() bool { return s.in.IsMap() }

// OfMap returns false: the step enters a list.
func (OneIndex) OfMap() bool { return false }

// OfMap returns false: the step enters a list.
func (OneRank) OfMap() bool { return false }

// OfMap returns false: the step enters a list.
func (Equal) OfMap() bool { return false }

// A Creation is a step that creates the list or map that it looks into, and
// the element, if they are missing.
type Creation struct {
	creation *Selector
	in       Container
}

// A Container is a list or map that a step creates.
type Container uint8

const (
	newListUnordered Container = 1 + iota
	newListPadded
	newListOrdered
	newMapUnordered
	newMapOrdered
	newMapKeyValue
)

// Create returns a step that creates what is missing: the list that it looks
// into, with the order, and an element after the last if that is the index. The
// steps after one that creates an element create theirs too.
func (s OneIndex) Create(order ListOrder) Creation {
	if order == Ordered {
		return Creation{s.index, newListOrdered}
	}
	return Creation{s.index, newListUnordered}
}

// CreatePadded returns a step that creates an unordered list, and fills it with
// nil up to the index.
func (s OneIndex) CreatePadded() Creation { return Creation{s.index, newListPadded} }

// Create returns a step that creates what is missing: the map that it looks
// into, with the order, and an entry for the key. The steps after one that
// creates an entry create theirs too.
func (s OneKey) Create(order MapOrder) Creation {
	switch order {
	case KeyOrdered:
		return Creation{s.key, newMapOrdered}
	case KeyValueOrdered:
		return Creation{s.key, newMapKeyValue}
	default:
		return Creation{s.key, newMapUnordered}
	}
}

// Selector returns what the step selects.
func (s Creation) Selector() *Selector { return s.creation }

// Creation returns what the step creates.
func (s Creation) Creation() Container { return s.in }

// String describes the step without its values.
func (s Creation) String() string { return s.creation.String() + ", created" }

// Creation returns 0: the step creates nothing.
func (Entry) Creation() Container { return 0 }

// Creation returns 0: the step creates nothing.
func (OneIndex) Creation() Container { return 0 }

// Creation returns 0: the step creates nothing.
func (OneRank) Creation() Container { return 0 }

// Creation returns 0: the step creates nothing.
func (OneKey) Creation() Container { return 0 }

// Creation returns 0: the step creates nothing.
func (Equal) Creation() Container { return 0 }

// Order returns the order of the list or map.
func (c Container) Order() value.Order {
	switch c {
	case newListOrdered, newMapOrdered:
		return value.Ordered
	case newMapKeyValue:
		return value.KeyValueOrdered
	default:
		return value.Unordered
	}
}

// Pads reports whether a list is filled up to the index.
func (c Container) Pads() bool { return c == newListPadded }

// IsMap reports whether the container is a map.
func (c Container) IsMap() bool { return c >= newMapUnordered }

func (OneIndex) step() {}
func (OneRank) step()  {}
func (OneKey) step()   {}
func (Equal) step()    {}
func (Entry) step()    {}
func (Creation) step() {}
