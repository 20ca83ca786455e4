package object

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"

	"github.com/aerostore/aerostore"
)

// maxDepth is the deepest value that a server stores. It ends values that contain
// themselves.
const maxDepth = 256

var errDeep = fmt.Errorf("the value nests deeper than %d, or contains itself", maxDepth)

// A codec writes and reads the values of one Go type.
type codec struct {
	// encode returns a value that a Store takes. Depth counts the lists, maps and
	// pointers around.
	encode func(v reflect.Value, depth int) (any, error)

	// decode sets v, which can be set, to what a Store returned, which is not nil.
	decode func(v reflect.Value, from any) error
}

// set sets v to what a Store returned.
func (c *codec) set(v reflect.Value, from any) error {
	if from == nil {
		v.SetZero()
		return nil
	}
	return c.decode(v, from)
}

type codecKey struct {
	t    reflect.Type
	time timeForm // of the times in it
}

// codec returns the codec of a type. It is complete when the maker has ended.
func (m *maker) codec(key codecKey) (*codec, error) {
	if c, ok := codecs.Load(key); ok {
		return c.(*codec), nil //nolint:forcetypeassert // of codecs
	}
	if c, ok := m.codecs[key]; ok {
		return c, nil
	}
	c := &codec{}
	m.codecs[key] = c
	made, err := m.newCodec(key)
	if err != nil {
		return nil, err
	}
	*c = made
	return c, nil
}

func (m *maker) newCodec(key codecKey) (codec, error) {
	t := key.t
	switch t {
	case timeType:
		return timeCodec(key.time), nil
	case geoType, hllType, pairsType:
		return sameCodec(t), nil
	}
	if isText(t) {
		return textCodec(t), nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return boolCodec(t), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intCodec(t), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return uintCodec(t), nil
	case reflect.Float32, reflect.Float64:
		return floatCodec(t), nil
	case reflect.String:
		return stringCodec(t), nil
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return anyCodec(), nil
		}
	case reflect.Pointer:
		return m.pointerCodec(key)
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return bytesCodec(t), nil
		}
		return m.listCodec(key)
	case reflect.Map:
		return m.mapCodec(key)
	case reflect.Struct:
		return m.structCodec(t)
	}
	return codec{}, fmt.Errorf("a %s cannot be stored", t)
}

var (
	geoType   = reflect.TypeFor[aerostore.GeoJSON]()
	hllType   = reflect.TypeFor[aerostore.HLL]()
	pairsType = reflect.TypeFor[[]aerostore.MapPair]()
)

// isText reports whether a type is written as text.
func isText(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface || t == timeType {
		return false
	}
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// mismatch says that a value that was read has another type.
func mismatch(from any, t reflect.Type) error {
	return fmt.Errorf("%s does not fit in a %s", kindOf(from), t)
}

// kindOf returns what Aerospike calls the type of a value.
func kindOf(v any) string {
	switch v.(type) {
	case bool:
		return "a bool"
	case int:
		return "an integer"
	case float64:
		return "a float"
	case string:
		return "a string"
	case []byte:
		return "a blob"
	case []any:
		return "a list"
	case map[any]any, []aerostore.MapPair:
		return "a map"
	default:
		return fmt.Sprintf("a %T", v)
	}
}

// sameCodec is that of a type that a Store takes and returns.
func sameCodec(t reflect.Type) codec {
	return codec{
		encode: func(v reflect.Value, _ int) (any, error) {
			if v.Kind() == reflect.Slice && v.IsNil() {
				return nil, nil
			}
			return v.Interface(), nil
		},
		decode: func(v reflect.Value, from any) error {
			if b, ok := from.([]byte); ok && t == hllType { // which it becomes in a list or map
				v.SetBytes(b)
				return nil
			}
			r := reflect.ValueOf(from)
			if r.Type() != t {
				return mismatch(from, t)
			}
			v.Set(r)
			return nil
		},
	}
}

func textCodec(t reflect.Type) codec {
	return codec{
		encode: func(v reflect.Value, _ int) (any, error) {
			m, ok := v.Interface().(encoding.TextMarshaler)
			if !ok { // its method has a pointer receiver
				p := reflect.New(t)
				p.Elem().Set(v)
				m, _ = p.Interface().(encoding.TextMarshaler)
			}
			text, err := m.MarshalText()
			if err != nil {
				return nil, errors.New("its method MarshalText failed") // the error may hold the value
			}
			return string(text), nil
		},
		decode: func(v reflect.Value, from any) error {
			text, ok := from.(string)
			if !ok {
				return mismatch(from, t)
			}
			u, _ := v.Addr().Interface().(encoding.TextUnmarshaler)
			if u.UnmarshalText([]byte(text)) != nil {
				return errors.New("its method UnmarshalText failed")
			}
			return nil
		},
	}
}

// anyCodec writes what is in an interface by its own type.
func anyCodec() codec {
	return codec{
		encode: func(v reflect.Value, depth int) (any, error) {
			if v.IsNil() {
				return nil, nil
			}
			v = v.Elem()
			c, err := codecOf(codecKey{t: v.Type()})
			if err != nil {
				return nil, err
			}
			return c.encode(v, depth)
		},
		decode: func(v reflect.Value, from any) error {
			v.Set(reflect.ValueOf(from))
			return nil
		},
	}
}

func (m *maker) pointerCodec(key codecKey) (codec, error) {
	elem, err := m.codec(codecKey{key.t.Elem(), key.time})
	if err != nil {
		return codec{}, err
	}
	return codec{
		encode: func(v reflect.Value, depth int) (any, error) {
			switch {
			case v.IsNil():
				return nil, nil
			case depth >= maxDepth:
				return nil, errDeep
			}
			return elem.encode(v.Elem(), depth+1)
		},
		decode: func(v reflect.Value, from any) error {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			return elem.decode(v.Elem(), from)
		},
	}, nil
}
