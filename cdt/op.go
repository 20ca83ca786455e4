package cdt

import (
	"fmt"
	"io"

	value "github.com/aerostore/aerostore/internal/value"
)

// An Op is an operation on the value of a bin, as data. Backends carry it out and layers
// may look at it. It must not be modified. Programs make one by the methods of
// aerostore.ListBin, MapBin, BitBin and HLLBin.
//
// Each Kind reads some of the fields and ignores the others.
type Op struct {
	Kind   Kind
	Path   []Step      // to the list or map, from the bin
	Select *Selector   // of Get and Remove
	Give   uint8       // what Get and Remove return, as cdt numbers it
	Flags  uint8       // as the server numbers them
	Order  value.Order // of a list or map that is created
	Stored bool        // keep an index with it

	Index   int  // of an element, or an offset in bytes or bits
	Count   int  // of elements, or a size in bytes or bits
	Counted bool // there is a Count

	Key    any // of a map
	Value  any // one value
	Values any // several: a list, or the pairs of a map

	Signed bool  // of integers in bits
	Action uint8 // at an overflow of them
	Shift  int   // of bits, or the minhash bits of an HLL
}

// Format writes the kind, whatever the verb, so that printing an Op shows no value. The
// fields of an Op have values, as Bins have: what encodes them by reflection shows them.
func (op *Op) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, op.Kind.String()) }

// A Kind is what an operation does.
type Kind uint8

// The operations.
const (
	ListSetOrder Kind = 1 + iota
	ListAppend
	ListInsert
	ListPop
	ListPopRange
	ListRemoveAt
	ListRemoveRange
	ListSet
	ListTrim
	ListClear
	ListIncrement
	ListSort
	ListSize
	ListGetAt
	ListGetRange
	ListGet
	ListRemove

	MapSetOrder
	MapAdd
	MapPut
	MapReplace
	MapAddAll
	MapPutAll
	MapReplaceAll
	MapIncrement
	MapDecrement
	MapClear
	MapSize
	MapGet
	MapRemove

	BitResize
	BitInsert
	BitRemove
	BitSet
	BitOr
	BitXor
	BitAnd
	BitNot
	BitLShift
	BitRShift
	BitAdd
	BitSubtract
	BitSetInt
	BitGet
	BitCount
	BitLScan
	BitRScan
	BitGetInt

	HLLInit
	HLLAdd
	HLLSetUnion
	HLLRefreshCount
	HLLFold
	HLLGetCount
	HLLGetUnion
	HLLGetUnionCount
	HLLGetIntersectCount
	HLLGetSimilarity
	HLLDescribe
	HLLMayContain // in expressions alone
)

// A Family is the type of value that an operation works on.
type Family uint8

// The families.
const (
	OfLists Family = 1 + iota
	OfMaps
	OfBits
	OfHLLs
)

// kinds is the table of operations.
var kinds = [...]struct {
	name    string
	family  Family
	writes  bool
	creates bool // an empty value, if the bin is missing
	returns bool // a result, or what Give says
}{
	ListSetOrder:    {"list set order", OfLists, true, true, false},
	ListAppend:      {"list append", OfLists, true, true, true},
	ListInsert:      {"list insert", OfLists, true, true, true},
	ListPop:         {"list pop", OfLists, true, false, true},
	ListPopRange:    {"list pop range", OfLists, true, false, true},
	ListRemoveAt:    {"list remove at", OfLists, true, false, true},
	ListRemoveRange: {"list remove range", OfLists, true, false, true},
	ListSet:         {"list set", OfLists, true, true, false},
	ListTrim:        {"list trim", OfLists, true, false, true},
	ListClear:       {"list clear", OfLists, true, false, false},
	ListIncrement:   {"list increment", OfLists, true, true, true},
	ListSort:        {"list sort", OfLists, true, false, false},
	ListSize:        {"list size", OfLists, false, false, true},
	ListGetAt:       {"list get at", OfLists, false, false, true},
	ListGetRange:    {"list get range", OfLists, false, false, true},
	ListGet:         {"list get", OfLists, false, false, true},
	ListRemove:      {"list remove", OfLists, true, false, true},

	MapSetOrder:   {"map set order", OfMaps, true, true, false},
	MapAdd:        {"map add", OfMaps, true, true, true},
	MapPut:        {"map put", OfMaps, true, true, true},
	MapReplace:    {"map replace", OfMaps, true, true, true},
	MapAddAll:     {"map add all", OfMaps, true, true, true},
	MapPutAll:     {"map put all", OfMaps, true, true, true},
	MapReplaceAll: {"map replace all", OfMaps, true, true, true},
	MapIncrement:  {"map increment", OfMaps, true, true, true},
	MapDecrement:  {"map decrement", OfMaps, true, true, true},
	MapClear:      {"map clear", OfMaps, true, false, false},
	MapSize:       {"map size", OfMaps, false, false, true},
	MapGet:        {"map get", OfMaps, false, false, true},
	MapRemove:     {"map remove", OfMaps, true, false, true},

	BitResize:   {"bit resize", OfBits, true, true, false},
	BitInsert:   {"bit insert", OfBits, true, true, false},
	BitRemove:   {"bit remove", OfBits, true, false, false},
	BitSet:      {"bit set", OfBits, true, false, false},
	BitOr:       {"bit or", OfBits, true, false, false},
	BitXor:      {"bit xor", OfBits, true, false, false},
	BitAnd:      {"bit and", OfBits, true, false, false},
	BitNot:      {"bit not", OfBits, true, false, false},
	BitLShift:   {"bit shift left", OfBits, true, false, false},
	BitRShift:   {"bit shift right", OfBits, true, false, false},
	BitAdd:      {"bit add", OfBits, true, false, false},
	BitSubtract: {"bit subtract", OfBits, true, false, false},
	BitSetInt:   {"bit set int", OfBits, true, false, false},
	BitGet:      {"bit get", OfBits, false, false, true},
	BitCount:    {"bit count", OfBits, false, false, true},
	BitLScan:    {"bit scan left", OfBits, false, false, true},
	BitRScan:    {"bit scan right", OfBits, false, false, true},
	BitGetInt:   {"bit get int", OfBits, false, false, true},

	HLLInit:              {"hll init", OfHLLs, true, true, false},
	HLLAdd:               {"hll add", OfHLLs, true, true, true},
	HLLSetUnion:          {"hll set union", OfHLLs, true, true, false},
	HLLRefreshCount:      {"hll refresh count", OfHLLs, true, false, true},
	HLLFold:              {"hll fold", OfHLLs, true, false, false},
	HLLGetCount:          {"hll get count", OfHLLs, false, false, true},
	HLLGetUnion:          {"hll get union", OfHLLs, false, false, true},
	HLLGetUnionCount:     {"hll get union count", OfHLLs, false, false, true},
	HLLGetIntersectCount: {"hll get intersect count", OfHLLs, false, false, true},
	HLLGetSimilarity:     {"hll get similarity", OfHLLs, false, false, true},
	HLLDescribe:          {"hll describe", OfHLLs, false, false, true},
	HLLMayContain:        {"hll may contain", OfHLLs, false, false, true},
}

// String returns the name of the operation, such as "list append".
func (k Kind) String() string {
	if k.Family() == 0 {
		return "unknown operation"
	}
	return kinds[k].name
}

// Family returns the type of value that the operation works on, 0 for an unknown kind.
func (k Kind) Family() Family {
	if int(k) >= len(kinds) {
		return 0
	}
	return kinds[k].family
}

// Writes reports whether the operation may change the bin.
func (k Kind) Writes() bool { return k.Family() != 0 && kinds[k].writes }

// Creates reports whether the operation begins with an empty value if the bin is
// missing. All of these then create the bin, except [MapReplace] and [MapReplaceAll],
// which fail because the empty map has no key to replace.
func (k Kind) Creates() bool { return k.Family() != 0 && kinds[k].creates }

// Returns reports whether the operation can return something. It depends on the kind
// and, for those that select, on Give.
func (op *Op) Returns() bool {
	if op.Select != nil && op.Give == uint8(Nothing) {
		return false
	}
	return op.Kind.Family() != 0 && kinds[op.Kind].returns
}
