package aerostore

import (
	"errors"
	"slices"
)

// Import returns a value with the contents of v and shares nothing with it. It takes
// what Check accepts, edges, and what it returned before. Its error is the reason of
// Check.
func Import(v any) (any, error) {
	left := size(MaxRecord)
	return importAt(v, 0, &left)
}

func importAt(v any, depth int, left *size) (any, error) {
	switch v := v.(type) {
	case nil, bool, int, float64, string, GeoJSON, Edge:
		return v, nil
	case []byte:
		return cloneBytes(v), nil
	case HLL:
		if depth > 0 { // inside a list or map the server knows bytes alone
			return cloneBytes(v), nil
		}
		return HLL(cloneBytes(v)), nil
	case *List:
		return v.Clone(), nil
	case *Map:
		return v.Clone(), nil
	}
	return importContainer(v, depth, left)
}

func importContainer(v any, depth int, left *size) (any, error) {
	if depth >= MaxDepth {
		switch number, _ := widen(v); number.(type) {
		case int, float64:
			return number, nil
		}
		return nil, refused(v, depth)
	}
	switch v := v.(type) {
	case []any:
		if !left.holds(len(v)) {
			return nil, errTooLarge
		}
		return importList(make([]any, len(v)), v, depth, left)
	case []MapPair:
		if !left.holds(2 * len(v)) {
			return nil, errTooLarge
		}
		pairs := make([]MapPair, len(v))
		for i, p := range v {
			var err error
			if pairs[i], err = importPair(p.Key, p.Value, depth, left); err != nil {
				return nil, err
			}
		}
		return newMap(pairs, Ordered)
	case map[any]any:
		if !left.holds(2 * len(v)) {
			return nil, errTooLarge
		}
		pairs := make([]MapPair, 0, len(v))
		for key, element := range v {
			p, err := importPair(key, element, depth, left)
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
		if !left.holds(2 * len(v)) {
			return nil, errTooLarge
		}
		pairs := make([]MapPair, 0, len(v))
		for key, element := range v {
			in, err := importAt(element, depth+1, left)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, MapPair{key, in})
		}
		return newMap(pairs, Unordered)
	}
	wide, ok := widen(v)
	if !ok {
		return nil, refused(v, depth)
	}
	if list, ok := wide.([]any); ok {
		if !left.holds(len(list)) {
			return nil, errTooLarge
		}
		return importList(list, list, depth, left)
	}
	return importAt(wide, depth, left)
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

// importList imports the elements of a list to another, which may be the same.
func importList(to, from []any, depth int, left *size) (any, error) {
	for i, e := range from {
		var err error
		if to[i], err = importAt(e, depth+1, left); err != nil {
			return nil, err
		}
	}
	return &List{Items: to}, nil
}

func importPair(k, v any, depth int, left *size) (p MapPair, err error) {
	key, ok := widenKey(k)
	if !ok {
		return p, errors.New(checkKey(k))
	}
	if b, ok := key.([]byte); ok {
		key = cloneBytes(b)
	}
	p.Key = key
	p.Value, err = importAt(v, depth+1, left)
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
	case int, string, []byte:
		return true
	default:
		return false
	}
}

// Export returns what a caller reads: []any, map[any]any for an unordered
// map, []MapPair for one in order. A key of bytes in a map[any]any is an
// array. It shares nothing with v.
func Export(v any) any {
	switch v := v.(type) {
	case []byte:
		return cloneBytes(v)
	case HLL:
		return HLL(cloneBytes(v))
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
	if b, ok := k.([]byte); ok {
		return arrayOf(b)
	}
	return k
}
