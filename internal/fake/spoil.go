package fake

import (
	"reflect"

	"github.com/aerostore/aerostore"
)

const spoilt = "spoilt"

// Spoil modifies everything in bins or in a value that can be modified in place. Data
// that shares memory with the value is then different.
func Spoil(value any) {
	switch v := value.(type) {
	case aerostore.Bins:
		spoilMap(v)
	case map[any]any:
		spoilMap(v)
	case []any:
		spoilList(v)
	case aerostore.OpResults:
		spoilList(v)
	case []aerostore.MapPair:
		for i, pair := range v {
			Spoil(pair.Key)
			Spoil(pair.Value)
			v[i] = aerostore.MapPair{Key: spoilt, Value: spoilt}
		}
	case []byte:
		spoilBytes(v)
	case aerostore.HLL:
		spoilBytes(v)
	default:
		spoilOther(reflect.ValueOf(value))
	}
}

// spoilOther sets what slices and maps of other types hold to zero.
func spoilOther(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			Spoil(v.Index(i).Interface())
			v.Index(i).SetZero()
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			Spoil(entries.Value().Interface())
			v.SetMapIndex(entries.Key(), reflect.Zero(v.Type().Elem()))
		}
	}
}

func spoilMap[K comparable](m map[K]any) {
	for key, element := range m {
		Spoil(element)
		m[key] = spoilt
	}
	if m != nil {
		m[any("more").(K)] = spoilt
	}
}

func spoilList(list []any) {
	for i, element := range list {
		Spoil(element)
		list[i] = spoilt
	}
}

func spoilBytes(b []byte) {
	for i := range b {
		b[i] ^= 0xff
	}
}
