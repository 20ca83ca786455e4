package aerostore

import (
	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// A BitOps makes operations on the bits of a []byte bin. It is immutable, and safe for
// concurrent use.
//
//	flags := aerostore.BitBin("flags")
//	record, err := store.Operate(ctx, key, []aerostore.Operation{
//		flags.Resize(8, cdt.GrowOnly), // creates the bin
//		flags.SetInt(17, 1, 1),        // one bit, number 17
//		flags.Count(0, 64),
//	})
//
// Offsets and sizes count bits from the highest bit of the first byte. A negative offset
// counts from the end. Resize, Insert and Remove count bytes. Sizes of integers are from
// 1 to 64 bits.
//
// An operation on a bin that is no []byte fails with [ErrBinType]. A read of a missing
// bin returns nothing. A write to a missing bin fails with [CodeBinNotFound], except
// Resize and Insert, which create it. A range that reaches beyond the end fails with
// [CodeOpNotApplicable], unless [cdt.Partial] cuts it.
//
// Do not cut an Or, Xor or And from the second byte on where the blobs that a call writes
// may have more than half a mebibyte together: a server up to 8.1.0.3 may end.
type BitOps struct {
	bin   string
	flags uint8
}

// BitBin returns a BitOps for the bits of a bin.
func BitBin(bin string) BitOps { return BitOps{bin: bin} }

// With returns a BitOps whose writes have the flags.
func (b BitOps) With(flags ...cdt.BitFlag) BitOps {
	b.flags = value.FlagBits(flags)
	return b
}

func (b *BitOps) write(op cdt.Op) Operation {
	op.Flags = b.flags
	return OperationOf(b.bin, op)
}

// Resize returns an operation that resizes the bin to a number of bytes. New bytes are
// zero.
func (b BitOps) Resize(bytes int, flags ...cdt.ResizeFlag) Operation {
	return b.write(cdt.Op{Kind: cdt.BitResize, Count: bytes, Action: value.FlagBits(flags)})
}

// Insert returns an operation that inserts bytes at an offset in bytes.
func (b BitOps) Insert(byteOffset int, bytes []byte) Operation {
	return b.write(cdt.Op{Kind: cdt.BitInsert, Index: byteOffset, Value: bytes})
}

// Remove returns an operation that removes count bytes at an offset in bytes.
func (b BitOps) Remove(byteOffset, count int) Operation {
	return b.write(cdt.Op{Kind: cdt.BitRemove, Index: byteOffset, Count: count})
}

// Set returns an operation that sets size bits to those of value, from its first bit on.
func (b BitOps) Set(offset, size int, value []byte) Operation {
	return b.write(cdt.Op{Kind: cdt.BitSet, Index: offset, Count: size, Value: value})
}

// Or returns an operation that combines size bits with those of value by OR.
func (b BitOps) Or(offset, size int, value []byte) Operation {
	return b.write(cdt.Op{Kind: cdt.BitOr, Index: offset, Count: size, Value: value})
}

// Xor returns an operation that combines size bits with those of value by XOR.
func (b BitOps) Xor(offset, size int, value []byte) Operation {
	return b.write(cdt.Op{Kind: cdt.BitXor, Index: offset, Count: size, Value: value})
}

// And returns an operation that combines size bits with those of value by AND.
func (b BitOps) And(offset, size int, value []byte) Operation {
	return b.write(cdt.Op{Kind: cdt.BitAnd, Index: offset, Count: size, Value: value})
}

// Not returns an operation that inverts size bits.
func (b BitOps) Not(offset, size int) Operation {
	return b.write(cdt.Op{Kind: cdt.BitNot, Index: offset, Count: size})
}

// ShiftLeft returns an operation that shifts size bits to the left by shift. With
// [cdt.Partial] shift is less than 8, or offset from 0 to 7.
func (b BitOps) ShiftLeft(offset, size, shift int) Operation {
	return b.write(cdt.Op{Kind: cdt.BitLShift, Index: offset, Count: size, Shift: shift})
}

// ShiftRight returns an operation that shifts size bits to the right by shift. With
// [cdt.Partial] shift is less than 8, or offset from 0 to 7.
func (b BitOps) ShiftRight(offset, size, shift int) Operation {
	return b.write(cdt.Op{Kind: cdt.BitRShift, Index: offset, Count: size, Shift: shift})
}

// Add returns an operation that adds delta to the unsigned integer of size bits. If the
// sum does not fit, overflow decides; with [cdt.OverflowFails] the operation fails with
// [CodeOpNotApplicable].
func (b BitOps) Add(offset, size int, delta int, overflow cdt.Overflow) Operation {
	return b.write(cdt.Op{Kind: cdt.BitAdd, Index: offset, Count: size, Value: delta, Action: uint8(overflow)})
}

// AddSigned is Add for a signed integer.
func (b BitOps) AddSigned(offset, size int, delta int, overflow cdt.Overflow) Operation {
	return b.write(cdt.Op{Kind: cdt.BitAdd, Index: offset, Count: size, Value: delta, Action: uint8(overflow), Signed: true})
}

// Subtract returns an operation that subtracts delta from the unsigned integer of size
// bits. A result below zero is treated as Add treats a sum that does not fit.
func (b BitOps) Subtract(offset, size int, delta int, overflow cdt.Overflow) Operation {
	return b.write(cdt.Op{Kind: cdt.BitSubtract, Index: offset, Count: size, Value: delta, Action: uint8(overflow)})
}

// SubtractSigned is Subtract for a signed integer.
func (b BitOps) SubtractSigned(offset, size int, delta int, overflow cdt.Overflow) Operation {
	return b.write(cdt.Op{
		Kind: cdt.BitSubtract, Index: offset, Count: size, Value: delta, Action: uint8(overflow), Signed: true,
	})
}

// SetInt returns an operation that sets size bits to the lowest bits of value.
func (b BitOps) SetInt(offset, size int, value int) Operation {
	return b.write(cdt.Op{Kind: cdt.BitSetInt, Index: offset, Count: size, Value: value})
}

// Get returns an operation that reads size bits as a []byte. The first bit is the
// highest of the first byte.
func (b BitOps) Get(offset, size int) Operation {
	return OperationOf(b.bin, cdt.Op{Kind: cdt.BitGet, Index: offset, Count: size})
}

// Count returns an operation that counts the set bits among size bits.
func (b BitOps) Count(offset, size int) Operation {
	return OperationOf(b.bin, cdt.Op{Kind: cdt.BitCount, Index: offset, Count: size})
}

// ScanLeft returns an operation that finds the first bit with the value among size bits.
// It returns the place of the bit in the range, -1 if there is none.
func (b BitOps) ScanLeft(offset, size int, value bool) Operation {
	return OperationOf(b.bin, cdt.Op{Kind: cdt.BitLScan, Index: offset, Count: size, Value: value})
}

// ScanRight returns an operation that finds the last bit with the value among size bits.
// It returns the place of the bit in the range, -1 if there is none.
func (b BitOps) ScanRight(offset, size int, value bool) Operation {
	return OperationOf(b.bin, cdt.Op{Kind: cdt.BitRScan, Index: offset, Count: size, Value: value})
}

// GetInt returns an operation that reads the unsigned integer of size bits.
func (b BitOps) GetInt(offset, size int) Operation {
	return OperationOf(b.bin, cdt.Op{Kind: cdt.BitGetInt, Index: offset, Count: size})
}

// GetSigned returns an operation that reads the signed integer of size bits.
func (b BitOps) GetSigned(offset, size int) Operation {
	return OperationOf(b.bin, cdt.Op{Kind: cdt.BitGetInt, Index: offset, Count: size, Signed: true})
}
