package aerostore

import value "github.com/aerostore/aerostore/internal/value"

// Bins are the named values of a record. A write has from 1 to 32,767 bins. A
// name has at most 15 bytes. A value has one of the types
//
//	nil           a write of nil deletes the bin
//	bool
//	int           and all other integer types, which are read as int
//	float64
//	string
//	[]byte
//	[]any         a list of these values
//	map[any]any   a map of these values; keys are strings or integers
//	              (a blob key is read as a [N]byte array)
//	GeoJSON
//
// A write of any other type fails with [ErrInvalid] before anything is sent, and the
// error names the bin and the type. So does an unsigned integer above math.MaxInt64
// and a value that nests deeper than 256 levels. Named types are refused because
// their meaning would be lost: write a time.Duration d as int64(d), for example.
//
// A value that is read may also be an [HLL], a []MapPair, an [OpResults] or
// [Unreadable].
type Bins map[string]any

// A GeoJSON is a bin value that the server indexes as a point or region. It is a
// string.
type GeoJSON = value.GeoJSON

// An HLL is a HyperLogLog as the server stores it. It is a []byte. It can be read
// but not written.
type HLL = value.HLL

// Unreadable is the value of a bin that the backend cannot read, such as a serialized
// object of a client in another language. It is an empty struct. It can be read but
// not written, so that writing a record back does not overwrite such a bin.
type Unreadable = value.Unreadable

// A MapPair is an entry of a map that the server keeps in key order. Such a map is
// read as a []MapPair because a Go map has no order. A MapPair has two fields:
//
//	Key   any
//	Value any
type MapPair = value.MapPair

// OpResults is the value of a bin in the record that Operate returns if more than
// one operation returned a result for the bin. It is a []any of the results, in
// the order of the operations. A list bin that was read once is a plain []any.
type OpResults = value.OpResults
