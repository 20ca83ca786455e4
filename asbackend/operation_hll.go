package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
)

func (t *translator) hll() *as.Operation {
	bin := t.bin
	policy := as.NewHLLPolicy(int(t.Flags))
	switch t.Kind {
	case cdt.HLLInit:
		return as.HLLInitOp(policy, bin, t.Index, t.Shift)
	case cdt.HLLAdd:
		return as.HLLAddOp(policy, bin, t.elements(), t.Index, t.Shift)
	case cdt.HLLSetUnion:
		return as.HLLSetUnionOp(policy, bin, t.sketches())
	case cdt.HLLRefreshCount:
		return as.HLLRefreshCountOp(bin)
	case cdt.HLLFold:
		return as.HLLFoldOp(bin, t.Index)
	case cdt.HLLGetCount:
		return as.HLLGetCountOp(bin)
	case cdt.HLLGetUnion:
		return as.HLLGetUnionOp(bin, t.sketches())
	case cdt.HLLGetUnionCount:
		return as.HLLGetUnionCountOp(bin, t.sketches())
	case cdt.HLLGetIntersectCount:
		return as.HLLGetIntersectCountOp(bin, t.sketches())
	case cdt.HLLGetSimilarity:
		return as.HLLGetSimilarityOp(bin, t.sketches())
	case cdt.HLLDescribe:
		return as.HLLDescribeOp(bin)
	}
	return nil
}

// elements returns the values to add.
func (t *translator) elements() []as.Value {
	if t.Values == nil {
		return nil
	}
	list := t.several(t.Values)
	elements := make([]as.Value, len(list))
	for i, v := range list {
		elements[i] = as.NewValue(v)
	}
	return elements
}

// sketches returns the other HyperLogLogs.
func (t *translator) sketches() (sketches []as.HLLValue) {
	for _, v := range t.elements() {
		switch h := v.(type) {
		case as.HLLValue:
			sketches = append(sketches, h)
		case as.BytesValue: // of a HyperLogLog as an element
			sketches = append(sketches, as.HLLValue(h))
		}
	}
	return sketches
}
