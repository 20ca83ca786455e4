// Package wire turns the server's wire form of operations, values, predicates and filters
// into the library's own values, and answers back.
//
// Its errors are of type *[aerostore.Error] with the code that a server answers.
//
//nolint:gosec // G115: numbers are read from the bits that they are stored in.
package wire

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// The types of values on the wire.
const (
	Nil     = 0
	Integer = 1
	Float   = 2
	String  = 3
	Blob    = 4
	Bool    = 17
	HLL     = 18
	Map     = 19
	List    = 20
	GeoJSON = 23
)

func refuse(reason string) error {
	return &aerostore.Error{Code: aerostore.CodeParameter, Err: errors.New(reason)}
}

// refuseType returns why a value of a type is refused. Old clients write objects of
// programming languages, which a server keeps as bytes.
func refuseType(particle byte) error {
	if 7 <= particle && particle <= 12 || particle == 16 {
		return &aerostore.Error{Code: aerostore.CodeUnsupportedFeature, Err: errors.New("a value is one of a programming language")}
	}
	return refuse("the type of a value is unknown")
}

func refused(err error) error {
	return &aerostore.Error{Code: aerostore.CodeParameter, Err: err}
}

// ParseValue returns the value of a bin or key, in the types in which it is read. It keeps
// nothing of data. A list in order, or a map in the order of its values, is a
// *value.List or *value.Map: the other types do not have the order.
func ParseValue(particle byte, data []byte) (any, error) {
	switch particle {
	case Nil:
		return nil, nil
	case Integer:
		switch len(data) {
		case 8:
			return int(binary.BigEndian.Uint64(data)), nil
		case 4:
			return int(binary.BigEndian.Uint32(data)), nil
		case 2:
			return int(binary.BigEndian.Uint16(data)), nil
		case 1:
			return int(data[0]), nil
		}
		return nil, refuse("an integer has another size")
	case Float:
		if len(data) != 8 {
			return nil, refuse("a float has another size than 8 bytes")
		}
		return math.Float64frombits(binary.BigEndian.Uint64(data)), nil
	case Bool:
		if len(data) != 1 || data[0] > 1 {
			return nil, refuse("a bool is neither 0 nor 1")
		}
		return data[0] == 1, nil
	case String:
		return string(data), nil
	case Blob:
		return append([]byte{}, data...), nil
	case HLL:
		return append(aerostore.HLL{}, data...), nil
	case GeoJSON:
		if len(data) < 3 {
			return nil, refuse("a GeoJSON has no head")
		}
		head := 3 + 8*int(binary.BigEndian.Uint16(data[1:]))
		if head > len(data) {
			return nil, refuse("a GeoJSON is shorter than its head says")
		}
		return aerostore.GeoJSON(data[head:]), nil
	case List, Map:
		r := expr.NewReader(data)
		v, err := r.Value()
		if err != nil { // a server finds it when it stores the value
			return nil, &aerostore.Error{Code: aerostore.CodeServer, Err: err}
		}
		_, isList := v.(*value.List)
		_, isMap := v.(*value.Map)
		if r.Len() > 0 || isList != (particle == List) || isMap != (particle == Map) {
			return nil, refuse("the bytes are no list or map")
		}
		if value.HasEdge(v) {
			return nil, &aerostore.Error{Code: aerostore.CodeServer, Err: errors.New("a value that stands for others cannot be stored")}
		}
		return written(v), nil
	}
	return nil, refuseType(particle)
}

// written returns the value as a program writes it, sharing what it can. What only the
// engine's types can say stays in these.
func written(v any) any {
	switch v := v.(type) {
	case *value.List:
		if v.Order != value.Unordered {
			return v
		}
		for i, e := range v.Items {
			v.Items[i] = written(e)
		}
		return v.Items
	case *value.Map:
		if v.Order == value.KeyValueOrdered {
			return v
		}
		for i := range v.Pairs {
			v.Pairs[i].Value = written(v.Pairs[i].Value)
		}
		if v.Order == value.Ordered {
			return v.Pairs
		}
		return value.CanonicalEntries(v.Pairs)
	}
	return v
}

// AppendValue appends the value of a bin or a result as a server answers it, and returns
// its type.
func AppendValue(dst []byte, v any) (appended []byte, particle byte, err error) {
	switch v := v.(type) {
	case nil:
		return dst, Nil, nil
	case int:
		return binary.BigEndian.AppendUint64(dst, uint64(v)), Integer, nil
	case float64:
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(v)), Float, nil
	case bool:
		if v {
			return append(dst, 1), Bool, nil
		}
		return append(dst, 0), Bool, nil
	case string:
		return append(dst, v...), String, nil
	case []byte:
		return append(dst, v...), Blob, nil
	case aerostore.HLL:
		return append(dst, v...), HLL, nil
	case uint64: // an element by itself
		return binary.BigEndian.AppendUint64(dst, v), Integer, nil
	case aerostore.GeoJSON:
		return append(append(dst, 0, 0, 0), v...), GeoJSON, nil
	case *value.List:
		return value.AppendPacked(dst, v), List, nil
	case *value.Map:
		return value.AppendPacked(dst, v), Map, nil
	case aerostore.OpResults:
		return AppendValue(dst, []any(v))
	case []aerostore.MapPair: // which may be in the order of an operation, not of the keys
		pairs, err := reimportPairs(v)
		if err != nil {
			return dst, Nil, &aerostore.Error{Code: aerostore.CodeServer, Err: err}
		}
		return value.AppendPacked(dst, &value.Map{Order: value.Ordered, Pairs: pairs}), Map, nil
	}
	in, err := value.Reimport(v)
	if err != nil {
		return dst, Nil, &aerostore.Error{Code: aerostore.CodeServer, Err: err}
	}
	return AppendValue(dst, in)
}

func reimportPairs(pairs []aerostore.MapPair) (out []value.MapPair, err error) {
	out = make([]value.MapPair, len(pairs))
	for i, p := range pairs {
		if out[i].Key, err = value.Reimport(p.Key); err != nil {
			return nil, err
		}
		if out[i].Value, err = value.Reimport(p.Value); err != nil {
			return nil, err
		}
		if h, ok := out[i].Value.(aerostore.HLL); ok {
			out[i].Value = value.NestedHLL(h)
		}
	}
	return out, nil
}
