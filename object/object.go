package object

import (
	"context"
	"iter"
	"reflect"

	"github.com/aerostore/aerostore"
)

// Encode returns the bins of v, which is a struct or a pointer to one. They share slices
// and maps with v. The error is a [*FieldError].
func Encode(v any) (aerostore.Bins, error) {
	r := reflect.ValueOf(v)
	for r.Kind() == reflect.Pointer && !r.IsNil() {
		r = r.Elem()
	}
	if r.Kind() != reflect.Struct {
		return nil, notStruct(v, "a struct or a pointer to one")
	}
	p, err := planOf(r.Type())
	if err != nil {
		return nil, err
	}
	bins := make(aerostore.Bins, len(p.fields))
	switch f, err := p.encode(r, 0, bins); {
	case err != nil && f != nil:
		return nil, f.in(r.Type(), err, aerostore.ErrInvalid)
	case err != nil:
		return nil, &FieldError{Type: r.Type(), reason: err.Error(), kind: aerostore.ErrInvalid}
	}
	return bins, nil
}

// Decode sets the struct that v points to to the bins of a record. A field whose bin the
// record does not have keeps its value. The struct shares []byte values with the record.
// The error is a [*FieldError]; some fields are then set, and others not.
func Decode(record *aerostore.Record, v any) error {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Pointer || r.IsNil() || r.Elem().Kind() != reflect.Struct {
		return notStruct(v, "a pointer to a struct")
	}
	if record == nil {
		return &FieldError{Type: r.Type().Elem(), reason: "the record is nil", kind: aerostore.ErrInvalid}
	}
	return decode(record, r.Elem())
}

func notStruct(v any, want string) error {
	e := &FieldError{kind: aerostore.ErrInvalid, reason: "got nil, which is not " + want}
	if v != nil {
		e.Type = reflect.TypeOf(v)
		e.reason = "this is not " + want
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && r.IsNil() {
		e.reason = "the pointer is nil"
	}
	return e
}

func decode(record *aerostore.Record, v reflect.Value) error {
	p, err := planOf(v.Type())
	if err != nil {
		return err
	}
	found := 0
	for i := range p.fields {
		f := &p.fields[i]
		from, ok := record.Bins[f.name]
		if !ok {
			continue
		}
		found++
		if err := f.codec.set(settable(v, f.index), from); err != nil {
			return f.in(v.Type(), err, aerostore.ErrBinType)
		}
	}
	if p.all() {
		if err := p.decodeRest(record, v, found); err != nil {
			return err
		}
	}
	return p.decodeMeta(record, v)
}

// decodeRest keeps or refuses the bins without a field. Found says how many have one.
func (p *plan) decodeRest(record *aerostore.Record, v reflect.Value, found int) error {
	var rest aerostore.Bins
	if found < len(record.Bins) {
		for name, value := range record.Bins {
			if p.has(name) {
				continue
			}
			if err := p.unknown(&rest, name, true, value); err != nil {
				return &FieldError{Type: v.Type(), Bin: name, reason: err.Error(), kind: aerostore.ErrBinType}
			}
		}
	}
	p.setRest(v, rest)
	return nil
}

// decodeMeta sets the generation and the TTL.
func (p *plan) decodeMeta(record *aerostore.Record, v reflect.Value) error {
	if p.gen != nil {
		if err := setInteger(settable(v, p.gen), int64(record.Generation)); err != nil {
			return &FieldError{Type: v.Type(), Field: v.Type().FieldByIndex(p.gen).Name, reason: err.Error(), kind: aerostore.ErrBinType}
		}
	}
	if p.ttl == nil {
		return nil
	}
	ttl, at := int64(record.TTL), settable(v, p.ttl)
	if at.Type() != ttlType {
		ttl = 0
		if record.TTL > 0 {
			ttl = int64(record.TTL) / 1e9
		}
	}
	if err := setInteger(at, ttl); err != nil {
		return &FieldError{Type: v.Type(), Field: v.Type().FieldByIndex(p.ttl).Name, reason: err.Error(), kind: aerostore.ErrBinType}
	}
	return nil
}

func setInteger(v reflect.Value, n int64) error {
	switch {
	case v.CanInt() && !v.OverflowInt(n):
		v.SetInt(n)
	case v.CanUint() && n >= 0 && !v.OverflowUint(uint64(n)):
		v.SetUint(uint64(n))
	default:
		return overflow(v.Type())
	}
	return nil
}

// Put writes the bins of v, as [Encode] returns them, by [aerostore.Store.Put].
func Put(ctx context.Context, s aerostore.Store, key aerostore.Key, v any, opts ...aerostore.WriteOption) error {
	bins, err := Encode(v)
	if err != nil {
		return err
	}
	return s.Put(ctx, key, bins, opts...)
}

// Get reads a record as a T, which is a struct. It reads only the bins that T has a field
// for, unless T keeps or refuses others. It fails with [aerostore.ErrNotFound] if the record
// does not exist.
func Get[T any](ctx context.Context, s aerostore.Store, key aerostore.Key, opts ...aerostore.ReadOption) (T, error) {
	var v T
	p, err := planFor[T]()
	if err != nil {
		return v, err
	}
	var record *aerostore.Record
	if p.all() {
		record, err = s.Get(ctx, key, opts...)
	} else {
		record, err = s.Select(ctx, key, p.names, opts...)
	}
	if err != nil {
		return v, err
	}
	err = decode(record, reflect.ValueOf(&v).Elem())
	return v, err
}

// Query runs a query whose records are read as a T, which is a struct. If q.Bins is nil, it
// reads only the bins that T has a field for, unless T keeps or refuses others; records
// that have none of them are then not returned, as q.Bins says.
//
// A record that does not fit is an element with an error, and the iteration goes on. The
// error of the query ends it.
func Query[T any](ctx context.Context, s aerostore.Store, q aerostore.Query) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		p, err := planFor[T]()
		if err != nil {
			yield(none, err)
			return
		}
		if q.Bins == nil && !p.all() {
			q.Bins = p.names
		}
		for record, err := range s.Query(ctx, q) {
			if err != nil {
				yield(none, err)
				return
			}
			var v T
			err := decode(record, reflect.ValueOf(&v).Elem())
			if !yield(v, err) {
				return
			}
		}
	}
}

// planFor returns the plan of T.
func planFor[T any]() (*plan, error) {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		return nil, &FieldError{Type: t, reason: "this is not a struct", kind: aerostore.ErrInvalid}
	}
	return planOf(t)
}
