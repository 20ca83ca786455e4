package vectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/jsonline"
)

// An argument is a value that a step writes. An answered value is one that it read,
// which has types that cannot be written.
type (
	argument struct{ value any }
	answered struct{ value any }
)

func (a *argument) UnmarshalJSON(data []byte) (err error) {
	a.value, err = typed(data, false)
	return err
}

func (a *answered) UnmarshalJSON(data []byte) (err error) {
	a.value, err = typed(data, true)
	return err
}

// typed decodes {"type": value} into the Go type that Store uses.
func typed(data []byte, answers bool) (any, error) {
	kind, raw, err := jsonline.Only(data)
	if err != nil {
		return nil, fmt.Errorf("a value needs one type: %w", err)
	}
	v, err := ofKind(kind, raw, answers)
	if err != nil {
		return nil, fmt.Errorf("value of type %q: %w", kind, err)
	}
	return v, nil
}

func ofKind(kind string, raw json.RawMessage, answers bool) (any, error) {
	switch kind {
	case "i":
		n, err := decodeAs[int64](raw)
		return int(n), err
	case "f":
		return float(raw)
	case "s":
		return decodeAs[string](raw)
	case "s_b64":
		b, err := decodeAs[[]byte](raw)
		return string(b), err
	case "b":
		return decodeAs[[]byte](raw)
	case "bool":
		return decodeAs[bool](raw)
	case "nil":
		return nil, mustBeTrue(raw)
	case "geo":
		return decodeAs[aerostore.GeoJSON](raw)
	case "list":
		return list(raw, answers)
	case "map":
		return mapOf(raw, answers)
	case "hll":
		b, err := decodeAs[[]byte](raw)
		return aerostore.HLL(b), err
	case "inf":
		return cdt.Infinity, mustBeTrue(raw)
	case "wildcard":
		return cdt.Wildcard, mustBeTrue(raw)
	}
	if answers {
		switch kind {
		case "op_results":
			l, err := list(raw, answers)
			return aerostore.OpResults(l), err
		case "pairs":
			return pairs(raw, answers)
		}
	}
	return nil, errors.New("the type is unknown")
}

func mustBeTrue(raw json.RawMessage) error {
	is, err := decodeAs[bool](raw)
	if err == nil && !is {
		err = errors.New("the value must be true")
	}
	return err
}

func float(raw json.RawMessage) (float64, error) {
	switch string(raw) {
	case `"NaN"`:
		return math.NaN(), nil
	case `"+Inf"`:
		return math.Inf(1), nil
	case `"-Inf"`:
		return math.Inf(-1), nil
	case `"-0"`:
		return math.Copysign(0, -1), nil
	default:
		return decodeAs[float64](raw)
	}
}

func list(raw json.RawMessage, answers bool) ([]any, error) {
	elements, err := decodeAs[[]json.RawMessage](raw)
	if err != nil {
		return nil, err
	}
	l := make([]any, len(elements))
	for i, e := range elements {
		if l[i], err = typed(e, answers); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func pairs(raw json.RawMessage, answers bool) ([]aerostore.MapPair, error) {
	entries, err := decodeAs[[][]json.RawMessage](raw)
	if err != nil {
		return nil, err
	}
	pairs := make([]aerostore.MapPair, len(entries))
	for i, entry := range entries {
		if len(entry) != 2 {
			return nil, fmt.Errorf("an entry of a map needs a key and a value, not %d values", len(entry))
		}
		if pairs[i].Key, err = typed(entry[0], answers); err != nil {
			return nil, err
		}
		if pairs[i].Value, err = typed(entry[1], answers); err != nil {
			return nil, err
		}
	}
	return pairs, nil
}

// errMapKeys is the error of a map with a list or a map as a key, or with a key twice.
const errMapKeys = unsupported("map keys that a Go map cannot have")

func mapOf(raw json.RawMessage, answers bool) (map[any]any, error) {
	pairs, err := pairs(raw, answers)
	if err != nil {
		return nil, err
	}
	m := make(map[any]any, len(pairs))
	for _, p := range pairs {
		if b, ok := p.Key.([]byte); ok {
			p.Key = arrayOf(b)
		}
		if p.Key != nil && !reflect.TypeOf(p.Key).Comparable() {
			return nil, errMapKeys
		}
		if _, ok := m[p.Key]; ok {
			return nil, errMapKeys
		}
		m[p.Key] = p.Value
	}
	return m, nil
}

// arrayOf returns bytes as a key of a Go map.
func arrayOf(b []byte) any {
	array := reflect.New(reflect.ArrayOf(len(b), reflect.TypeFor[byte]())).Elem()
	reflect.Copy(array, reflect.ValueOf(b))
	return array.Interface()
}

// arguments are bins that a step writes.
type arguments map[string]argument

func (a arguments) bins() aerostore.Bins {
	bins := make(aerostore.Bins, len(a))
	for name, v := range a {
		bins[name] = v.value
	}
	return bins
}
