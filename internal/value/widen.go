package aerostore

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// widen returns a value of one of the rarer types as the type in which it is read: an
// int, a float64, a []byte, a []any or a map[any]any. It widens one level, and shares
// the elements of a list or map. It returns false for a type that cannot be stored.
func widen(value any) (any, bool) {
	switch v := value.(type) {
	case int8:
		return int(v), true
	case int16:
		return int(v), true
	case int32:
		return int(v), true
	case int64:
		return int(v), true
	case uint:
		return int(v), v <= math.MaxInt64
	case uint8:
		return int(v), true
	case uint16:
		return int(v), true
	case uint32:
		return int(v), true
	case uint64:
		return int(v), v <= math.MaxInt64 //nolint:gosec // G115: checked beside it
	case float32:
		return float64(v), true
	case json.Number:
		return number(v)
	case []string:
		return widenList(v), true
	case []int:
		return widenList(v), true
	case []int64:
		return widenList(v), true
	case []float64:
		return widenList(v), true
	case []bool:
		return widenList(v), true
	case [][]byte:
		return widenList(v), true
	case []map[string]any:
		return widenList(v), true
	case map[string]any:
		return widenMap(v), true
	case map[string]string:
		return widenMap(v), true
	case map[string]int:
		return widenMap(v), true
	case map[string]int64:
		return widenMap(v), true
	case map[string]float64:
		return widenMap(v), true
	case map[string]bool:
		return widenMap(v), true
	default:
		return widenOther(value)
	}
}

func widenList[T any](list []T) []any {
	wide := make([]any, len(list))
	for i, element := range list {
		wide[i] = element
	}
	return wide
}

func widenMap[K comparable, V any](m map[K]V) map[any]any {
	wide := make(map[any]any, len(m))
	for key, element := range m {
		wide[key] = element
	}
	return wide
}

// widenOther is widen for the types that have no case of their own.
func widenOther(value any) (any, bool) {
	v := reflect.ValueOf(value)
	if !v.IsValid() || !storable(v.Type()) {
		return nil, false
	}
	switch v.Kind() {
	case reflect.Array:
		return arrayBytes(v), true
	case reflect.Slice:
		wide := make([]any, v.Len())
		for i := range wide {
			wide[i] = v.Index(i).Interface()
		}
		return wide, true
	case reflect.Map:
		wide := make(map[any]any, v.Len())
		for entries := v.MapRange(); entries.Next(); {
			wide[entries.Key().Interface()] = entries.Value().Interface()
		}
		return wide, true
	default:
		return nil, false
	}
}

// storable reports whether values of the type can be stored, as far as the type says.
// Types with a name of their own cannot, except for those of this package and
// json.Number.
func storable(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[GeoJSON](), reflect.TypeFor[HLL](), reflect.TypeFor[[]MapPair](), reflect.TypeFor[json.Number]():
		return true
	}
	if t.PkgPath() != "" {
		return false
	}
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Bool:
		return true
	case reflect.Slice:
		return storable(t.Elem())
	case reflect.Map:
		return storableKey(t.Key()) && storable(t.Elem())
	default:
		return storableKey(t)
	}
}

// storableKey is storable for the keys of maps.
func storableKey(t reflect.Type) bool {
	if t.PkgPath() != "" {
		return false
	}
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Array:
		return t.Elem() == reflect.TypeFor[byte]()
	case reflect.Interface:
		return t == reflect.TypeFor[any]()
	default:
		return false
	}
}

// number returns an int for a number that is written as one, else a float64. It returns
// false for a number that does not fit, and for what is no number.
func number(n json.Number) (any, bool) {
	text := string(n)
	if !json.Valid([]byte(text)) {
		return nil, false
	}
	if strings.ContainsAny(text, ".eE") {
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil
	}
	i, err := strconv.Atoi(text)
	return i, err == nil
}

// arrayBytes returns the bytes of an array of bytes.
func arrayBytes(array reflect.Value) []byte {
	b := make([]byte, array.Len())
	reflect.Copy(reflect.ValueOf(b), array)
	return b
}

// arrayOf returns an array of the bytes, which can be the key of a Go map.
func arrayOf(b []byte) any {
	array := reflect.New(reflect.ArrayOf(len(b), reflect.TypeFor[byte]())).Elem()
	reflect.Copy(array, reflect.ValueOf(b))
	return array.Interface()
}

// widenKey returns the key as an int, a string or a []byte. It returns false for what
// cannot be a key.
func widenKey(key any) (any, bool) {
	switch k := key.(type) {
	case string, int, []byte:
		return key, true
	case float32, float64, json.Number, nil:
		return nil, false
	case int64:
		return int(k), true
	case Uint:
		return k, true
	}
	if !storableKey(reflect.TypeOf(key)) {
		return nil, false
	}
	return widen(key)
}
