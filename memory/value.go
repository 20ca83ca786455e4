package memory

import (
	"bytes"

	"github.com/aerostore/aerostore"
)

// clone returns a copy of the value that shares nothing mutable with it,
// integers of every kind as int. Values are cloned on the way in and on the
// way out.
func clone(value any) any {
	switch v := value.(type) {
	case []byte:
		if v == nil {
			return []byte{}
		}
		return bytes.Clone(v)
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = clone(element)
		}
		return list
	case map[any]any:
		m := make(map[any]any, len(v))
		for key, element := range v {
			m[clone(key)] = clone(element)
		}
		return m
	case int8:
		return int(v)
	case int16:
		return int(v)
	case int32:
		return int(v)
	case int64:
		return int(v)
	case uint:
		return int(v)
	case uint8:
		return int(v)
	case uint16:
		return int(v)
	case uint32:
		return int(v)
	case uint64:
		return int(v) //nolint:gosec // G115: Call.Validate refuses what does not fit
	default: // nil, bool, int, float64, string and GeoJSON cannot be changed
		return value
	}
}

// combine returns what adding, appending or prepending the operand to a bin's
// value gives, of which nothing is shared with the operand.
func combine(kind aerostore.OperationKind, value, operand any) (any, aerostore.ResultCode) {
	switch v := value.(type) {
	case aerostore.GeoJSON:
		return nil, aerostore.CodeServer // append_on_geo in basic.jsonl: not CodeBinType
	case int:
		if o, ok := clone(operand).(int); ok && kind == aerostore.OperationAdd {
			return v + o, aerostore.CodeOK
		}
	case float64:
		if o, ok := operand.(float64); ok && kind == aerostore.OperationAdd {
			return v + o, aerostore.CodeOK
		}
	case string:
		if o, ok := operand.(string); ok && kind != aerostore.OperationAdd {
			if kind == aerostore.OperationPrepend {
				return o + v, aerostore.CodeOK
			}
			return v + o, aerostore.CodeOK
		}
	case []byte:
		if o, ok := operand.([]byte); ok && kind != aerostore.OperationAdd {
			if kind == aerostore.OperationPrepend {
				return bytes.Join([][]byte{o, v}, nil), aerostore.CodeOK
			}
			return bytes.Join([][]byte{v, o}, nil), aerostore.CodeOK
		}
	}
	return nil, aerostore.CodeBinType
}
