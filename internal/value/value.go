// Package aerostore has the value types that the root package aliases, and functions
// that check, copy and measure values. Other packages import it as value. It imports
// no other package of the module.
//
// It has the root package's name because users see the name with a type: in %T,
// in the panic of a failed type assertion and in the output of a test.
package aerostore

// A GeoJSON is documented in package aerostore, as the other types are.
type GeoJSON string

// An HLL is the bytes of a HyperLogLog.
type HLL []byte

// A NestedHLL is a HyperLogLog in a list or map, where servers tell it from a blob. An HLL
// that a program writes there becomes a blob instead, which every client can read.
type NestedHLL []byte

// A Uint is an integer of more than 63 bits in a list or map. Servers keep it there, and
// sort it after the others, but have its bits for an int64 in all they do with it alone.
type Uint uint64

// Alone returns an element of a list or map as a server takes it by itself.
func Alone(v any) any {
	switch v := v.(type) {
	case Uint:
		return int(v) //nolint:gosec // G115: the bits
	case NestedHLL:
		return HLL(v)
	default:
		return v
	}
}

// Unreadable stands for a value that cannot be read.
type Unreadable struct{}

// A MapPair is an entry of an ordered map.
type MapPair struct {
	Key   any
	Value any
}

// OpResults are the results of several operations on one bin.
type OpResults []any
