package aerostore

import (
	"math"
	"reflect"
	"slices"
	"sync/atomic"
)

// An Edge is a value that stands for others in comparisons. It is never
// stored.
type Edge uint8

const (
	// Infinity is greater than every other value.
	Infinity Edge = 1 + iota
	// Wildcard equals every value. In a list it equals all that follows.
	Wildcard
)

// HasEdge reports whether a value is an Edge, or a list or map with one.
func HasEdge(v any) bool {
	switch v := v.(type) {
	case Edge:
		return true
	case *List:
		return slices.ContainsFunc(v.Items, HasEdge)
	case *Map:
		return slices.ContainsFunc(v.Pairs, func(p MapPair) bool { return HasEdge(p.Key) || HasEdge(p.Value) })
	}
	return false
}

// Order is how a list or map is kept. The numbers are the server's.
type Order uint8

const (
	// Unordered keeps the elements of a list where they were put.
	Unordered Order = 0
	// Ordered keeps a list sorted by value, a map by key.
	Ordered Order = 1
	// KeyValueOrdered keeps a map sorted by key and its values indexed.
	KeyValueOrdered Order = 3
	// AsGiven is the order of a map of pairs that an operation gave, whose keys may be in
	// no order. No bin has such a map.
	AsGiven Order = 8
)

// A List is a list of values. Its elements must not be modified except by its
// methods.
type List struct {
	Items   []any
	Order   Order
	Indexed bool // the server stores an index with it

	Lent  bool   // see Map
	Bound uint32 // see Map
}

// NewList returns an unordered list that keeps items.
func NewList(items ...any) *List { return &List{Items: items} }

// A Map is a map of values. Its pairs must not be modified except by its
// methods. They are sorted by key, those of an unordered map too: nothing that
// the server answers depends on the order in which it keeps them.
type Map struct {
	Pairs   []MapPair
	Order   Order
	Indexed bool

	// Lent and Bound belong to the store that holds the map in a bin. A clone has
	// neither.
	Lent  bool   // it is read without the store's lock: it must not be changed in place
	Bound uint32 // it has no larger packed size

	ranks atomic.Pointer[[]int32] // see ByRank; nil if they are not known
}

// Sorted reports whether the server keeps the map, or an index of it, in the
// order of the keys.
func (m *Map) Sorted() bool { return m.Order != Unordered || m.Indexed }

// Ranked reports whether the server keeps an index of the map in the order of
// the values.
func (m *Map) Ranked() bool { return m.Order == KeyValueOrdered && m.Indexed }

// Pairs are pairs that an operation gives, in the order in which it gives
// them.
type Pairs []MapPair

func cloneBytes(b []byte) []byte { return append(make([]byte, 0, len(b)), b...) }

// Clone returns a copy of the list.
func (l *List) Clone() *List {
	items := make([]any, len(l.Items))
	for i, e := range l.Items {
		items[i] = Clone(e)
	}
	return &List{Items: items, Order: l.Order, Indexed: l.Indexed}
}

// Clone returns a copy of the map.
func (m *Map) Clone() *Map {
	pairs := make([]MapPair, len(m.Pairs))
	for i, p := range m.Pairs {
		pairs[i] = MapPair{Key: Clone(p.Key), Value: Clone(p.Value)}
	}
	return &Map{Pairs: pairs, Order: m.Order, Indexed: m.Indexed}
}

// Identical reports whether two values are the same, orders included. It
// tells 0 from -0 and holds NaN identical to itself.
func Identical(a, b any) bool {
	switch a := a.(type) {
	case float64:
		b, ok := b.(float64)
		return ok && math.Float64bits(a) == math.Float64bits(b)
	case []byte:
		b, ok := b.([]byte)
		return ok && string(a) == string(b)
	case HLL:
		b, ok := b.(HLL)
		return ok && string(a) == string(b)
	case NestedHLL:
		b, ok := b.(NestedHLL)
		return ok && string(a) == string(b)
	case *List:
		b, ok := b.(*List)
		if !ok || a.Order != b.Order || len(a.Items) != len(b.Items) {
			return false
		}
		for i := range a.Items {
			if !Identical(a.Items[i], b.Items[i]) {
				return false
			}
		}
		return true
	case *Map:
		b, ok := b.(*Map)
		if !ok || a.Order != b.Order || len(a.Pairs) != len(b.Pairs) {
			return false
		}
		for i := range a.Pairs {
			if !Identical(a.Pairs[i].Key, b.Pairs[i].Key) || !Identical(a.Pairs[i].Value, b.Pairs[i].Value) {
				return false
			}
		}
		return true
	case nil, bool, int, Uint, string, GeoJSON, Edge:
		switch b.(type) {
		case nil, bool, int, Uint, string, GeoJSON, Edge:
			return a == b
		}
		return false
	default: // what cannot be stored
		return reflect.DeepEqual(a, b)
	}
}

// MaxRecord is the largest max-record-size that a server can have, in bytes. Nothing
// that an operation makes may be larger, so that no argument takes all memory.
const MaxRecord = 8 << 20
