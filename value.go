package aerostore

import value "github.com/aerostore/aerostore/internal/value"

// Bins are the named values of a record. A write has from 1 to 32,767 bins. A
// name has at most 15 bytes. A value is written as one of the types on the left and
// read as the one on the right:
//
//	nil                               deletes the bin; stays nil in a list or map
//	bool                              bool
//	all integer types                 int
//	float64, float32                  float64
//	string                            string
//	[]byte, [N]byte                   []byte
//	GeoJSON                           GeoJSON
//	HLL                               HLL; in a list or map []byte
//	json.Number                       int if it is written as one, else float64
//	[]any, other slices               []any
//	map[any]any, other maps           map[any]any
//	[]MapPair                         []MapPair, in the order of the keys
//
// Slices and maps may have any of these types as elements, such as []string,
// [][]float64, map[string]int and map[string]any. What encoding/json decodes into an
// any can be written, and so can all that was read.
//
// The keys of a map are strings, integers or blobs. In a map[any]any a blob is a
// [N]byte, since Go compares no slices; in a MapPair it is a []byte. A nil slice or
// map is written as an empty one.
//
// A write of any other type fails with [ErrInvalid] before anything is sent, and the
// error names the bin and the type. Types with a name of their own are refused,
// because their meaning would be lost: write a time.Duration d as int64(d), for
// example. So are an integer that does not fit into an int64, a key that a map has
// twice, and a value that nests deeper than 256 levels. Servers from 8.2 on refuse more
// than 64.
//
// A value that is read may also be an [OpResults] or [Unreadable]. Other programs may have
// put an integer of more than 63 bits into a list or map. Clients read the bits as a negative
// int, and package memory reads a uint64.
type Bins map[string]any

// A GeoJSON is a bin value that the server indexes as a point or region. It is a
// string.
type GeoJSON = value.GeoJSON

// An HLL is a HyperLogLog as the server stores it. It is a []byte. In a list or map it is
// written as a blob, and read as a []byte: client v7 cannot read a list with a HyperLogLog.
// One that another program put there is read as an HLL, but fails with asbackend.
type HLL = value.HLL

// Unreadable is the value of a bin that the backend cannot read, such as a serialized
// object of a client in another language. It is an empty struct. It can be read but
// not written, so that writing a record back does not overwrite such a bin.
type Unreadable = value.Unreadable

// A MapPair is an entry of a map that the server keeps in key order. Such a map is
// read and written as a []MapPair because a Go map has no order. A MapPair has two
// fields:
//
//	Key   any
//	Value any
type MapPair = value.MapPair

// OpResults is the value of a bin in the record that Operate returns if more than
// one operation on the bin can return something. It is a []any of their results, in
// the order of the operations and nil for nothing. A list that was read once is a
// plain []any. An OpResults is no value and cannot be written.
type OpResults = value.OpResults
