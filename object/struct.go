package object

import (
	"errors"
	"reflect"

	"github.com/aerostore/aerostore"
)

// structCodec is that of a struct within a struct, which is a map.
func (m *maker) structCodec(t reflect.Type) (codec, error) {
	p, err := m.plan(t)
	if err != nil {
		return codec{}, err
	}
	return codec{
		encode: func(v reflect.Value, depth int) (any, error) {
			if depth >= maxDepth {
				return nil, errDeep
			}
			to := make(map[string]any, len(p.fields))
			f, err := p.encode(v, depth+1, to)
			if err != nil && f != nil {
				err = within("."+f.label, err)
			}
			return to, err
		},
		decode: func(v reflect.Value, from any) error {
			var rest aerostore.Bins
			err := entries(from, t, func(key, value any) error {
				name, ok := key.(string)
				if i, known := p.places[name]; ok && known {
					return p.decodeField(v, i, value)
				}
				return p.unknown(&rest, name, ok, value)
			})
			if err != nil {
				return err
			}
			p.setRest(v, rest)
			return nil
		},
	}, nil
}

// encode adds the fields of a struct to a map. It returns the field that fails, nil for
// the struct itself.
func (p *plan) encode(v reflect.Value, depth int, to map[string]any) (failed *field, err error) {
	for i := range p.fields {
		f := &p.fields[i]
		at, ok := fieldAt(v, f.index)
		if !ok || f.omitEmpty && isEmpty(at) {
			continue
		}
		if to[f.name], err = f.codec.encode(at, depth); err != nil {
			return f, err
		}
	}
	if p.rest == nil {
		return nil, nil
	}
	at, ok := fieldAt(v, p.rest)
	if !ok {
		return nil, nil
	}
	rest, _ := at.Interface().(aerostore.Bins)
	for name, value := range rest {
		if p.has(name) {
			return nil, errors.New("the field for the rest holds a bin that another field has")
		}
		to[name] = value
	}
	return nil, nil
}

func (p *plan) has(name string) bool {
	_, ok := p.places[name]
	return ok
}

// decodeField sets the field at a place to what was read.
func (p *plan) decodeField(v reflect.Value, i int, from any) error {
	f := &p.fields[i]
	if err := f.codec.set(settable(v, f.index), from); err != nil {
		return within("."+f.label, err)
	}
	return nil
}

// unknown keeps or refuses a bin or key that no field has.
func (p *plan) unknown(rest *aerostore.Bins, name string, isText bool, value any) error {
	switch {
	case p.strict:
		return errors.New("a bin or key has no field, and the struct is strict")
	case p.rest == nil:
		return nil
	case !isText:
		return errors.New("a key that is no string does not fit in the field for the rest")
	case *rest == nil:
		*rest = aerostore.Bins{}
	}
	(*rest)[name] = value
	return nil
}

func (p *plan) setRest(v reflect.Value, rest aerostore.Bins) {
	if p.rest != nil {
		settable(v, p.rest).Set(reflect.ValueOf(rest))
	}
}

// fieldAt returns the field at an index, false if it is in an embedded struct that is nil.
func fieldAt(v reflect.Value, index []int) (reflect.Value, bool) {
	for i, x := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v, true
}

// settable returns the field at an index. It makes embedded structs that are nil.
func settable(v reflect.Value, index []int) reflect.Value {
	for i, x := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v
}

// isEmpty reports whether a field with the option omitempty is left out.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		if z, ok := v.Interface().(interface{ IsZero() bool }); ok {
			return z.IsZero()
		}
		return false
	case reflect.Array:
		return v.Len() == 0
	default:
		return v.IsZero()
	}
}
