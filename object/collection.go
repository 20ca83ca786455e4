package object

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/aerostore/aerostore"
)

func (m *maker) listCodec(key codecKey) (codec, error) {
	t := key.t
	elem, err := m.codec(codecKey{t.Elem(), key.time})
	if err != nil {
		return codec{}, err
	}
	encode := func(v reflect.Value, depth int) (any, error) {
		switch {
		case v.Kind() == reflect.Slice && v.IsNil():
			return nil, nil
		case depth >= maxDepth:
			return nil, errDeep
		}
		list := make([]any, v.Len())
		for i := range list {
			var err error
			if list[i], err = elem.encode(v.Index(i), depth+1); err != nil {
				return nil, within("["+strconv.Itoa(i)+"]", err)
			}
		}
		return list, nil
	}
	if isPlain(t) {
		encode = encodePlain
	}
	return codec{encode: encode, decode: func(v reflect.Value, from any) error {
		list, ok := from.([]any)
		switch {
		case !ok:
			return mismatch(from, t)
		case v.Kind() == reflect.Slice:
			v.Set(reflect.MakeSlice(t, len(list), len(list)))
		case v.Len() != len(list):
			return fmt.Errorf("a list of %d elements does not fit in a %s", len(list), t)
		}
		for i, e := range list {
			if err := elem.set(v.Index(i), e); err != nil {
				return within("["+strconv.Itoa(i)+"]", err)
			}
		}
		return nil
	}}, nil
}

// isPlain reports whether a Store takes values of the type.
func isPlain(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[[]string](), reflect.TypeFor[[]int](), reflect.TypeFor[[]float64](), reflect.TypeFor[[]bool](),
		reflect.TypeFor[map[string]string](), reflect.TypeFor[map[string]int](), reflect.TypeFor[map[string]float64](),
		reflect.TypeFor[map[string]bool]():
		return true
	}
	return false
}

func encodePlain(v reflect.Value, _ int) (any, error) {
	if v.IsNil() {
		return nil, nil
	}
	return v.Interface(), nil
}

func (m *maker) mapCodec(key codecKey) (codec, error) {
	t := key.t
	if kind := t.Key().Kind(); isText(t.Key()) || kind != reflect.String && (kind < reflect.Int || reflect.Uint64 < kind) {
		return codec{}, fmt.Errorf("a key of a map must be a string or an integer, not a %s", t.Key())
	}
	keys, err := m.codec(codecKey{t: t.Key()})
	if err != nil {
		return codec{}, err
	}
	elem, err := m.codec(codecKey{t.Elem(), key.time})
	if err != nil {
		return codec{}, err
	}
	encode := func(v reflect.Value, depth int) (any, error) {
		switch {
		case v.IsNil():
			return nil, nil
		case depth >= maxDepth:
			return nil, errDeep
		}
		entries := make(map[any]any, v.Len())
		for iter := v.MapRange(); iter.Next(); {
			k, err := keys.encode(iter.Key(), depth+1)
			if err != nil {
				return nil, within(anyKey, err)
			}
			if entries[k], err = elem.encode(iter.Value(), depth+1); err != nil {
				return nil, within(anyKey, err)
			}
		}
		return entries, nil
	}
	if isPlain(t) {
		encode = encodePlain
	}
	return codec{encode: encode, decode: func(v reflect.Value, from any) error {
		to := reflect.MakeMapWithSize(t, sizeOf(from))
		k, e := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		err := entries(from, t, func(key, value any) error {
			if key == nil {
				return mismatch(key, t.Key())
			}
			if err := keys.decode(k, key); err != nil {
				return within(anyKey, err)
			}
			e.SetZero()
			if err := elem.set(e, value); err != nil {
				return within(anyKey, err)
			}
			to.SetMapIndex(k, e)
			return nil
		})
		if err != nil {
			return err
		}
		v.Set(to)
		return nil
	}}, nil
}

// anyKey stands for a key of a map, which may be the data of a user.
const anyKey = "[…]"

func sizeOf(from any) int {
	switch from := from.(type) {
	case map[any]any:
		return len(from)
	case []aerostore.MapPair:
		return len(from)
	default:
		return 0
	}
}

// entries calls f with the entries of a map that a Store returned.
func entries(from any, t reflect.Type, f func(key, value any) error) error {
	switch from := from.(type) {
	case map[any]any:
		for k, v := range from {
			if err := f(k, v); err != nil {
				return err
			}
		}
	case []aerostore.MapPair:
		for _, p := range from {
			if err := f(p.Key, p.Value); err != nil {
				return err
			}
		}
	default:
		return mismatch(from, t)
	}
	return nil
}
