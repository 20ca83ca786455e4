package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/safe"
	value "github.com/aerostore/aerostore/internal/value"
)

// clientOperation returns the operation in the client's form. The error is why the client
// cannot send it, or nil for an unknown operation. The slice is room for one value.
func clientOperation(o aerostore.Operation, one []any) (*as.Operation, error) {
	switch o.Kind() {
	case aerostore.OperationRead:
		return as.GetBinOp(o.Bin()), nil
	case aerostore.OperationReadAll:
		return as.GetOp(), nil
	case aerostore.OperationReadHeader:
		return as.GetHeaderOp(), nil
	case aerostore.OperationWrite:
		return as.PutOp(clientBin(o.Bin(), o.Value())), nil
	case aerostore.OperationAdd:
		return as.AddOp(clientBin(o.Bin(), o.Value())), nil
	case aerostore.OperationAppend:
		return as.AppendOp(clientBin(o.Bin(), o.Value())), nil
	case aerostore.OperationPrepend:
		return as.PrependOp(clientBin(o.Bin(), o.Value())), nil
	case aerostore.OperationTouch:
		return as.TouchOp(), nil
	case aerostore.OperationDelete:
		return as.DeleteOp(), nil
	case aerostore.OperationList, aerostore.OperationMap, aerostore.OperationBit, aerostore.OperationHLL:
		return translate(o.Bin(), o.CDT(), one)
	case aerostore.OperationExp:
		return evaluation(o.Bin(), o.Exp())
	default:
		return nil, nil
	}
}

func clientBin(name string, value any) *as.Bin { return as.NewBin(name, clientValue(value)) }

// errUnnamed is returned for a read of a list, map, bits, HyperLogLog or expression under
// the empty name.
var errUnnamed error = safe.TextError("the Aerospike client takes a read of the bin with the empty name for one of all bins: rename the bin")

// translate returns an operation on a list, map, bits or HyperLogLog in the client's form.
func translate(bin string, op *cdt.Op, one []any) (*as.Operation, error) {
	if bin == "" && !op.Kind.Writes() {
		return nil, errUnnamed
	}
	t := translator{Op: op, bin: bin, one: one}
	if len(op.Path) > 0 {
		if t.ctx = contexts(op.Path); t.ctx == nil {
			return nil, nil
		}
	}
	var out *as.Operation
	switch op.Kind.Family() {
	case cdt.OfLists:
		out = t.list()
	case cdt.OfMaps:
		out = t.mapping()
	case cdt.OfBits:
		out = t.bits()
	case cdt.OfHLLs:
		out = t.hll()
	}
	return out, t.err
}

// A translator translates one operation. Its methods return nil for an operation that the
// client does not have, and set err if they know why.
type translator struct {
	*cdt.Op
	bin string
	ctx []*as.CDTContext
	one []any // room for one value, which the client does not keep
	err error
}

// errValues is returned for values that are not in a list.
var errValues error = safe.TextError("the values of an operation must be a list")

// several returns a list of values as the client takes it.
func (t *translator) several(values any) []any {
	switch v := values.(type) {
	case []any:
		if list := convertedList(v); list != nil {
			return list
		}
		return v
	case *value.List:
		list := make([]any, len(v.Items))
		for i, e := range v.Items {
			list[i] = elementValue(e)
		}
		return list
	}
	if in, err := value.Import(values); err == nil {
		if list, ok := in.(*value.List); ok {
			return t.several(list)
		}
	}
	t.err = errValues
	return nil
}
