package cdt

import value "github.com/aerostore/aerostore/internal/value"

type (
	// An Order is how a list or map is kept, as the server numbers it.
	Order = value.Order
	// A ListOrder is how a list is kept.
	ListOrder Order
	// A MapOrder is how a map is kept.
	MapOrder Order
)

// Unordered is the order of lists and of maps that are kept in none. Their
// indexes and ranks are computed when they are needed.
const Unordered = 0

// Ordered keeps a list in the order of its values.
const Ordered ListOrder = 1

// The orders of maps, with [Unordered].
const (
	// KeyOrdered keeps a map in the order of its keys.
	KeyOrdered MapOrder = 1
	// KeyValueOrdered keeps a map in the order of its keys, and where the server
	// stores an index, of its values too.
	KeyValueOrdered MapOrder = 3
)
