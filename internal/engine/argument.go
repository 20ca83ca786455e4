package engine

import (
	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

func imported(v any) (any, *Error) {
	switch v.(type) {
	case int, string: // the common ones
		return v, nil
	}
	in, err := value.Import(v)
	if err != nil {
		return nil, fail(Parameter, "%v", err)
	}
	return in, nil
}

// storable returns a copy of v that can be stored in a list or map. There an HLL is
// bytes.
func storable(v any) (any, *Error) {
	in, refused := imported(v)
	if h, ok := in.(value.HLL); ok {
		in = []byte(h)
	}
	if refused == nil && value.HasEdge(in) {
		return nil, fail(Parameter, "infinity and the wildcard cannot be stored")
	}
	return in, refused
}

// values returns the values of an operation that has several, or one.
func valuesOf(op *cdt.Op) ([]any, bool) {
	switch v := op.Values.(type) {
	case []any:
		return v, true
	case *value.List:
		return v.Items, true
	}
	return nil, false
}

func storableKey(k any) (any, *Error) {
	key, refused := imported(k)
	if refused == nil && !value.IsKey(key) {
		return nil, fail(Parameter, "the key of a map is a string, an integer or bytes")
	}
	return key, refused
}
