//nolint:gosec // G115: numbers are cut to the bits that they are stored in.
package engine

import (
	"math"
	"math/bits"
	"slices"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

const (
	maxBits  = 1 << 30     // of an offset or a size
	maxBytes = maxBits / 8 // of an offset or a size in bytes
	maxInt   = 64          // bits of an integer in a blob
)

// How BitResize resizes.
const (
	resizeFromFront = 1
	growOnly        = 2
	shrinkOnly      = 4
)

// What BitAdd and BitSubtract do at an overflow. On the wire a bit of it says
// that the integers are signed.
const (
	signedAction      = 1
	overflowFails     = 0
	overflowSaturates = 2
	overflowWraps     = 4
)

// applyBits carries out an operation on the bits of a blob.
func applyBits(bin any, op *cdt.Op) (after, result any, refused *Error) {
	writes := op.Kind.Writes()
	if len(op.Path) > 0 {
		// The server knows no paths here, though its clients offer them.
		if bin == nil && !writes {
			return bin, nil, nil
		}
		return bin, nil, fail(Parameter, "operations on bits take no path")
	}
	if bin == nil && !writes {
		return bin, nil, nil
	}
	b := bitOp{Op: op, flags: op.Flags, action: op.Action &^ signedAction, signed: op.Signed}
	if op.Kind == cdt.BitAdd || op.Kind == cdt.BitSubtract {
		b.signed = b.signed || op.Action&signedAction != 0
	}
	if !writes { // reads take no flags
		b.flags = 0
	}
	if refused := b.check(); refused != nil {
		return bin, nil, refused
	}
	if denied, refused := deniedBin(bin, op, b.flags); denied {
		return bin, nil, refused
	}
	blob, isBlob := bin.([]byte)
	if bin != nil && !isBlob {
		return bin, nil, fail(BinType, "the bin is no blob")
	}
	if !writes {
		result, refused = b.read(blob)
		return bin, result, refused
	}
	changed, refused := b.modify(blob)
	switch {
	case refused != nil && b.flags&noFail != 0 && (refused.Code == NotApplicable || b.excused):
		return bin, nil, nil
	case refused != nil:
		return bin, nil, refused
	case bin == nil && len(changed) == 0:
		return bin, nil, nil // an empty blob is not created
	}
	return changed, nil, nil
}

// A bitOp is an operation on bits whose arguments have been read.
type bitOp struct {
	*cdt.Op
	flags   uint8
	action  uint8 // at an overflow
	signed  bool
	offset  int
	value   []byte
	excused bool // noFail excuses the error, though an argument is to blame
}

// check refuses what is wrong whatever the blob holds.
func (b *bitOp) check() *Error {
	inBytes := b.Kind == cdt.BitResize || b.Kind == cdt.BitInsert || b.Kind == cdt.BitRemove
	limit := maxBits
	if inBytes {
		limit = maxBytes
	}
	b.offset = b.Index
	if b.offset == math.MinInt64 {
		b.offset = 0 // the server keeps 32 bits of an offset that it took for small
	}
	if b.offset > limit || b.offset < -limit {
		return fail(Parameter, "the offset is out of range")
	}
	switch b.Kind {
	case cdt.BitInsert:
	case cdt.BitResize:
		if b.Count < 0 || b.Count >= limit {
			return fail(Parameter, "the size is out of range")
		}
	default:
		if b.Count <= 0 || b.Count > limit {
			return fail(Parameter, "the size is out of range")
		}
	}
	if b.Kind.Writes() {
		allowed := updateOnly | noFail
		switch b.Kind {
		case cdt.BitResize, cdt.BitInsert:
			allowed |= createOnly
		case cdt.BitAdd, cdt.BitSubtract, cdt.BitSetInt:
		default:
			allowed |= partial
		}
		if b.flags&^allowed != 0 || b.flags&(createOnly|updateOnly) == createOnly|updateOnly {
			return fail(Parameter, "the flags are unknown or contradict each other")
		}
	}
	return b.checkValue()
}

func (b *bitOp) checkValue() *Error {
	switch b.Kind {
	case cdt.BitResize:
		if b.Action > resizeFromFront|growOnly|shrinkOnly || b.Action&(growOnly|shrinkOnly) == growOnly|shrinkOnly {
			return fail(Parameter, "the flags of the size are unknown or contradict each other")
		}
	case cdt.BitInsert, cdt.BitSet, cdt.BitOr, cdt.BitXor, cdt.BitAnd:
		in, refused := imported(b.Value)
		if refused != nil {
			return refused
		}
		v, ok := in.([]byte)
		if !ok || len(v) == 0 || b.Kind != cdt.BitInsert && len(v)*8 < b.Count {
			return fail(Parameter, "the value is too short, or no blob")
		}
		if b.Kind == cdt.BitInsert && b.offset+len(v) >= maxBytes {
			return fail(Parameter, "the offset is out of range")
		}
		b.value = v
	case cdt.BitLShift, cdt.BitRShift:
		if b.Shift < 0 || b.Shift > maxBits {
			return fail(Parameter, "the shift is out of range")
		}
	case cdt.BitAdd, cdt.BitSubtract, cdt.BitSetInt:
		if _, ok := b.Value.(int); !ok || b.Count > maxInt {
			return fail(Parameter, "the value is no integer, or has more than 64 bits")
		}
		if b.Kind != cdt.BitSetInt && b.action > overflowWraps {
			return fail(Parameter, "the action at an overflow is unknown")
		}
	case cdt.BitGetInt:
		if b.Count > maxInt {
			return fail(Parameter, "an integer has at most 64 bits")
		}
	case cdt.BitLScan, cdt.BitRScan:
		if _, ok := b.Value.(bool); !ok {
			return fail(Parameter, "the value to find is no boolean")
		}
	}
	return nil
}

// bitRange returns where the range begins and how many bits it has.
func (b *bitOp) bitRange(n int) (at, size int, refused *Error) {
	at, size = b.offset, b.Count
	if at < 0 {
		if at += n; at < 0 {
			return 0, 0, fail(Parameter, "the offset is before the start")
		}
	}
	switch {
	case at >= n:
		return 0, 0, fail(NotApplicable, "the offset is beyond the end")
	case at+size > n && b.flags&partial != 0:
		size = n - at
	case at+size > n:
		return 0, 0, fail(NotApplicable, "the range ends beyond the end")
	}
	return at, size, nil
}

func (b *bitOp) read(blob []byte) (any, *Error) {
	at, size, refused := b.bitRange(len(blob) * 8)
	if refused != nil {
		return nil, refused
	}
	switch b.Kind {
	case cdt.BitGet:
		out := make([]byte, (size+7)/8)
		copyBits(out, 0, blob, at, size)
		return out, nil
	case cdt.BitCount:
		n := 0
		for i := range size {
			n += bit(blob, at+i)
		}
		return n, nil
	case cdt.BitGetInt:
		v := getInt(blob, at, size)
		if b.signed && size < 64 && v>>(size-1) == 1 {
			v |= math.MaxUint64 << size
		}
		return int(v), nil
	}
	want := 0
	if b.Value.(bool) {
		want = 1
	}
	if b.Kind == cdt.BitLScan {
		for i := range size {
			if bit(blob, at+i) == want {
				return i, nil
			}
		}
		return -1, nil
	}
	// The server looks at all of the byte in which the range begins, so that it
	// may find a bit before the range.
	for i := at + size - 1; i >= at&^7; i-- {
		if bit(blob, i) == want {
			return i - at, nil
		}
	}
	return -1, nil
}

func bit(b []byte, i int) int { return int(b[i/8]>>(7-i%8)) & 1 }

func setBit(b []byte, i, v int) {
	mask := byte(1) << (7 - i%8)
	if v == 0 {
		b[i/8] &^= mask
	} else {
		b[i/8] |= mask
	}
}

// copyBits copies n bits. The ranges must not overlap in one slice.
func copyBits(to []byte, toAt int, from []byte, fromAt, n int) {
	if toAt%8 == 0 && fromAt%8 == 0 {
		whole := n / 8
		copy(to[toAt/8:][:whole], from[fromAt/8:])
		toAt, fromAt, n = toAt+whole*8, fromAt+whole*8, n%8
	}
	for i := range n {
		setBit(to, toAt+i, bit(from, fromAt+i))
	}
}

// getInt returns the bits as an integer, size of them, at most 64.
func getInt(b []byte, at, size int) (v uint64) {
	for size > 0 {
		skip := at % 8
		n := min(8-skip, size)
		v = v<<n | uint64(b[at/8]<<skip>>(8-n))
		at, size = at+n, size-n
	}
	return v
}

// setInt sets size bits, at most 64, to the lowest of v.
func setInt(b []byte, at, size int, v uint64) {
	for size > 0 {
		skip := at % 8
		n := min(8-skip, size)
		mask := byte(0xff) << (8 - n) >> skip
		b[at/8] = b[at/8]&^mask | byte(v>>(size-n))<<(8-n)>>skip
		at, size = at+n, size-n
	}
}

// modify returns the blob after the operation. It does not change blob.
func (b *bitOp) modify(blob []byte) ([]byte, *Error) {
	switch b.Kind {
	case cdt.BitResize:
		return b.resize(blob)
	case cdt.BitInsert:
		return b.insert(blob)
	case cdt.BitRemove:
		return b.remove(blob)
	}
	at, size, refused := b.bitRange(len(blob) * 8)
	if refused != nil {
		return nil, refused
	}
	out := slices.Clone(blob)
	switch b.Kind {
	case cdt.BitSet:
		copyBits(out, at, b.value, 0, size)
	case cdt.BitOr, cdt.BitXor, cdt.BitAnd:
		for i := range size {
			was, v := bit(out, at+i), bit(b.value, i)
			switch b.Kind {
			case cdt.BitOr:
				v |= was
			case cdt.BitXor:
				v ^= was
			default:
				v &= was
			}
			setBit(out, at+i, v)
		}
	case cdt.BitNot:
		for i := range size {
			setBit(out, at+i, 1-bit(out, at+i))
		}
	case cdt.BitLShift, cdt.BitRShift:
		shift := min(b.Shift, size)
		kept := make([]byte, (size+7)/8) // the range after the shift
		if b.Kind == cdt.BitLShift {
			copyBits(kept, 0, blob, at+shift, size-shift)
		} else {
			copyBits(kept, shift, blob, at, size-shift)
		}
		copyBits(out, at, kept, 0, size)
	case cdt.BitSetInt:
		setInt(out, at, size, uint64(b.Value.(int)))
	default:
		v, refused := b.sum(getInt(blob, at, size), size)
		if refused != nil {
			return nil, refused
		}
		setInt(out, at, size, v)
	}
	return out, nil
}

// sum adds to or subtracts from an integer of so many bits.
func (b *bitOp) sum(v uint64, size int) (uint64, *Error) {
	mask := uint64(math.MaxUint64) >> (64 - size)
	delta := uint64(b.Value.(int)) & mask
	if !b.signed {
		var sum, carry uint64
		limit := mask
		if b.Kind == cdt.BitAdd {
			sum, carry = bits.Add64(v, delta, 0)
		} else {
			sum, carry = bits.Sub64(v, delta, 0)
			limit = 0
		}
		if carry == 0 && sum <= mask {
			return sum, nil
		}
		return b.overflow(sum&mask, limit)
	}
	if b.Kind == cdt.BitSubtract {
		delta = -delta & mask
	}
	sum := (v + delta) & mask
	low := uint64(1) << (size - 1) // the least integer
	negative := func(v uint64) bool { return v&low != 0 }
	// The server looks at the signs alone, after the delta is negated: the
	// least integer minus itself goes unnoticed, and subtracting it from a
	// negative one is held to overflow.
	switch {
	case negative(v) && negative(delta) && sum != 0 && !negative(sum):
		return b.overflow(sum, low)
	case !negative(v) && !negative(delta) && negative(sum):
		return b.overflow(sum, low-1)
	}
	return sum, nil
}

func (b *bitOp) overflow(sum, limit uint64) (uint64, *Error) {
	switch b.action {
	case overflowFails:
		return 0, fail(NotApplicable, "the integer overflows")
	case overflowSaturates:
		return limit, nil
	default:
		return sum, nil
	}
}

func (b *bitOp) resize(blob []byte) ([]byte, *Error) {
	n := b.Count
	b.excused = true
	switch {
	case n < len(blob) && b.Action&growOnly != 0:
		return nil, fail(Parameter, "the blob is larger and must not shrink")
	case n > len(blob) && b.Action&shrinkOnly != 0:
		return nil, fail(Parameter, "the blob is smaller and must not grow")
	}
	if n > value.MaxRecord {
		b.excused = false
		return nil, fail(TooBig, "a blob of so many bytes is too big")
	}
	out := make([]byte, n)
	switch {
	case b.Action&resizeFromFront == 0:
		copy(out, blob)
	case n >= len(blob):
		copy(out[n-len(blob):], blob)
	default:
		copy(out, blob[len(blob)-n:])
	}
	return out, nil
}

func (b *bitOp) insert(blob []byte) ([]byte, *Error) {
	at := b.offset
	if at < 0 {
		if at += len(blob); at < 0 {
			return nil, fail(Parameter, "the offset is before the start")
		}
	}
	if at > value.MaxRecord {
		return nil, fail(TooBig, "a blob of so many bytes is too big")
	}
	if at > len(blob) {
		return slices.Concat(blob, make([]byte, at-len(blob)), b.value), nil
	}
	return slices.Concat(blob[:at], b.value, blob[at:]), nil
}

func (b *bitOp) remove(blob []byte) ([]byte, *Error) {
	at, n := b.offset, b.Count
	if at < 0 {
		if at += len(blob); at < 0 {
			return nil, fail(Parameter, "the offset is before the start")
		}
	}
	b.excused = true
	if at >= len(blob) {
		return nil, fail(Parameter, "the offset is beyond the end")
	}
	if at+n > len(blob) {
		if b.flags&partial == 0 {
			return nil, fail(Parameter, "the range ends beyond the end")
		}
		n = len(blob) - at
	}
	return slices.Concat(blob[:at], blob[at+n:]), nil
}
