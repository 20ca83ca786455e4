package aerostore

import "iter"

// An Op is an operation of [Store], or OpCustom for a function that [Do] runs.
// The zero Op is none of them.
type Op uint8

// The operations.
const (
	OpPut Op = iota + 1
	OpGet
	OpSelect
	OpExists
	OpRemove
	OpTouch
	OpAppend
	OpPrepend
	OpIncrement
	OpOperate
	OpBatchRead
	OpBatchWrite
	OpBatchOperate
	OpBatchRemove
	OpQuery
	OpCustom
)

// opTable describes the operations. docs/decisions/0023-tables.md says what reads it.
var opTable = [...]opInfo{
	0:              {name: "UNKNOWN", mayWrite: true},
	OpPut:          {name: "PUT", kind: kindSingle, mayWrite: true, args: argBins},
	OpGet:          {name: "GET", kind: kindSingle},
	OpSelect:       {name: "SELECT", kind: kindSingle, args: argBinNames},
	OpExists:       {name: "EXISTS", kind: kindSingle},
	OpRemove:       {name: "REMOVE", kind: kindSingle, mayWrite: true},
	OpTouch:        {name: "TOUCH", kind: kindSingle, mayWrite: true},
	OpAppend:       {name: "APPEND", kind: kindSingle, mayWrite: true, args: argBins},
	OpPrepend:      {name: "PREPEND", kind: kindSingle, mayWrite: true, args: argBins},
	OpIncrement:    {name: "INCREMENT", kind: kindSingle, mayWrite: true, args: argBins},
	OpOperate:      {name: "OPERATE", kind: kindSingle, mayWrite: true, args: argOperations},
	OpBatchRead:    {name: "BATCH READ", kind: kindBatch, args: argKeys | argBinNames},
	OpBatchWrite:   {name: "BATCH WRITE", kind: kindBatch, mayWrite: true, args: argItems},
	OpBatchOperate: {name: "BATCH OPERATE", kind: kindBatch, mayWrite: true, args: argKeys | argOperations},
	OpBatchRemove:  {name: "BATCH REMOVE", kind: kindBatch, mayWrite: true, args: argKeys},
	OpQuery:        {name: "QUERY", kind: kindQuery},
	OpCustom:       {name: "CUSTOM", kind: kindCustom, mayWrite: true},
}

type opInfo struct {
	name     string
	kind     opKind
	mayWrite bool // for some arguments at least
	args     opArgs
}

// An opKind is what an operation works on.
type opKind uint8

const (
	kindSingle opKind = iota + 1 // the record of Call.Key
	kindBatch
	kindQuery
	kindCustom
)

// opArgs are the arguments that an operation has in addition to those of its kind.
type opArgs uint8

const (
	argBins opArgs = 1 << iota
	argBinNames
	argOperations
	argKeys
	argItems
)

func (a opArgs) has(arg opArgs) bool { return a&arg != 0 }

func (op Op) info() *opInfo {
	if !op.IsValid() {
		op = 0
	}
	return &opTable[op]
}

// Ops returns an iterator over all operations.
func Ops() iter.Seq[Op] {
	return func(yield func(Op) bool) {
		for op := Op(1); op.IsValid() && yield(op); op++ {
		}
	}
}

// IsValid reports whether op is one of the operations of this package.
func (op Op) IsValid() bool { return op != 0 && int(op) < len(opTable) }

// IsSingle reports whether op is an operation on a single record.
func (op Op) IsSingle() bool { return op.info().kind == kindSingle }

// IsBatch reports whether op is one of the batch operations.
func (op Op) IsBatch() bool { return op.info().kind == kindBatch }

// String returns the name in capitals, such as "PUT" and "BATCH READ". It is
// the name that errors and telemetry show.
func (op Op) String() string { return op.info().name }
