package exp

import (
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// HLLs is an [HLL], or a [List] of the bytes of HyperLogLogs.
type HLLs interface {
	Any
	hlls()
}

func (HLL) hlls()  {}
func (List) hlls() {}

// With returns an HLL whose Init and Add have the flags.
func (e HLL) With(flags ...cdt.HLLFlag) HLL {
	e.flags = value.FlagBits(flags)
	return e
}

func (e HLL) read(t expr.Type, code uint8, args ...*expr.Node) *expr.Node {
	return operation(t, expr.HLLModule, code, e.node, args)
}

// Init returns an empty HyperLogLog with so many index bits and, if given, minhash bits.
// -1 means those that e has.
func (e HLL) Init(indexBits Int, minhashBits ...Int) HLL {
	n := e.read(expr.HLLType, 0, indexBits.node, theLast(minhashBits), literalInt(int(e.flags)))
	n.Module |= expr.Modify
	return of[HLL](n)
}

// theLast returns the node of an optional number of bits.
func theLast(bits []Int) *expr.Node {
	if len(bits) == 0 {
		return literalInt(-1)
	}
	return bits[len(bits)-1].node
}

// Add returns e with values added. The number of index bits, and of minhash bits after
// it, only matter for an HyperLogLog that is created, and none is.
func (e HLL) Add(values List, bits ...Int) HLL {
	index, minhash := literalInt(-1), literalInt(-1)
	if len(bits) > 0 {
		index = bits[0].node
	}
	if len(bits) > 1 {
		minhash = bits[1].node
	}
	n := e.read(expr.HLLType, 1, values.Node(), index, minhash, literalInt(int(e.flags)))
	n.Module |= expr.Modify
	return of[HLL](n)
}

// Count estimates the number of distinct values.
func (e HLL) Count() Int { return of[Int](e.read(expr.IntType, 50)) }

// Union returns the union of e and the others.
func (e HLL) Union(others HLLs) HLL { return of[HLL](e.with(expr.HLLType, 51, others)) }

// UnionCount estimates the number of distinct values in e and the others together.
func (e HLL) UnionCount(others HLLs) Int { return of[Int](e.with(expr.IntType, 52, others)) }

// IntersectCount estimates the number of values that are in e and in each of the others.
func (e HLL) IntersectCount(others HLLs) Int { return of[Int](e.with(expr.IntType, 53, others)) }

// Similarity estimates the size of the intersection divided by that of the union.
func (e HLL) Similarity(others HLLs) Float { return of[Float](e.with(expr.FloatType, 54, others)) }

func (e HLL) with(t expr.Type, code uint8, others HLLs) *expr.Node {
	if others == nil {
		return expr.Error("there are no other HyperLogLogs")
	}
	return e.read(t, code, others.Node())
}

// Describe returns the numbers of index bits and of minhash bits.
func (e HLL) Describe() List { return of[List](e.read(expr.ListType, 55)) }

// MayContain returns 1 if e may contain all of the values, else 0.
func (e HLL) MayContain(values List) Int { return of[Int](e.read(expr.IntType, 56, values.Node())) }
