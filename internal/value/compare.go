package aerostore

import (
	"bytes"
	"cmp"
	"math"
	"strings"
)

// The kinds of values in the server's order.
const (
	kindNil = 1 + iota
	kindBool
	kindInt
	kindString
	kindList
	kindMap
	kindBytes
	kindFloat
	kindGeo
	kindInfinity
	kindWildcard
)

func kindOf(v any) int {
	switch v := v.(type) {
	case nil:
		return kindNil
	case bool:
		return kindBool
	case int, Uint:
		return kindInt
	case string:
		return kindString
	case *List:
		return kindList
	case *Map:
		return kindMap
	case []byte, HLL, NestedHLL:
		return kindBytes
	case float64:
		return kindFloat
	case GeoJSON:
		return kindGeo
	case Edge:
		if v == Infinity {
			return kindInfinity
		}
		return kindWildcard
	default:
		panic("value: not a value")
	}
}

// Compare returns -1, 0 or 1 as the server orders the two values:
// nil < booleans < integers < strings < lists < maps < bytes < floats <
// GeoJSON < Infinity. Integers and floats never equal. A Wildcard equals
// everything.
func Compare(a, b any) int {
	switch a := a.(type) {
	case int:
		if b, ok := b.(int); ok {
			return cmp.Compare(a, b)
		}
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b)
		}
	}
	order, _ := compare(a, b)
	return order
}

// compare also reports whether a wildcard decided, so that the rest of the
// lists around it does not matter.
func compare(a, b any) (order int, wild bool) {
	ka, kb := kindOf(a), kindOf(b)
	if ka == kindWildcard || kb == kindWildcard {
		return 0, true
	}
	if ka != kb {
		return cmp.Compare(ka, kb), false
	}
	switch ka {
	case kindBool:
		a, b := a.(bool), b.(bool)
		switch {
		case a == b:
			return 0, false
		case b:
			return -1, false
		default:
			return 1, false
		}
	case kindInt:
		return compareInts(a, b), false
	case kindString:
		return strings.Compare(a.(string), b.(string)), false
	case kindBytes:
		return compareBytes(a, b), false
	case kindFloat:
		return compareFloats(a.(float64), b.(float64)), false
	case kindGeo:
		return strings.Compare(string(a.(GeoJSON)), string(b.(GeoJSON))), false
	case kindList:
		return compareLists(a.(*List).Items, b.(*List).Items)
	case kindMap:
		return compareMaps(a.(*Map), b.(*Map))
	default: // nil, Infinity
		return 0, false
	}
}

func compareInts(a, b any) int {
	ua, aboveA := a.(Uint)
	ub, aboveB := b.(Uint)
	switch {
	case aboveA && aboveB:
		return cmp.Compare(ua, ub)
	case aboveA:
		return 1
	case aboveB:
		return -1
	default:
		return cmp.Compare(a.(int), b.(int))
	}
}

// compareBytes puts HyperLogLogs after all blobs: a server compares first what they are.
func compareBytes(a, b any) int {
	_, nestedA := a.(NestedHLL)
	_, nestedB := b.(NestedHLL)
	switch {
	case nestedA == nestedB:
		return bytes.Compare(bytesOf(a), bytesOf(b))
	case nestedA:
		return 1
	default:
		return -1
	}
}

func bytesOf(v any) []byte {
	switch v := v.(type) {
	case HLL: // which becomes a blob where it is compared
		return v
	case NestedHLL:
		return v
	default:
		return v.([]byte)
	}
}

// compareFloats puts NaN after the others, so that sorting ends. The server's
// order of NaN is inconsistent.
func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	case math.IsNaN(a) && math.IsNaN(b):
		return 0
	case math.IsNaN(a):
		return 1
	default:
		return -1
	}
}

func compareLists(a, b []any) (int, bool) {
	for i := range min(len(a), len(b)) {
		if order, wild := compare(a[i], b[i]); wild || order != 0 {
			return order, wild
		}
	}
	return cmp.Compare(len(a), len(b)), false
}

// compareMaps puts the smaller map first, then goes by the pairs in the order
// of their keys.
func compareMaps(a, b *Map) (int, bool) {
	if len(a.Pairs) != len(b.Pairs) {
		return cmp.Compare(len(a.Pairs), len(b.Pairs)), false
	}
	pa, pb := a.Pairs, b.Pairs
	for i := range pa {
		if order, wild := compare(pa[i].Key, pb[i].Key); wild || order != 0 {
			return order, wild
		}
		if order, wild := compare(pa[i].Value, pb[i].Value); wild || order != 0 {
			return order, wild
		}
	}
	return 0, false
}
