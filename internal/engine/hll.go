//nolint:gosec // G115: numbers are cut to the bits that they are stored in.
package engine

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

const (
	hllHeader     = 11 // flags, index bits, minhash bits, and eight of the cached count
	hllCount      = 3  // where the cached count is
	hllRankBits   = 6
	minIndexBits  = 4
	maxIndexBits  = 16
	minHashBits   = 4
	maxHashBits   = 51
	maxSketchBits = 64 // of index and minhash together
)

// A sketch is a HyperLogLog: bytes as the server stores them.
type sketch []byte

func newSketch(index, minhash int) sketch {
	s := make(sketch, hllSize(index, minhash))
	s[1], s[2] = byte(index), byte(minhash)
	return s
}

func hllSize(index, minhash int) int {
	return hllHeader + ((hllRankBits+minhash)<<index+7)/8
}

func (s sketch) index() int   { return int(s[1]) }
func (s sketch) minhash() int { return int(s[2]) }
func (s sketch) len() int     { return 1 << s[1] }

// register returns a register: the rank and below it the bits of the minhash.
func (s sketch) register(i int) uint64 {
	width := hllRankBits + s.minhash()
	return getInt(s[hllHeader:], i*width, width)
}

func (s sketch) setRegister(i int, v uint64) {
	width := hllRankBits + s.minhash()
	setInt(s[hllHeader:], i*width, width, v)
}

func (s sketch) cached() uint64     { return binary.LittleEndian.Uint64(s[hllCount:]) }
func (s sketch) setCached(n uint64) { binary.LittleEndian.PutUint64(s[hllCount:], n) }

// validBits reports whether the server allows the bits. Minhash bits of 0 are
// none.
func validBits(index, minhash int) bool {
	return index >= minIndexBits && index <= maxIndexBits && validHash(minhash) && index+minhash <= maxSketchBits
}

func validHash(minhash int) bool {
	return minhash == 0 || minhash >= minHashBits && minhash <= maxHashBits
}

// CheckHLL returns an error if the bytes are no HyperLogLog.
func CheckHLL(h value.HLL) error {
	if _, refused := asSketch(h); refused != nil {
		return refused
	}
	return nil
}

func asSketch(v any) (sketch, *Error) {
	var s sketch
	switch v := v.(type) {
	case value.HLL:
		s = sketch(v)
	case value.NestedHLL:
		s = sketch(v)
	case []byte:
		s = sketch(v)
	default:
		return nil, fail(Parameter, "the value is no HyperLogLog")
	}
	if len(s) < hllHeader || s[0] != 0 || !validBits(s.index(), s.minhash()) || len(s) != hllSize(s.index(), s.minhash()) {
		return nil, fail(Parameter, "the bytes are no HyperLogLog")
	}
	return s, nil
}

// applyHLL carries out an operation on a HyperLogLog.
func applyHLL(bin any, op *cdt.Op) (after, result any, refused *Error) {
	if len(op.Path) > 0 {
		return bin, nil, fail(Parameter, "operations on HyperLogLogs take no path")
	}
	if bin == nil && !op.Kind.Writes() {
		return bin, nil, nil
	}
	old, isHLL := bin.(value.HLL)
	if bin != nil && !isHLL {
		return bin, nil, fail(BinType, "the bin is no HyperLogLog")
	}
	h := hllOp{Op: op}
	switch op.Kind {
	case cdt.HLLInit, cdt.HLLAdd, cdt.HLLSetUnion:
		h.flags = op.Flags // the others take none
	}
	if refused := h.check(); refused != nil {
		return bin, nil, refused
	}
	if denied, refused := deniedBin(bin, op, h.flags); denied {
		return bin, nil, refused
	}
	s := sketch(old)
	if !op.Kind.Writes() {
		result, refused = h.read(s)
		return bin, result, refused
	}
	s, result, refused = h.modify(s)
	if refused != nil {
		return bin, nil, refused
	}
	return value.HLL(s), result, nil
}

// An hllOp is an operation whose arguments have been read.
type hllOp struct {
	*cdt.Op
	flags  uint8
	others []sketch // of a union or an intersection
	items  []any    // to add
}

// check refuses what is wrong whatever the bin holds.
func (h *hllOp) check() *Error {
	switch h.Kind {
	case cdt.HLLInit, cdt.HLLAdd:
		index, minhash := h.Index, h.Shift
		if index != -1 && (index < minIndexBits || index > maxIndexBits) ||
			minhash != -1 && !validHash(minhash) ||
			index != -1 && minhash != -1 && !validBits(index, minhash) {
			return fail(Parameter, "the numbers of bits are out of range")
		}
	case cdt.HLLFold:
		if h.Index != -1 && (h.Index < minIndexBits || h.Index > maxIndexBits) {
			return fail(Parameter, "the number of index bits is out of range")
		}
	}
	allowed := uint8(0)
	switch h.Kind {
	case cdt.HLLInit:
		allowed = createOnly | updateOnly | noFail
	case cdt.HLLAdd:
		allowed = createOnly | noFail
	case cdt.HLLSetUnion:
		allowed = createOnly | updateOnly | noFail | allowFold
	}
	if h.Kind.Writes() && (h.flags&^allowed != 0 || h.flags&(createOnly|updateOnly) == createOnly|updateOnly) {
		return fail(Parameter, "the flags are unknown or contradict each other")
	}
	switch h.Kind {
	case cdt.HLLAdd, cdt.HLLMayContain:
		return h.checkItems()
	case cdt.HLLSetUnion, cdt.HLLGetUnion, cdt.HLLGetUnionCount, cdt.HLLGetIntersectCount, cdt.HLLGetSimilarity:
		return h.checkOthers()
	}
	return nil
}

func (h *hllOp) checkItems() *Error {
	values, _ := valuesOf(h.Op)
	if len(values) == 0 {
		return fail(Parameter, "there are no elements")
	}
	for _, v := range values {
		in, refused := imported(v)
		if refused != nil {
			return refused
		}
		switch in.(type) {
		case *value.List, *value.Map:
			return fail(Parameter, "a list or map cannot be an element")
		}
		h.items = append(h.items, in)
	}
	return nil
}

func (h *hllOp) checkOthers() *Error {
	values, _ := valuesOf(h.Op)
	if len(values) == 0 {
		return fail(Parameter, "there are no HyperLogLogs")
	}
	for _, v := range values {
		s, refused := asSketch(v)
		if refused != nil {
			return refused
		}
		h.others = append(h.others, s)
	}
	if h.Kind == cdt.HLLGetIntersectCount || h.Kind == cdt.HLLGetSimilarity {
		if len(h.others) > 2 {
			first := h.others[0].minhash()
			for _, s := range h.others {
				if s.minhash() == 0 || s.minhash() != first {
					return fail(Parameter, "more than two HyperLogLogs need the same minhash bits")
				}
			}
		}
	}
	return nil
}

func (h *hllOp) modify(s sketch) (sketch, any, *Error) {
	switch h.Kind {
	case cdt.HLLInit:
		index, minhash := h.Index, h.Shift
		if s != nil && index == -1 {
			index = s.index()
		}
		if minhash == -1 {
			minhash = 0
			if s != nil {
				minhash = s.minhash()
			}
		}
		if !validBits(index, minhash) {
			return nil, nil, fail(NotApplicable, "the numbers of bits are out of range")
		}
		return newSketch(index, minhash), nil, nil
	case cdt.HLLAdd:
		if s == nil {
			if h.Index == -1 {
				return nil, nil, fail(NotApplicable, "the number of index bits is missing")
			}
			s = newSketch(h.Index, max(0, h.Shift))
		} else {
			s = slices.Clone(s)
		}
		n := s.add(h.items)
		if n > 0 {
			s.setCached(0)
		}
		return s, n, nil
	case cdt.HLLSetUnion:
		return h.setUnion(s)
	case cdt.HLLRefreshCount:
		s = slices.Clone(s)
		s.setCached(s.count())
		return s, int(s.cached()), nil
	default: // HLLFold
		if h.Index == -1 || h.Index > s.index() || s.minhash() != 0 {
			return nil, nil, fail(NotApplicable, "a HyperLogLog folds to fewer index bits, and without minhash bits")
		}
		if h.Index == s.index() {
			return s, nil, nil
		}
		folded := newSketch(h.Index, 0)
		folded.merge(s)
		return folded, nil, nil
	}
}

// place returns the register of an element and its value there.
func (s sketch) place(v any) (int, uint64) {
	h1, h2 := murmur128(value.AppendPacked(nil, v))
	rank := uint64(bits.TrailingZeros64(h2) + 1)
	minhash := h1 >> s.index() & (1<<s.minhash() - 1)
	return int(h1 & (1<<s.index() - 1)), rank<<s.minhash() | minhash
}

// add returns how many registers changed.
func (s sketch) add(items []any) (n int) {
	for _, v := range items {
		if i, r := s.place(v); s.register(i) < r {
			s.setRegister(i, r)
			n++
		}
	}
	return n
}

// merge takes the greater of each register of t, which has at least as many
// index bits. Minhash bits are kept if both have the same.
func (s sketch) merge(t sketch) {
	same := s.minhash() == t.minhash()
	mask := s.len() - 1
	for i := range t.len() {
		r := t.register(i)
		if !same {
			r = r >> t.minhash() << s.minhash()
		}
		if r > s.register(i&mask) {
			s.setRegister(i&mask, r)
		}
	}
}

// union returns the union of HyperLogLogs in the shape that they share.
func union(all []sketch) sketch {
	index, minhash := all[0].index(), all[0].minhash()
	for _, s := range all[1:] {
		if s.minhash() != minhash {
			minhash = 0
		}
		index = min(index, s.index())
	}
	u := newSketch(index, minhash)
	for _, s := range all {
		u.merge(s)
	}
	return u
}

func (h *hllOp) setUnion(s sketch) (sketch, any, *Error) {
	all := h.others
	if s != nil {
		if h.flags&allowFold == 0 {
			for _, o := range h.others {
				if o.index() < s.index() || s.minhash() != 0 && o.minhash() != s.minhash() {
					return nil, nil, fail(NotApplicable, "the HyperLogLogs have other shapes")
				}
			}
		}
		all = append([]sketch{s}, all...)
	}
	return union(all), nil, nil
}

func (h *hllOp) read(s sketch) (any, *Error) {
	all := append([]sketch{s}, h.others...)
	switch h.Kind {
	case cdt.HLLGetCount:
		return int(s.count()), nil
	case cdt.HLLDescribe:
		return value.NewList(s.index(), s.minhash()), nil
	case cdt.HLLMayContain:
		for _, v := range h.items {
			if i, r := s.place(v); s.register(i) < r {
				return 0, nil
			}
		}
		return 1, nil
	case cdt.HLLGetUnion:
		return value.HLL(union(all)), nil
	case cdt.HLLGetUnionCount:
		return int(union(all).count()), nil
	case cdt.HLLGetIntersectCount:
		n, refused := intersect(all)
		return int(n), refused
	default:
		return similarity(all)
	}
}
