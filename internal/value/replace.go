package aerostore

import (
	"maps"
	"slices"
)

// Replace replaces the value, or the values and map keys in it, for which scalar
// returns another and true. It changes nothing in place; what it returns shares the
// lists and maps in which nothing was replaced.
func Replace(value any, scalar func(any) (any, bool)) (replaced any, changed bool) {
	switch v := value.(type) {
	case []any:
		var list []any
		for i, element := range v {
			e, other := Replace(element, scalar)
			if !other {
				continue
			}
			if list == nil {
				list = slices.Clone(v)
			}
			list[i] = e
		}
		if list != nil {
			return list, true
		}
	case map[any]any:
		var m map[any]any
		for key, element := range v {
			k, otherKey := scalar(key)
			e, other := Replace(element, scalar)
			if !otherKey && !other {
				continue
			}
			if m == nil {
				m = maps.Clone(v)
			}
			if otherKey {
				delete(m, key)
			}
			m[k] = e
		}
		if m != nil {
			return m, true
		}
	default:
		return scalar(value)
	}
	return value, false
}
