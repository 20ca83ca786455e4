package aerostore

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
)

// maxDepth is how deep the values of a supported server nest.
const maxDepth = 256

// Import returns a value with the contents of v and shares nothing with it.
// It takes what the engine stores and what callers hold: integers of all
// sizes, float32, arrays of bytes, []any, map[any]any, []MapPair, and slices
// and maps of those.
func Import(v any) (any, error) { return importAt(v, 0) }

// ErrDepth says that a value nests too deep.
var ErrDepth = fmt.Errorf("values nest deeper than %d levels, or contain themselves", maxDepth)

func importAt(v any, depth int) (any, error) {
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
	case float32:
		return float64(v), nil
	case int64:
		return int(v), nil
	case *List:
		return v.Clone(), nil
	case *Map:
		return v.Clone(), nil
	case []any:
		if depth >= maxDepth {
			return nil, ErrDepth
		}
		items := make([]any, len(v))
		for i, e := range v {
			var err error
			if items[i], err = importAt(e, depth+1); err != nil {
				return nil, err
			}
		}
		return &List{Items: items}, nil
	case []MapPair:
		if depth >= maxDepth {
			return nil, ErrDepth
		}
		pairs := make([]MapPair, len(v))
		for i, p := range v {
			var err error
			if pairs[i], err = importPair(p.Key, p.Value, depth); err != nil {
				return nil, err
			}
		}
		return newMap(pairs, Ordered)
	}
	return importOther(reflect.ValueOf(v), depth)
}

// TooDeep reports whether a value nests deeper than that of any record.
func TooDeep(v any) bool { return deeper(v, maxDepth) }

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

func importPair(k, v any, depth int) (p MapPair, err error) {
	if p.Key, err = importAt(k, depth+1); err != nil {
		return p, err
	}
	p.Value, err = importAt(v, depth+1)
	return p, err
}

func importOther(v reflect.Value, depth int) (any, error) {
	switch v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return int(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return nil, errors.New("an unsigned integer above the largest signed one cannot be stored")
		}
		return int(v.Uint()), nil //nolint:gosec // G115: checked above
	case reflect.Array:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			break
		}
		b := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(b), v)
		return b, nil
	case reflect.Slice:
		if depth >= maxDepth {
			return nil, ErrDepth
		}
		items := make([]any, v.Len())
		for i := range items {
			var err error
			if items[i], err = importAt(v.Index(i).Interface(), depth+1); err != nil {
				return nil, err
			}
		}
		return &List{Items: items}, nil
	case reflect.Map:
		if depth >= maxDepth {
			return nil, ErrDepth
		}
		pairs := make([]MapPair, 0, v.Len())
		for entries := v.MapRange(); entries.Next(); {
			p, err := importPair(entries.Key().Interface(), entries.Value().Interface(), depth)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, p)
		}
		return newMap(pairs, Unordered)
	}
	return nil, fmt.Errorf("a value of type %s cannot be stored", v.Type())
}

// newMap keeps pairs and sorts them.
func newMap(pairs []MapPair, order Order) (*Map, error) {
	for _, p := range pairs {
		if !IsKey(p.Key) {
			return nil, fmt.Errorf("a map key is a string, an integer or bytes, not %T", p.Key)
		}
	}
	byKey := func(a, b MapPair) int { return Compare(a.Key, b.Key) }
	if !slices.IsSortedFunc(pairs, byKey) {
		slices.SortFunc(pairs, byKey)
	}
	for i := 1; i < len(pairs); i++ {
		if byKey(pairs[i-1], pairs[i]) == 0 {
			return nil, errors.New("a map holds a key twice")
		}
	}
	return &Map{Pairs: pairs, Order: order}, nil
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
		pairs := make([]MapPair, len(v))
		for i, p := range v {
			pairs[i] = MapPair{Key: Export(p.Key), Value: Export(p.Value)}
		}
		return pairs
	case *Map:
		if v.Order != Unordered {
			pairs := make([]MapPair, len(v.Pairs))
			for i, p := range v.Pairs {
				pairs[i] = MapPair{Key: Export(p.Key), Value: Export(p.Value)}
			}
			return pairs
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

func exportKey(k any) any {
	b, ok := k.([]byte)
	if !ok {
		return k
	}
	array := reflect.New(reflect.ArrayOf(len(b), reflect.TypeFor[byte]())).Elem()
	reflect.Copy(array, reflect.ValueOf(b))
	return array.Interface()
}
