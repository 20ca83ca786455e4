package aerostore

import (
	"bytes"
	"reflect"
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
	case nil, bool, int, float64, string, GeoJSON, Uint:
		return value
	case NestedHLL:
		return NestedHLL(bytes.Clone(v))
	case []string:
		return slices.Clone(v)
	case []int:
		return slices.Clone(v)
	case []float64:
		return slices.Clone(v)
	case map[string]any:
		if v == nil {
			return v
		}
		m := make(map[string]any, len(v))
		for key, element := range v {
			m[key] = Clone(element)
		}
		return m
	default:
		return cloneOther(value)
	}
}

func cloneList(list []any) []any {
	list = slices.Clone(list)
	for i, element := range list {
		list[i] = Clone(element)
	}
	return list
}

// cloneOther is Clone for the types of the caller that have no case of their own.
func cloneOther(value any) any {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			return value
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, v)
		if mutable(v.Type().Elem()) {
			for i := range v.Len() {
				cloneInto(c.Index(i), v.Index(i))
			}
		}
		return c.Interface()
	case reflect.Map:
		if v.IsNil() {
			return value
		}
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		element := reflect.New(v.Type().Elem()).Elem()
		for entries := v.MapRange(); entries.Next(); {
			cloneInto(element, entries.Value())
			c.SetMapIndex(entries.Key(), element)
		}
		return c.Interface()
	default:
		return value
	}
}

// cloneInto sets to to a clone of a value of its type.
func cloneInto(to, from reflect.Value) {
	to.SetZero()
	if c := Clone(from.Interface()); c != nil {
		to.Set(reflect.ValueOf(c))
	}
}

// mutable reports whether a value of the type may hold something that can be changed.
func mutable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Interface:
		return true
	default:
		return false
	}
}
