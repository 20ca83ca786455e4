package exp

import (
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// A Bits makes expressions of the bits of a [Bytes]. Offsets and sizes count bits from the
// highest bit of the first byte. A negative offset counts from the end. Resize, Insert and
// Remove count bytes. Sizes of integers are from 1 to 64 bits.
//
// A write changes a copy, and gives it. A range beyond the end makes the expression
// unknown. [cdt.Partial] cuts it for Set, Not and Remove. For Or, Xor and And it does so if
// the offset is a literal from 0 to 7, for shifts also if they are by a literal below 8. Any
// other use is refused before it is sent: servers up to 8.1.0.3 write behind the bytes then,
// and may end.
type Bits struct {
	node  *expr.Node
	flags uint8
}

// Bits returns the bits of e.
func (e Bytes) Bits() Bits { return Bits{node: e.node} }

// With returns Bits whose writes have the flags.
func (b Bits) With(flags ...cdt.BitFlag) Bits {
	b.flags = value.FlagBits(flags)
	return b
}

func (b Bits) read(t expr.Type, code uint8, args ...*expr.Node) *expr.Node {
	return operation(t, expr.BitModule, code, b.node, args)
}

func (b Bits) write(code uint8, args ...*expr.Node) Bytes {
	n := b.read(expr.BytesType, code, append(args, literalInt(int(b.flags)))...)
	n.Module |= expr.Modify
	return of[Bytes](n)
}

// Resize returns the bytes resized to a number. New bytes are zero.
func (b Bits) Resize(bytes Int, flags ...cdt.ResizeFlag) Bytes {
	all := 0
	for _, f := range flags {
		all |= int(f)
	}
	n := b.read(expr.BytesType, 0, bytes.node, literalInt(int(b.flags)), literalInt(all))
	n.Module |= expr.Modify
	return of[Bytes](n)
}

// Insert returns the bytes with others at an offset in bytes.
func (b Bits) Insert(byteOffset Int, bytes Bytes) Bytes {
	return b.write(1, byteOffset.node, bytes.node)
}

// Remove returns the bytes without count of them from an offset in bytes on.
func (b Bits) Remove(byteOffset, count Int) Bytes { return b.write(2, byteOffset.node, count.node) }

// Set returns the bytes with size bits set to those of value, from its first bit on.
func (b Bits) Set(offset, size Int, value Bytes) Bytes {
	return b.write(3, offset.node, size.node, value.node)
}

// Or returns the bytes with size bits combined with those of value by OR.
func (b Bits) Or(offset, size Int, value Bytes) Bytes {
	return b.write(4, offset.node, size.node, value.node)
}

// Xor returns the bytes with size bits combined with those of value by XOR.
func (b Bits) Xor(offset, size Int, value Bytes) Bytes {
	return b.write(5, offset.node, size.node, value.node)
}

// And returns the bytes with size bits combined with those of value by AND.
func (b Bits) And(offset, size Int, value Bytes) Bytes {
	return b.write(6, offset.node, size.node, value.node)
}

// Not returns the bytes with size bits inverted.
func (b Bits) Not(offset, size Int) Bytes { return b.write(7, offset.node, size.node) }

// ShiftLeft returns the bytes with size bits shifted to the left by shift.
func (b Bits) ShiftLeft(offset, size, shift Int) Bytes {
	return b.write(8, offset.node, size.node, shift.node)
}

// ShiftRight returns the bytes with size bits shifted to the right by shift.
func (b Bits) ShiftRight(offset, size, shift Int) Bytes {
	return b.write(9, offset.node, size.node, shift.node)
}

// Add returns the bytes with delta added to the unsigned integer of size bits.
func (b Bits) Add(offset, size, delta Int, overflow cdt.Overflow) Bytes {
	return b.add(10, offset, size, delta, int(overflow))
}

// AddSigned is Add for a signed integer.
func (b Bits) AddSigned(offset, size, delta Int, overflow cdt.Overflow) Bytes {
	return b.add(10, offset, size, delta, int(overflow)|signed)
}

// Subtract returns the bytes with delta subtracted from the unsigned integer of size bits.
func (b Bits) Subtract(offset, size, delta Int, overflow cdt.Overflow) Bytes {
	return b.add(11, offset, size, delta, int(overflow))
}

// SubtractSigned is Subtract for a signed integer.
func (b Bits) SubtractSigned(offset, size, delta Int, overflow cdt.Overflow) Bytes {
	return b.add(11, offset, size, delta, int(overflow)|signed)
}

const signed = 1

func (b Bits) add(code uint8, offset, size, delta Int, action int) Bytes {
	n := b.read(expr.BytesType, code, offset.node, size.node, delta.node, literalInt(int(b.flags)), literalInt(action))
	n.Module |= expr.Modify
	return of[Bytes](n)
}

// SetInt returns the bytes with size bits set to the lowest bits of value.
func (b Bits) SetInt(offset, size, value Int) Bytes {
	return b.write(12, offset.node, size.node, value.node)
}

// Get returns size bits. The first is the highest of the first byte.
func (b Bits) Get(offset, size Int) Bytes {
	return of[Bytes](b.read(expr.BytesType, 50, offset.node, size.node))
}

// Count returns how many of size bits are set.
func (b Bits) Count(offset, size Int) Int {
	return of[Int](b.read(expr.IntType, 51, offset.node, size.node))
}

// ScanLeft returns the place of the first bit with the value among size bits, -1 if there
// is none.
func (b Bits) ScanLeft(offset, size Int, value Bool) Int {
	return of[Int](b.read(expr.IntType, 52, offset.node, size.node, value.node))
}

// ScanRight returns the place of the last bit with the value among size bits, -1 if there
// is none.
func (b Bits) ScanRight(offset, size Int, value Bool) Int {
	return of[Int](b.read(expr.IntType, 53, offset.node, size.node, value.node))
}

// GetInt returns the unsigned integer of size bits.
func (b Bits) GetInt(offset, size Int) Int {
	return of[Int](b.read(expr.IntType, 54, offset.node, size.node))
}

// GetSigned returns the signed integer of size bits.
func (b Bits) GetSigned(offset, size Int) Int {
	return of[Int](b.read(expr.IntType, 54, offset.node, size.node, literalInt(signed)))
}
