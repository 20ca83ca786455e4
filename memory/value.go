package memory

import (
	"bytes"

	"github.com/aerostore/aerostore"
	value "github.com/aerostore/aerostore/internal/value"
)

// clone copies a value on its way into a record and out of it.
func clone(v any) any { return value.Clean(v) }

// combine adds, appends or prepends the operand to the value of a bin. The result
// shares nothing with the operand.
func combine(kind aerostore.OperationKind, base, operand any) (any, aerostore.ResultCode) {
	switch v := base.(type) {
	case aerostore.GeoJSON:
		return nil, aerostore.CodeServer // append_on_geo in basic.jsonl: not CodeBinType
	case int:
		if o, ok := value.Clean(operand).(int); ok && kind == aerostore.OperationAdd {
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
