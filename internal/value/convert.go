package aerostore

import (
	"errors"
	"math"
	"slices"
)

// Import returns a value with the contents of v and shares nothing with it. It takes
// what Check accepts, edges, and what it returned before. Its error is the reason of
// Check.
func Import(v any) (any, error) {
	in := importing{left: MaxRecord}
	return in.at(v, 0)
}

// Reimport returns the value of which Export made v.
func Reimport(v any) (any, error) {
	in := importing{left: MaxRecord, exported: true}
	return in.at(v, 0)
}

// An importing is the state of Import and Reimport.
type importing struct {
	left     size
	exported bool
}

func (in *importing) at(v any, depth int) (any, error) {
	switch v := v.(type) {
	case nil, bool, int, float64, string, GeoJSON, Edge, Uint:
		return v, nil
	case []byte:
		return cloneBytes(v), nil
	case HLL:
		switch {
		case depth == 0:
			return HLL(cloneBytes(v)), nil
		case in.exported:
			return NestedHLL(cloneBytes(v)), nil
		default:
			return cloneBytes(v), nil
		}
	case NestedHLL:
		return NestedHLL(cloneBytes(v)), nil
	case *List:
		return v.Clone(), nil
	case *Map:
		return v.Clone(), nil
	}
	return in.container(v, depth)
}

func (in *importing) container(v any, depth int) (any, error) {
	if depth >= MaxDepth {
		number, ok := in.widen(v)
		switch number.(type) {
		case int, float64, Uint:
			if ok {
				return number, nil
			}
		}
		return nil, refused(v, depth)
	}
	switch v := v.(type) {
	case []any:
		if !in.left.holds(len(v)) {
			return nil, errTooLarge
		}
		return in.list(make([]any, len(v)), v, depth)
	case []MapPair:
		if !in.left.holds(2 * len(v)) {
			return nil, errTooLarge
		}
		pairs := make([]MapPair, len(v))
		for i, p := range v {
			var err error
			if pairs[i], err = in.pair(p.Key, p.Value, depth); err != nil {
				return nil, err
			}
		}
		return newMap(pairs, Ordered)
	case map[any]any:
		if !in.left.holds(2 * len(v)) {
			return nil, errTooLarge
		}
		pairs := make([]MapPair, 0, len(v))
		for key, element := range v {
			p, err := in.pair(key, element, depth)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, p)
		}
		m, err := newMap(pairs, Unordered)
		if err != nil {
			return nil, errors.New(keyInTwoTypes)
		}
		return m, nil
	case map[string]any:
		if !in.left.holds(2 * len(v)) {
			return nil, errTooLarge
		}
		pairs := make([]MapPair, 0, len(v))
		for key, element := range v {
			e, err := in.at(element, depth+1)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, MapPair{key, e})
		}
		return newMap(pairs, Unordered)
	}
	wide, ok := in.widen(v)
	if !ok {
		return nil, refused(v, depth)
	}
	if list, ok := wide.([]any); ok {
		if !in.left.holds(len(list)) {
			return nil, errTooLarge
		}
		return in.list(list, list, depth)
	}
	return in.at(wide, depth)
}

// widen is widen for what Export returned, too.
func (in *importing) widen(v any) (any, bool) {
	if u, ok := v.(uint64); ok && in.exported && u > math.MaxInt64 {
		return Uint(u), true
	}
	return widen(v)
}

// ErrDepth says that a value nests too deep.
var ErrDepth = errors.New(tooDeep)

// TooDeep reports whether a value nests deeper than that of any record.
func TooDeep(v any) bool { return deeper(v, MaxDepth) }

// deeper reports whether the value nests deeper than that many lists and maps.
func deeper(v any, depth int) bool {
	switch v := v.(type) {
	case *List:
		return depth == 0 || slices.ContainsFunc(v.Items, func(e any) bool { return deeper(e, depth-1) })
	case *Map: // no key is a list or map
		return depth == 0 || slices.ContainsFunc(v.Pairs, func(p MapPair) bool { return deeper(p.Value, depth-1) })
	default:
		return false
	}
}

// list imports the elements of a list to another, which may be the same.
func (in *importing) list(to, from []any, depth int) (any, error) {
	for i, e := range from {
		var err error
		if to[i], err = in.at(e, depth+1); err != nil {
			return nil, err
		}
	}
	return &List{Items: to}, nil
}

func (in *importing) pair(k, v any, depth int) (p MapPair, err error) {
	key, ok := widenKey(k)
	if u, isUint := k.(uint64); isUint { // which is a Uint if Export returned it
		key, ok = in.widen(u)
	}
	if !ok {
		return p, errors.New(checkKey(k))
	}
	if b, ok := key.([]byte); ok {
		key = cloneBytes(b)
	}
	p.Key = key
	p.Value, err = in.at(v, depth+1)
	return p, err
}

func refused(v any, depth int) error {
	left := size(MaxRecord)
	return errors.New(check(v, depth, &left))
}

var errTooLarge = errors.New(tooLarge)

var errKey = errors.New("a map key is a string, an integer or bytes")

// newMap keeps pairs and sorts them.
func newMap(pairs []MapPair, order Order) (*Map, error) {
	for _, p := range pairs {
		if !IsKey(p.Key) {
			return nil, errKey
		}
	}
	if !slices.IsSortedFunc(pairs, byKey) {
		slices.SortFunc(pairs, byKey)
	}
	if hasTwice(pairs) {
		return nil, errors.New(keyTwice)
	}
	return &Map{Pairs: pairs, Order: order}, nil
}

// Sorted reports whether the pairs are in the order of their keys.
func (p Pairs) Sorted() bool { return slices.IsSortedFunc(p, byKey) }

func byKey(a, b MapPair) int { return Compare(a.Key, b.Key) }

// hasTwice reports whether two of the pairs, which are sorted, have the same key.
func hasTwice(pairs []MapPair) bool {
	for i := 1; i < len(pairs); i++ {
		if byKey(pairs[i-1], pairs[i]) == 0 {
			return true
		}
	}
	return false
}

// sortedPairs returns a copy of the pairs in the order of their keys, which it widens.
// It returns false if a key is none or there twice.
func sortedPairs(pairs []MapPair) ([]MapPair, bool) {
	sorted := make([]MapPair, len(pairs))
	for i, p := range pairs {
		key, ok := widenKey(p.Key)
		if !ok {
			return nil, false
		}
		sorted[i] = MapPair{key, p.Value}
	}
	slices.SortFunc(sorted, byKey)
	return sorted, !hasTwice(sorted)
}

// NewMap returns a map that keeps pairs and sorts them. Keys are strings,
// integers or bytes, each once.
func NewMap(order Order, pairs ...MapPair) (*Map, error) { return newMap(pairs, order) }

// IsKey reports whether the value can be a key of a map.
func IsKey(v any) bool {
	switch v.(type) {
	case int, string, []byte, Uint:
		return true
	default:
		return false
	}
}

// Export returns what a caller reads: []any, map[any]any for an unordered
// map, []MapPair for one in order. A key of bytes in a map[any]any is an
// array. A NestedHLL is an HLL, and a Uint a uint64. It shares nothing with v.
func Export(v any) any {
	switch v := v.(type) {
	case []byte:
		return cloneBytes(v)
	case HLL:
		return HLL(cloneBytes(v))
	case NestedHLL:
		return HLL(cloneBytes(v))
	case Uint:
		return uint64(v)
	case *List:
		items := make([]any, len(v.Items))
		for i, e := range v.Items {
			items[i] = Export(e)
		}
		return items
	case Pairs:
		return exportPairs(v)
	case *Map:
		if v.Order != Unordered {
			return exportPairs(v.Pairs)
		}
		m := make(map[any]any, len(v.Pairs))
		for _, p := range v.Pairs {
			m[exportKey(p.Key)] = Export(p.Value)
		}
		return m
	default:
		return v
	}
}

func exportPairs(pairs []MapPair) []MapPair {
	out := make([]MapPair, len(pairs))
	for i, p := range pairs {
		out[i] = MapPair{Key: Export(p.Key), Value: Export(p.Value)}
	}
	return out
}

func exportKey(k any) any {
	if u, ok := k.(Uint); ok {
		return uint64(u)
	}
	return goKey(k)
}

// goKey returns the key as one of a Go map.
func goKey(k any) any {
	if b, ok := k.([]byte); ok {
		return arrayOf(b)
	}
	return k
}
