package aerostore

import (
	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// A HLLOps makes operations on a HyperLogLog, which estimates how many distinct values
// were added to it. It is immutable, and safe for concurrent use.
//
//	visitors := aerostore.HLLBin("visitors")
//	record, err := store.Operate(ctx, key, []aerostore.Operation{
//		visitors.Create(14, 0).Add("ada"), // 14 index bits: 12 KiB, and a standard error of 0.8 %
//		visitors.Count(),
//	})
//
// The index bits are from 4 to 16; each more halves the variance of the count. The
// minhash bits are from 4 to 51, or 0 for none, and make intersections and similarities
// more exact. Together they are 64 at most. -1 means the number that the bin has.
//
// Add needs at least one value. SetUnion, Union, UnionCount, IntersectCount and Similarity
// need at least one other HyperLogLog. Without them they fail with [ErrParameter].
//
// An operation on a bin that is no HyperLogLog fails with [ErrBinType]. On a missing bin a
// read returns nothing. RefreshCount and Fold fail with [CodeBinNotFound], and Init and Add
// without [HLLOps.Create] with [CodeOpNotApplicable].
type HLLOps struct {
	bin     string
	index   int
	minhash int
	flags   uint8
}

// HLLBin returns a HLLOps for the HyperLogLog in a bin.
func HLLBin(bin string) HLLOps { return HLLOps{bin: bin, index: -1, minhash: -1} }

// Create returns a HLLOps whose Init and Add create a HyperLogLog with those numbers of
// bits. Without Create, they use the numbers that the bin has. Create itself does nothing.
func (h HLLOps) Create(indexBits, minhashBits int) HLLOps {
	h.index, h.minhash = indexBits, minhashBits
	return h
}

// With returns a HLLOps whose Init, Add and SetUnion have the flags.
func (h HLLOps) With(flags ...cdt.HLLFlag) HLLOps {
	h.flags = value.FlagBits(flags)
	return h
}

func (h *HLLOps) op(op cdt.Op) Operation { return OperationOf(h.bin, op) }

// Init returns an operation that creates an empty HyperLogLog, or empties the one in the
// bin.
func (h HLLOps) Init() Operation {
	return h.op(cdt.Op{Kind: cdt.HLLInit, Index: h.index, Shift: h.minhash, Flags: h.flags})
}

// Add returns an operation that adds values, to a new HyperLogLog if the bin is missing.
// It returns the number of values that changed an entry of it.
func (h HLLOps) Add(values ...any) Operation {
	return h.op(cdt.Op{Kind: cdt.HLLAdd, Index: h.index, Shift: h.minhash, Values: listOf(values), Flags: h.flags})
}

// SetUnion returns an operation that sets the bin to the union of it and the others.
func (h HLLOps) SetUnion(others ...HLL) Operation {
	return h.op(cdt.Op{Kind: cdt.HLLSetUnion, Values: hllsOf(others), Flags: h.flags})
}

// RefreshCount returns an operation that updates the count that the bin keeps, and
// returns it.
func (h HLLOps) RefreshCount() Operation { return h.op(cdt.Op{Kind: cdt.HLLRefreshCount}) }

// Fold returns an operation that reduces the index bits. The HyperLogLog must have no
// minhash bits.
func (h HLLOps) Fold(indexBits int) Operation {
	return h.op(cdt.Op{Kind: cdt.HLLFold, Index: indexBits})
}

// Count returns an operation that estimates the number of distinct values.
func (h HLLOps) Count() Operation { return h.op(cdt.Op{Kind: cdt.HLLGetCount}) }

// Union returns an operation that returns the union of the bin and the others as an
// [HLL].
func (h HLLOps) Union(others ...HLL) Operation {
	return h.op(cdt.Op{Kind: cdt.HLLGetUnion, Values: hllsOf(others)})
}

// UnionCount returns an operation that estimates the number of distinct values in the
// bin and the others together.
func (h HLLOps) UnionCount(others ...HLL) Operation {
	return h.op(cdt.Op{Kind: cdt.HLLGetUnionCount, Values: hllsOf(others)})
}

// IntersectCount returns an operation that estimates the number of values that are in
// the bin and in each of the others. With minhash bits it may be 0 for a HyperLogLog of
// few values, some dozens at most, which a server may take for an empty one.
func (h HLLOps) IntersectCount(others ...HLL) Operation {
	return h.op(cdt.Op{Kind: cdt.HLLGetIntersectCount, Values: hllsOf(others)})
}

// Similarity returns an operation that estimates the size of the intersection divided by
// that of the union, as a float64. It is NaN if all are empty. With minhash bits, a server
// may take a HyperLogLog of few values for an empty one, as in IntersectCount.
func (h HLLOps) Similarity(others ...HLL) Operation {
	return h.op(cdt.Op{Kind: cdt.HLLGetSimilarity, Values: hllsOf(others)})
}

// Describe returns an operation that returns the index bits and the minhash bits, as a
// list of two integers.
func (h HLLOps) Describe() Operation { return h.op(cdt.Op{Kind: cdt.HLLDescribe}) }

func listOf(values []any) []any {
	if values == nil {
		return []any{}
	}
	return values
}

func hllsOf(others []HLL) []any {
	values := make([]any, len(others))
	for i, h := range others {
		values[i] = h
	}
	return values
}
