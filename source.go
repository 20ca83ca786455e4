package aerostore

import "github.com/aerostore/aerostore/internal/source"

// Source returns the operation as Go source with all of its values, such as
// ListBin("scores").Append(42). An expression is written as exp.Any.Source has it, such
// as ReadExp("total", price * amount). Equal operations have the same source. Use it in
// the messages of tests. A program that logs uses String, which shows no value.
func (o Operation) Source() string {
	bin := source.Value(o.bin)
	switch o.kind {
	case OperationRead:
		return "ReadBin(" + bin + ")"
	case OperationReadAll:
		return "ReadAll()"
	case OperationReadHeader:
		return "ReadHeader()"
	case OperationWrite:
		return "WriteBin(" + bin + ", " + source.Value(o.Value()) + ")"
	case OperationAdd:
		return "AddBin(" + bin + ", " + source.Value(o.Value()) + ")"
	case OperationAppend:
		return "AppendBin(" + bin + ", " + source.Value(o.Value()) + ")"
	case OperationPrepend:
		return "PrependBin(" + bin + ", " + source.Value(o.Value()) + ")"
	case OperationTouch:
		return "TouchRecord()"
	case OperationDelete:
		return "DeleteRecord()"
	case OperationList, OperationMap, OperationBit, OperationHLL:
		return source.Operation(o.bin, o.CDT())
	case OperationExp:
		return source.Expression(o.bin, o.Exp())
	default:
		return "Operation{}"
	}
}
