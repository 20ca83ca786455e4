// Package jsonline decodes JSON that is known to be valid. It takes what of package
// encoding/json the recorded vectors need, and scans what it does not decode once only,
// without a copy: tests that read many megabytes take a fraction of the time, above all
// under the race detector.
package jsonline

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Decode decodes one value as json.Unmarshal does, and refuses fields that a struct does
// not have. A json.RawMessage, and what a json.Unmarshaler is given, is a part of data.
//
// Data must be valid JSON: see [json.Valid]. Decode returns an error for what is not, or
// takes it for something else.
func Decode(data []byte, into any) error { return decode(data, into, true) }

// DecodeSome is Decode, but ignores fields that a struct does not have.
func DecodeSome(data []byte, into any) error { return decode(data, into, false) }

func decode(data []byte, into any, strict bool) error {
	d := decoder{data: data, strict: strict}
	if all, ok := into.(*[]json.RawMessage); ok && d.space() == '[' { // by far the most, without reflection
		var err error
		*all, err = d.elements()
		return cmp.Or(err, d.end())
	}
	return cmp.Or(d.value(reflect.ValueOf(into).Elem()), d.end())
}

// Only returns the name and the value of the only field of an object. It returns an error
// for other values.
func Only(data []byte) (name string, value json.RawMessage, err error) {
	d := decoder{data: data}
	if d.space() != '{' {
		return "", nil, d.mismatch("value of one type")
	}
	d.at++
	if d.space() == '}' {
		return "", nil, errors.New("the object has no field")
	}
	if name, err = d.name(); err != nil {
		return "", nil, err
	}
	if value, err = d.raw(); err != nil {
		return "", nil, err
	}
	if d.space() != '}' {
		return "", nil, errors.New("the object has several fields")
	}
	d.at++
	return name, value, d.end()
}

type decoder struct {
	data   []byte
	at     int
	strict bool
}

var errShort = errors.New("unexpected end")

func (d *decoder) end() error {
	if d.space(); d.at < len(d.data) {
		return errors.New("there is data after the end")
	}
	return nil
}

func (d *decoder) elements() ([]json.RawMessage, error) {
	all := []json.RawMessage{}
	for d.at++; ; {
		switch d.space() {
		case ']':
			d.at++
			return all, nil
		case ',':
			d.at++
		}
		raw, err := d.raw()
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
}

// name returns the name of a field, and skips the colon after it.
func (d *decoder) name() (string, error) {
	if d.space() != '"' {
		return "", errShort
	}
	raw, err := d.raw()
	if err != nil {
		return "", err
	}
	name, err := text(raw)
	if err != nil {
		return "", err
	}
	if d.space() != ':' {
		return "", errShort
	}
	d.at++
	return name, nil
}

// space skips space, and returns the byte after it, 0 at the end.
func (d *decoder) space() byte {
	for d.at < len(d.data) {
		switch c := d.data[d.at]; c {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return c
		}
	}
	return 0
}

// raw returns the next value.
func (d *decoder) raw() ([]byte, error) {
	d.space()
	begin, depth := d.at, 0
	for d.at < len(d.data) {
		switch c := d.data[d.at]; c {
		case '"':
			if err := d.skipString(); err != nil {
				return nil, err
			}
		case '{', '[':
			depth++
			d.at++
			continue
		case '}', ']':
			depth--
			d.at++
		case ',', ':', ' ', '\t', '\n', '\r':
			d.at++
			continue
		default:
			d.skipLiteral()
		}
		if depth <= 0 {
			return d.data[begin:d.at], nil
		}
	}
	return nil, errShort
}

// skipLiteral skips a number, a boolean or null.
func (d *decoder) skipLiteral() {
	for ; d.at < len(d.data); d.at++ {
		switch d.data[d.at] {
		case ',', ':', ']', '}', ' ', '\t', '\n', '\r':
			return
		}
	}
}

func (d *decoder) skipString() error {
	for d.at++; ; d.at++ {
		n := bytes.IndexByte(d.data[d.at:], '"')
		if n < 0 {
			return errShort
		}
		d.at += n
		escapes := 0
		for d.data[d.at-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			d.at++
			return nil
		}
	}
}

var (
	unmarshaler = reflect.TypeFor[json.Unmarshaler]()
	rawMessage  = reflect.TypeFor[json.RawMessage]()
)

func (d *decoder) value(v reflect.Value) error {
	t := v.Type()
	null := d.space() == 'n'
	switch {
	case t == rawMessage:
		raw, err := d.raw()
		v.SetBytes(raw)
		return err
	case null && t.Kind() == reflect.Pointer:
		_, err := d.raw()
		v.SetZero()
		return err
	case t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(unmarshaler):
		raw, err := d.raw()
		if err != nil {
			return err
		}
		return v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(raw) //nolint:forcetypeassert // see above
	}
	switch t.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		return d.value(v.Elem())
	case reflect.Struct, reflect.Map:
		if null {
			_, err := d.raw()
			return err
		}
		return d.object(v)
	case reflect.Slice:
		if null || t.Elem().Kind() == reflect.Uint8 {
			return d.scalar(v)
		}
		return d.array(v)
	default:
		return d.scalar(v)
	}
}

func (d *decoder) array(v reflect.Value) error {
	if d.space() != '[' {
		return d.mismatch(v.Type())
	}
	d.at++
	v.Set(reflect.MakeSlice(v.Type(), 0, 4))
	for n := 0; ; n++ {
		switch c := d.space(); {
		case c == ']':
			d.at++
			return nil
		case c == ',' && n > 0:
			d.at++
		case c == 0:
			return errShort
		}
		if n == v.Cap() {
			v.Grow(n)
		}
		v.SetLen(n + 1)
		if err := d.value(v.Index(n)); err != nil {
			return err
		}
	}
}

func (d *decoder) object(v reflect.Value) error {
	if d.space() != '{' {
		return d.mismatch(v.Type())
	}
	d.at++
	isMap := v.Kind() == reflect.Map
	if isMap {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for {
		switch d.space() {
		case '}':
			d.at++
			return nil
		case ',':
			d.at++
		}
		name, err := d.name()
		if err != nil {
			return err
		}
		if isMap {
			err = d.entry(v, name)
		} else {
			err = d.field(v, name)
		}
		if err != nil {
			return err
		}
	}
}

func (d *decoder) entry(v reflect.Value, name string) error {
	e := reflect.New(v.Type().Elem()).Elem()
	if err := d.value(e); err != nil {
		return err
	}
	v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), e)
	return nil
}

func (d *decoder) field(v reflect.Value, name string) error {
	fields := fieldsOf(v.Type())
	index, ok := fields[name]
	if !ok {
		index, ok = fields[strings.ToLower(name)]
	}
	switch {
	case ok:
		return d.value(v.FieldByIndex(index))
	case d.strict:
		return fmt.Errorf("unknown field %q", name)
	default:
		_, err := d.raw()
		return err
	}
}

var structs sync.Map // of map[string][]int by reflect.Type

// fieldsOf returns the fields of a struct, by name and by name in lower case.
func fieldsOf(t reflect.Type) map[string][]int {
	if known, ok := structs.Load(t); ok {
		return known.(map[string][]int) //nolint:forcetypeassert // see below
	}
	fields := make(map[string][]int)
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		name := f.Name
		if tag, ok := f.Tag.Lookup("json"); ok {
			name = tag
		}
		fields[name] = f.Index
		fields[strings.ToLower(name)] = f.Index
	}
	structs.Store(t, fields)
	return fields
}

func (d *decoder) mismatch(as any) error {
	raw, err := d.raw()
	if err != nil {
		return err
	}
	const most = 20
	return fmt.Errorf("cannot decode %s into a %v", raw[:min(len(raw), most)], as)
}

// scalar decodes a string, a number, a boolean or null. Null changes nothing but a slice.
func (d *decoder) scalar(v reflect.Value) error {
	begin := d.at
	raw, err := d.raw()
	if err != nil {
		return err
	}
	if string(raw) == "null" {
		if v.Kind() == reflect.Slice {
			v.SetZero()
		}
		return nil
	}
	d.at, begin = begin, d.at
	switch v.Kind() {
	case reflect.String, reflect.Slice:
		if raw[0] != '"' {
			return d.mismatch(v.Type())
		}
		s, err := text(raw)
		if err != nil {
			return err
		}
		if v.Kind() == reflect.String {
			v.SetString(s)
			break
		}
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return err
		}
		v.SetBytes(b)
	case reflect.Bool:
		if raw[0] != 't' && raw[0] != 'f' {
			return d.mismatch(v.Type())
		}
		v.SetBool(raw[0] == 't')
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(string(raw), 10, v.Type().Bits())
		if err != nil {
			return d.mismatch(v.Type())
		}
		v.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(string(raw), 10, v.Type().Bits())
		if err != nil {
			return d.mismatch(v.Type())
		}
		v.SetUint(n)
	case reflect.Float64:
		f, err := strconv.ParseFloat(string(raw), 64)
		if err != nil {
			return d.mismatch(v.Type())
		}
		v.SetFloat(f)
	default:
		return d.mismatch(v.Type())
	}
	d.at = begin
	return nil
}

// text returns the text of a string with its quotes.
func text(raw []byte) (string, error) {
	inner := raw[1 : len(raw)-1]
	for _, c := range inner {
		if c == '\\' || c >= 0x80 { // an escape, or what may be no UTF-8
			var s string
			err := json.Unmarshal(raw, &s)
			return s, err
		}
	}
	return string(inner), nil
}
