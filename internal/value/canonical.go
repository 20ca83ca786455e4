package aerostore

import (
	"maps"
	"reflect"
	"slices"
)

// Canonical returns the value in the types in which it is read, so that values that say
// the same are equal under reflect.DeepEqual: integers are int, lists []any, maps
// map[any]any or, if they are in order, []MapPair. It returns v itself if nothing is
// different, or if Check refuses it.
//
// The result shares with v what did not change.
func Canonical(v any) any { return canonicalOr(v, 0) }

// CanonicalKey is Canonical for a key of a map that is no Go map: blobs are []byte.
func CanonicalKey(key any) any {
	wide, ok := widenKey(key)
	if !ok {
		return key
	}
	return Canonical(wide)
}

// CanonicalEntries is Canonical for entries to put into a map. Their order does not
// matter, so all entries are a map[any]any.
func CanonicalEntries(v any) any {
	c := Canonical(v)
	pairs, ok := c.([]MapPair)
	if !ok || Check(pairs) != "" {
		return c
	}
	m := make(map[any]any, len(pairs))
	for _, p := range pairs {
		m[goKey(p.Key)] = p.Value
	}
	return m
}

// CanonicalEach is Canonical for values that are in a list but no elements of one.
func CanonicalEach(values any) any {
	list, ok := values.([]any)
	if !ok {
		wide, _ := widen(values)
		if list, ok = wide.([]any); !ok {
			return values
		}
		values = wide
	}
	left := size(MaxRecord)
	if c, differs, ok := canonicalList(list, -1, &left); differs && ok {
		return c
	}
	return values
}

// CanonicalElement is Canonical for an element of a list or map.
func CanonicalElement(v any) any { return canonicalOr(v, 1) }

func canonicalOr(v any, depth int) any {
	switch v.(type) {
	case nil, bool, int, float64, string, GeoJSON: // the common ones
		return v
	}
	left := size(MaxRecord)
	if c, _, ok := canonical(v, depth, &left); ok {
		return c
	}
	return v
}

// canonical reports whether c differs from v, and whether v can be stored.
func canonical(v any, depth int, left *size) (c any, differs, ok bool) {
	switch t := v.(type) {
	case nil, bool, int, float64, string, GeoJSON, NestedHLL, Uint:
		return v, false, true
	case []byte:
		if t == nil {
			return []byte{}, true, true
		}
		return v, false, true
	case HLL:
		switch {
		case depth > 0:
			return cloneBytes(t), true, true
		case t == nil:
			return HLL{}, true, true
		}
		return v, false, true
	}
	if depth >= MaxDepth {
		return nil, false, false
	}
	switch t := v.(type) {
	case []any:
		c, differs, ok = canonicalList(t, depth, left)
	case map[any]any:
		c, differs, ok = canonicalMap(t, depth, left)
	case []MapPair:
		c, differs, ok = canonicalPairs(t, depth, left)
	default:
		wide, storable := widen(v)
		if !storable {
			return nil, false, false
		}
		c, _, ok = canonical(wide, depth, left)
		return c, true, ok
	}
	if !differs {
		c = v
	}
	return c, differs, ok
}

// canonicalList, canonicalMap and canonicalPairs return no c if nothing differs, which
// would cost an allocation.

func canonicalList(list []any, depth int, left *size) (c any, differs, ok bool) {
	if list == nil {
		return []any{}, true, true
	}
	if !left.holds(len(list)) {
		return nil, false, false
	}
	var changed []any
	for i, e := range list {
		e, other, ok := canonical(e, depth+1, left)
		if !ok {
			return nil, false, false
		}
		if !other {
			continue
		}
		if changed == nil {
			changed = slices.Clone(list)
		}
		changed[i] = e
	}
	if changed != nil {
		return changed, true, true
	}
	return nil, false, true
}

func canonicalMap(m map[any]any, depth int, left *size) (c any, differs, ok bool) {
	if m == nil {
		return map[any]any{}, true, true
	}
	if !left.holds(2 * len(m)) {
		return nil, false, false
	}
	var changed map[any]any
	for key, e := range m {
		k, ok := canonicalKey(key)
		if !ok {
			return nil, false, false
		}
		e, other, ok := canonical(e, depth+1, left)
		if !ok {
			return nil, false, false
		}
		if k == key && !other {
			continue
		}
		if changed == nil {
			changed = maps.Clone(m)
		}
		if k != key {
			if _, twice := changed[k]; twice {
				return nil, false, false
			}
			delete(changed, key)
		}
		changed[k] = e
	}
	if changed != nil {
		return changed, true, true
	}
	return nil, false, true
}

// canonicalKey returns the key of a Go map: an int, a string or an array of bytes.
func canonicalKey(key any) (any, bool) {
	switch key.(type) {
	case string, int:
		return key, true
	}
	if t := reflect.TypeOf(key); t != nil && t.Kind() == reflect.Array {
		return key, storableKey(t)
	}
	return widenKey(key)
}

func canonicalPairs(pairs []MapPair, depth int, left *size) (c any, differs, ok bool) {
	if pairs == nil {
		return []MapPair{}, true, true
	}
	if !left.holds(2 * len(pairs)) {
		return nil, false, false
	}
	var changed []MapPair
	ascending := true
	for i, p := range pairs {
		key, ok := widenKey(p.Key)
		if !ok {
			return nil, false, false
		}
		otherKey := !IsKey(p.Key)
		if b, ok := key.([]byte); ok && b == nil {
			key, otherKey = []byte{}, true
		}
		e, other, ok := canonical(p.Value, depth+1, left)
		if !ok {
			return nil, false, false
		}
		if (other || otherKey) && changed == nil {
			changed = slices.Clone(pairs)
		}
		if changed != nil {
			changed[i] = MapPair{key, e}
		}
		ascending = ascending && (i == 0 || compareKeys(pairs[i-1].Key, key) < 0)
	}
	if !ascending {
		if changed == nil {
			changed = slices.Clone(pairs)
		}
		slices.SortFunc(changed, byKey)
		if hasTwice(changed) {
			return nil, false, false
		}
	}
	if changed != nil {
		return changed, true, true
	}
	return nil, false, true
}
