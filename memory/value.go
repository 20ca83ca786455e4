package memory

import (
	"bytes"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/geo"
	value "github.com/aerostore/aerostore/internal/value"
)

// imported copies a value on its way into a record, in the form that it is kept in. A
// nil value stays nil. The code is that with which a server refuses the value, else
// CodeOK.
func imported(v any) (any, aerostore.ResultCode) {
	in, err := value.Import(v)
	if err != nil {
		return nil, aerostore.CodeParameter
	}
	return in, measured(in)
}

// An unstorable is an operand that a server refuses to store, with this code. It does so
// after it has looked at the conditions of the write and at the type of the bin.
type unstorable aerostore.ResultCode

// operandOf imports an operand and returns its size. If it cannot be stored, it is an
// unstorable.
func operandOf(v any) (operand any, size int) {
	operand, code := imported(v)
	if code != aerostore.CodeOK {
		return unstorable(code), 0
	}
	return operand, value.Size(operand)
}

// measured notes the size of the value of a bin. The code is that with which a server
// refuses the value, else CodeOK. Within lists and maps a server takes any text for
// GeoJSON.
func measured(v any) aerostore.ResultCode {
	switch v := v.(type) {
	case *value.List, *value.Map:
		value.Measure(v)
	case value.HLL:
		if engine.CheckHLL(v) != nil {
			return aerostore.CodeParameter
		}
	case aerostore.GeoJSON:
		if !geo.Valid(string(v)) {
			return aerostore.CodeInvalidGeoJSON
		}
	}
	return aerostore.CodeOK
}

// combine adds, appends or prepends the operand, which was imported, to the value of a
// bin. The result shares nothing with the operand.
func combine(kind aerostore.OperationKind, base, operand any) (any, aerostore.ResultCode) {
	switch v := base.(type) {
	case aerostore.GeoJSON:
		return nil, aerostore.CodeServer // append_on_geo in basic.jsonl: not CodeBinType
	case int:
		if o, ok := operand.(int); ok && kind == aerostore.OperationAdd {
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
