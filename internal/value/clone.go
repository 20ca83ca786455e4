package aerostore

import (
	"bytes"
	"slices"
)

// Clone returns a copy that shares nothing with the value that can be changed. A
// value that contains itself has no clone.
func Clone(value any) any {
	switch v := value.(type) {
	case []byte:
		return bytes.Clone(v)
	case HLL:
		return HLL(bytes.Clone(v))
	case []any:
		return cloneList(v)
	case OpResults:
		return OpResults(cloneList(v))
	case map[any]any:
		if v == nil {
			return v
		}
		m := make(map[any]any, len(v))
		for key, element := range v { // what Go can compare cannot be changed
			m[key] = Clone(element)
		}
		return m
	case []MapPair:
		pairs := slices.Clone(v)
		for i, p := range pairs {
			pairs[i] = MapPair{Key: Clone(p.Key), Value: Clone(p.Value)}
		}
		return pairs
	case *List:
		return v.Clone()
	case *Map:
		return v.Clone()
	default: // nil, bool, numbers, string and GeoJSON cannot be changed
		return value
	}
}

func cloneList(list []any) []any {
	list = slices.Clone(list)
	for i, element := range list {
		list[i] = Clone(element)
	}
	return list
}

// Clean returns a clone of a value that can be stored. The clone has the types in
// which the value is read back: integers are int, and a nil blob, list or map is
// empty.
func Clean(value any) any {
	switch v := value.(type) {
	case []byte:
		if v == nil {
			return []byte{}
		}
		return bytes.Clone(v)
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = Clean(element)
		}
		return list
	case map[any]any:
		m := make(map[any]any, len(v))
		for key, element := range v {
			m[Clean(key)] = Clean(element)
		}
		return m
	case int8:
		return int(v)
	case int16:
		return int(v)
	case int32:
		return int(v)
	case int64:
		return int(v)
	case uint:
		return int(v)
	case uint8:
		return int(v)
	case uint16:
		return int(v)
	case uint32:
		return int(v)
	case uint64:
		return int(v) //nolint:gosec // G115: Check refuses what does not fit
	default:
		return value
	}
}
