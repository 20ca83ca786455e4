package aerostore

import (
	"reflect"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// An Operation is one step of Operate and BatchOperate. It reads or changes a bin or the
// record as a whole.
//
// An Operation keeps the value that it is made of, which must not be modified until the
// call has returned. It does not print the value. The zero Operation is not valid.
//
// Values are kept in the types in which they are read; see [Bins]. Two operations that
// say the same are equal under [Operation.Equal] and reflect.DeepEqual: int64(5) and 5,
// or []string{"a"} and []any{"a"}, make no difference. A NaN equals no other.
type Operation struct {
	kind  OperationKind
	bin   string
	value **any // see hideValue
}

// An OperationKind is the kind of an [Operation]. More kinds will be added. A backend
// returns [CodeUnsupportedFeature] for a kind that it does not know.
type OperationKind uint8

// The operation kinds.
const (
	OperationRead       OperationKind = iota + 1 // see [ReadBin]
	OperationReadAll                             // see [ReadAll]
	OperationReadHeader                          // see [ReadHeader]
	OperationWrite                               // see [WriteBin]
	OperationAdd                                 // see [AddBin]
	OperationAppend                              // see [AppendBin]
	OperationPrepend                             // see [PrependBin]
	OperationTouch                               // see [TouchRecord]
	OperationDelete                              // see [DeleteRecord]
	OperationList                                // see [ListBin]
	OperationMap                                 // see [MapBin]
	OperationBit                                 // see [BitBin]
	OperationHLL                                 // see [HLLBin]
	OperationExp                                 // see [ReadExp] and [WriteExp]
)

var operationNames = [...]string{
	OperationRead: "read", OperationReadAll: "read all", OperationReadHeader: "read header",
	OperationWrite: "write", OperationAdd: "add", OperationAppend: "append", OperationPrepend: "prepend",
	OperationTouch: "touch", OperationDelete: "delete",
	OperationList: "list", OperationMap: "map", OperationBit: "bit", OperationHLL: "hll",
	OperationExp: "exp",
}

// String returns the kind in words, such as "read all".
func (k OperationKind) String() string {
	if k == 0 || int(k) >= len(operationNames) {
		return "unknown"
	}
	return operationNames[k]
}

// ReadBin returns an operation that reads a bin, with the changes of the operations
// before it. A bin that the record does not have is absent from the result.
func ReadBin(bin string) Operation { return Operation{kind: OperationRead, bin: bin} }

// ReadAll returns an operation that reads all bins, with the changes of the operations
// before it.
func ReadAll() Operation { return Operation{kind: OperationReadAll} }

// ReadHeader returns an operation that reads only the generation and the TTL.
func ReadHeader() Operation { return Operation{kind: OperationReadHeader} }

// WriteBin returns an operation that writes a bin. A nil value deletes it.
func WriteBin(bin string, value any) Operation {
	return operationWith(OperationWrite, bin, value)
}

// AddBin returns an operation that adds delta to an integer or float64 bin. Delta must
// have the type of the bin. A missing bin is created. Integers wrap at 64 bits.
func AddBin(bin string, delta any) Operation {
	return operationWith(OperationAdd, bin, delta)
}

// AppendBin returns an operation that appends to a string or []byte bin. A missing bin
// is created.
func AppendBin(bin string, value any) Operation {
	return operationWith(OperationAppend, bin, value)
}

// PrependBin returns an operation that prepends to a string or []byte bin. A missing bin
// is created.
func PrependBin(bin string, value any) Operation {
	return operationWith(OperationPrepend, bin, value)
}

func operationWith(kind OperationKind, bin string, v any) Operation {
	return Operation{kind: kind, bin: bin, value: hideValue(value.Canonical(v))}
}

// TouchRecord returns an operation that increments the generation and resets the TTL.
func TouchRecord() Operation { return Operation{kind: OperationTouch} }

// DeleteRecord returns an operation that removes the record.
func DeleteRecord() Operation { return Operation{kind: OperationDelete} }

// OperationOf returns an operation on a list, map, bits or HyperLogLog from what it does.
// Most programs use the methods of [ListBin], [MapBin], [BitBin] and [HLLBin].
func OperationOf(bin string, op cdt.Op) Operation {
	h := &hiddenOp{op: op}
	canonicalOp(&h.op)
	h.value = &h.op
	h.at = &h.value
	return Operation{kind: kindOfFamily[op.Kind.Family()], bin: bin, value: &h.at}
}

// canonicalOp puts the arguments of an operation into the types in which they are read.
func canonicalOp(op *cdt.Op) {
	if len(op.Path) == 0 {
		op.Path = nil
	}
	switch op.Kind {
	case cdt.MapPutAll, cdt.MapAddAll, cdt.MapReplaceAll:
		op.Values = value.CanonicalEntries(op.Values)
		return
	}
	switch op.Kind.Family() {
	case cdt.OfLists, cdt.OfMaps:
		op.Key = value.CanonicalKey(op.Key)
		op.Value, op.Values = value.CanonicalElement(op.Value), value.Canonical(op.Values)
	case cdt.OfBits:
		op.Value = value.Canonical(op.Value)
	case cdt.OfHLLs:
		op.Values = value.CanonicalEach(op.Values)
	}
}

// A hiddenOp is a hiddenValue and what its value points to, in one allocation.
type hiddenOp struct {
	hiddenValue
	op cdt.Op
}

var kindOfFamily = [...]OperationKind{
	cdt.OfLists: OperationList, cdt.OfMaps: OperationMap, cdt.OfBits: OperationBit, cdt.OfHLLs: OperationHLL,
}

// CDT returns what an operation on a list, map, bits or HyperLogLog does, and nil for
// other operations. It must not be modified.
func (o Operation) CDT() *cdt.Op {
	if o.kind < OperationList {
		return nil
	}
	op, _ := revealValue(o.value).(*cdt.Op)
	return op
}

// Kind returns the kind of the operation. It is zero for the zero Operation.
func (o Operation) Kind() OperationKind { return o.kind }

// Bin returns the name of the bin, or "" for an operation on the whole record. That of
// [ReadExp] is the name of its result.
func (o Operation) Bin() string { return o.bin }

// Value returns the value that is written, added, appended or prepended. It is nil for
// other operations.
func (o Operation) Value() any {
	if o.kind >= OperationList {
		return nil
	}
	return revealValue(o.value)
}

// Equal reports whether both operations say the same.
func (o Operation) Equal(other Operation) bool { return reflect.DeepEqual(o, other) }

// Name returns what the operation does, in words such as "read all" and "list append".
func (o Operation) Name() string {
	if op := o.Exp(); op != nil {
		return op.String()
	}
	if op := o.CDT(); op != nil {
		return op.Kind.String()
	}
	return o.kind.String()
}

// Writes reports whether the operation may change the record.
func (o Operation) Writes() bool {
	switch o.kind {
	case OperationRead, OperationReadAll, OperationReadHeader:
		return false
	case OperationList, OperationMap, OperationBit, OperationHLL:
		return o.CDT().Kind.Writes()
	case OperationExp:
		return o.Exp().Writes
	default:
		return true
	}
}

// Returns reports whether the operation can return something for its bin: a read of the
// bin, of an expression, or an operation on a list, map, bits or HyperLogLog as
// [cdt.Op.Returns] says.
func (o Operation) Returns() bool {
	if op := o.Exp(); op != nil {
		return !op.Writes
	}
	if op := o.CDT(); op != nil {
		return op.Returns()
	}
	return o.kind == OperationRead
}

// String returns the name and the bin, such as "list append events", but no value.
func (o Operation) String() string {
	if o.bin == "" {
		return o.Name()
	}
	return o.Name() + " " + o.bin
}

// GoString returns what String returns, so that %#v prints no value.
func (o Operation) GoString() string { return o.String() }

func anyWrites(ops []Operation) bool {
	for _, o := range ops {
		if o.Writes() {
			return true
		}
	}
	return false
}

// check returns why the operation is not valid, or nil.
func (o Operation) check() *invalidError {
	switch o.kind {
	case 0:
		return invalidf("an operation is empty: make it with ReadBin, WriteBin, ListBin, …")
	case OperationWrite, OperationAdd, OperationAppend, OperationPrepend:
		return checkBin(o.bin, o.Value())
	case OperationList, OperationMap, OperationBit, OperationHLL:
		return checkCDT(o.bin, o.CDT())
	case OperationExp:
		return checkExp(o.bin, o.Exp())
	default:
		return checkBinName(o.bin)
	}
}
