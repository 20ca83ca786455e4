// Package expr has expressions as data. Package exp builds them, and package eval
// evaluates them.
//
// The numbers of operations and types are those of the wire.
package expr

import (
	"bytes"
	"sync/atomic"

	"github.com/aerostore/aerostore/cdt"
)

// An Op is what a node does.
type Op uint8

// The operations.
const (
	Unknown Op = 0

	Equal    Op = 1
	NotEqual Op = 2
	Greater  Op = 3
	AtLeast  Op = 4
	Less     Op = 5
	AtMost   Op = 6
	Regex    Op = 7
	Geo      Op = 8

	And       Op = 16
	Or        Op = 17
	Not       Op = 18
	Exclusive Op = 19

	Add      Op = 20
	Subtract Op = 21
	Multiply Op = 22
	Divide   Op = 23
	Pow      Op = 24
	Log      Op = 25
	Mod      Op = 26
	Abs      Op = 27
	Floor    Op = 28
	Ceil     Op = 29
	ToInt    Op = 30
	ToFloat  Op = 31

	IntAnd     Op = 32
	IntOr      Op = 33
	IntXor     Op = 34
	IntNot     Op = 35
	ShiftLeft  Op = 36
	ShiftRight Op = 37
	ShiftArith Op = 38
	BitCount   Op = 39
	ScanLeft   Op = 40
	ScanRight  Op = 41

	Min Op = 50
	Max Op = 51

	DigestModulo Op = 64
	DeviceSize   Op = 65
	LastUpdate   Op = 66
	SinceUpdate  Op = 67
	VoidTime     Op = 68
	TTL          Op = 69
	SetName      Op = 70
	KeyExists    Op = 71
	IsTombstone  Op = 72
	MemorySize   Op = 73
	RecordSize   Op = 74

	Key     Op = 80
	Bin     Op = 81
	BinType Op = 82

	Cond   Op = 123
	Var    Op = 124
	Let    Op = 125
	Quoted Op = 126
	Call   Op = 127

	// Const is a constant. It is not on the wire.
	Const Op = 128
	// Invalid stands for a part that cannot be. Its name says why.
	Invalid Op = 129
)

// A Type is the type of a value. The numbers are those of the wire.
type Type uint8

// The types.
const (
	NilType    Type = 0
	BoolType   Type = 1
	IntType    Type = 2
	StringType Type = 3
	ListType   Type = 4
	MapType    Type = 5
	BytesType  Type = 6
	FloatType  Type = 7
	GeoType    Type = 8
	HLLType    Type = 9
)

// String returns a text such as "an integer".
func (t Type) String() string {
	names := [...]string{"nil", "a boolean", "an integer", "a string", "a list", "a map", "bytes", "a float", "GeoJSON", "a HyperLogLog"}
	if int(t) >= len(names) {
		return "of no known type"
	}
	return names[t]
}

// The modules of calls. Those that modify have Modify added.
const (
	CDTModule uint8 = 0
	BitModule uint8 = 1
	HLLModule uint8 = 2
	Modify    uint8 = 0x40
)

// A Node is an expression. It must not be modified after it was made. It is safe for
// concurrent use.
type Node struct {
	Op     Op
	Type   Type  // of a bin, a key, or what a call gives
	Module uint8 // of a call
	Code   uint8 // of a call: its operation in the module

	ready atomic.Bool // see Ready

	Flags int    // of a regular expression, or the modulo of a digest
	Name  string // of a bin or variable, or a regular expression
	Value any    // of a constant, as package value keeps it; or Names or Path

	// Args are the arguments. Those of a let are the values of its variables and
	// the expression that uses them. The last of a call is what it works on.
	Args []*Node

	packed atomic.Pointer[[]byte]
	memo   atomic.Pointer[any]
}

// Names are the names of the variables of a let.
type Names []string

// A Path leads to the list or map that a call works on.
type Path []cdt.Step

// Names returns the names of the variables of a let.
func (n *Node) Names() Names {
	names, _ := n.Value.(Names)
	return names
}

// Path returns the path of a call.
func (n *Node) Path() Path {
	path, _ := n.Value.(Path)
	return path
}

// Error returns a node that stands for a part that cannot be.
func Error(reason string) *Node { return &Node{Op: Invalid, Name: reason} }

// Same reports whether two expressions are the same. Both may be nil. One that cannot be
// packed is the same only as itself.
func Same(a, b *Node) bool {
	if a == b || a == nil || b == nil {
		return a == b
	}
	x, err := a.Pack()
	if err != nil {
		return false
	}
	y, err := b.Pack()
	return err == nil && bytes.Equal(x, y)
}

// Memo returns what Memoize kept, nil if nothing.
func (n *Node) Memo() any {
	if v := n.memo.Load(); v != nil {
		return *v
	}
	return nil
}

// Memoize keeps what was derived from the node.
func (n *Node) Memoize(v any) { n.memo.Store(&v) }
