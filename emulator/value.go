package emulator

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/aerostore/aerostore"
)

// The types of values.
const (
	particleNull    = 0
	particleInteger = 1
	particleFloat   = 2
	particleString  = 3
	particleBlob    = 4
	particleBool    = 17
)

// appendValue appends a value, and returns its type.
func appendValue(b []byte, v any) ([]byte, byte, error) {
	switch v := v.(type) {
	case nil:
		return b, particleNull, nil
	case int:
		return binary.BigEndian.AppendUint64(b, uint64(v)), particleInteger, nil
	case float64:
		return binary.BigEndian.AppendUint64(b, math.Float64bits(v)), particleFloat, nil
	case string:
		return append(b, v...), particleString, nil
	case []byte:
		return append(b, v...), particleBlob, nil
	case bool:
		if v {
			return append(b, 1), particleBool, nil
		}
		return append(b, 0), particleBool, nil
	default:
		return b, 0, fmt.Errorf("emulator: a value of type %T has no form on the wire", v)
	}
}

// parseOperation returns the operation of the library.
func parseOperation(op operation, name string) (aerostore.Operation, error) {
	var v any
	switch {
	case op.particle == particleNull:
	case op.particle == particleInteger && len(op.data) == 8:
		v = int(binary.BigEndian.Uint64(op.data))
	case op.particle == particleFloat && len(op.data) == 8:
		v = math.Float64frombits(binary.BigEndian.Uint64(op.data))
	case op.particle == particleString:
		v = string(op.data)
	case op.particle == particleBlob:
		v = append([]byte{}, op.data...)
	case op.particle == particleBool && len(op.data) == 1:
		v = op.data[0] != 0
	default:
		return aerostore.Operation{}, fmt.Errorf("a value of type %d", op.particle)
	}
	switch op.kind {
	case opRead:
		return aerostore.ReadBin(name), nil
	case opWrite:
		return aerostore.WriteBin(name, v), nil
	case opIncrement:
		return aerostore.AddBin(name, v), nil
	case opAppend:
		return aerostore.AppendBin(name, v), nil
	case opPrepend:
		return aerostore.PrependBin(name, v), nil
	case opTouch:
		return aerostore.TouchRecord(), nil
	case opDelete:
		return aerostore.DeleteRecord(), nil
	default:
		return aerostore.Operation{}, fmt.Errorf("operation %d", op.kind)
	}
}
