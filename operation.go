package aerostore

// An Operation is one step of Operate and BatchOperate: it reads or changes a
// bin, or the record as a whole. The steps of a call are applied in order and
// together: either all of them or none.
//
// Operations are small values. They keep the value that they were given, which
// must not change until the call has returned. They do not print it, wherever
// they stand.
type Operation struct {
	kind  OperationKind
	bin   string
	value **any // see hideValue
}

// OperationKind says what an [Operation] does. Kinds for list, map, bit,
// HyperLogLog and expression operations will be added; a backend answers one
// that it does not know with [CodeUnsupportedFeature].
type OperationKind uint8

// The kinds of operation.
const (
	OperationRead       OperationKind = iota + 1 // one bin
	OperationReadAll                             // all bins
	OperationReadHeader                          // generation and TTL, no bins
	OperationWrite
	OperationAdd
	OperationAppend
	OperationPrepend
	OperationTouch
	OperationDelete
)

var operationNames = [...]string{
	OperationRead: "read", OperationReadAll: "read all", OperationReadHeader: "read header",
	OperationWrite: "write", OperationAdd: "add", OperationAppend: "append", OperationPrepend: "prepend",
	OperationTouch: "touch", OperationDelete: "delete",
}

// String returns the kind in words.
func (k OperationKind) String() string {
	if k == 0 || int(k) >= len(operationNames) {
		return "unknown"
	}
	return operationNames[k]
}

// ReadBin reads a bin as it is at this step. A bin that the record does not
// have is absent from the result.
func ReadBin(bin string) Operation { return Operation{kind: OperationRead, bin: bin} }

// ReadAll reads all bins as they are at this step.
func ReadAll() Operation { return Operation{kind: OperationReadAll} }

// ReadHeader reads generation and TTL only.
func ReadHeader() Operation { return Operation{kind: OperationReadHeader} }

// WriteBin sets a bin; nil deletes it.
func WriteBin(bin string, value any) Operation {
	return Operation{kind: OperationWrite, bin: bin, value: hideValue(value)}
}

// AddBin adds to a number; a missing bin counts as zero. Integers wrap; an
// integer and a float64 do not mix.
func AddBin(bin string, delta any) Operation {
	return Operation{kind: OperationAdd, bin: bin, value: hideValue(delta)}
}

// AppendBin appends to a string or []byte; a missing bin counts as empty.
func AppendBin(bin string, value any) Operation {
	return Operation{kind: OperationAppend, bin: bin, value: hideValue(value)}
}

// PrependBin puts a string or []byte before the bin's own; a missing bin
// counts as empty.
func PrependBin(bin string, value any) Operation {
	return Operation{kind: OperationPrepend, bin: bin, value: hideValue(value)}
}

// TouchRecord counts the generation up and sets the TTL anew.
func TouchRecord() Operation { return Operation{kind: OperationTouch} }

// DeleteRecord removes the record.
func DeleteRecord() Operation { return Operation{kind: OperationDelete} }

// Kind returns what the operation does, zero for the zero Operation.
func (o Operation) Kind() OperationKind { return o.kind }

// Bin returns the bin's name, "" for an operation on the whole record.
func (o Operation) Bin() string { return o.bin }

// Value returns what is written, added, appended or prepended.
func (o Operation) Value() any { return revealValue(o.value) }

// Writes reports whether the operation may change the record.
func (o Operation) Writes() bool {
	switch o.kind {
	case OperationRead, OperationReadAll, OperationReadHeader:
		return false
	default:
		return true
	}
}

// String returns the kind and the bin, never the value.
func (o Operation) String() string {
	if o.bin == "" {
		return o.kind.String()
	}
	return o.kind.String() + " " + o.bin
}

// GoString is String: %#v holds no value either.
func (o Operation) GoString() string { return o.String() }

func anyWrites(ops []Operation) bool {
	for _, o := range ops {
		if o.Writes() {
			return true
		}
	}
	return false
}

// check says why the operation could not be carried out.
func (o Operation) check() *invalidError {
	switch o.kind {
	case 0:
		return invalidf("an operation is empty: make it with ReadBin, WriteBin, …")
	case OperationWrite, OperationAdd, OperationAppend, OperationPrepend:
		return checkBin(o.bin, o.Value())
	default:
		return checkBinName(o.bin)
	}
}
