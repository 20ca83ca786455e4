package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
)

func (t *translator) hll() *as.Operation {
	bin := t.bin
	policy := as.NewHLLPolicy(int(t.Flags))
	var values []as.Value
	var hlls []as.HLLValue
	if t.Values != nil {
		for _, v := range t.several(t.Values) {
			values = append(values, as.NewValue(v))
			if h, ok := v.(as.HLLValue); ok {
				hlls = append(hlls, h)
			}
		}
	}
	switch t.Kind {
	case cdt.HLLInit:
		return as.HLLInitOp(policy, bin, t.Index, t.Shift)
	case cdt.HLLAdd:
		return as.HLLAddOp(policy, bin, values, t.Index, t.Shift)
	case cdt.HLLSetUnion:
		return as.HLLSetUnionOp(policy, bin, hlls)
	case cdt.HLLRefreshCount:
		return as.HLLRefreshCountOp(bin)
	case cdt.HLLFold:
		return as.HLLFoldOp(bin, t.Index)
	case cdt.HLLGetCount:
		return as.HLLGetCountOp(bin)
	case cdt.HLLGetUnion:
		return as.HLLGetUnionOp(bin, hlls)
	case cdt.HLLGetUnionCount:
		return as.HLLGetUnionCountOp(bin, hlls)
	case cdt.HLLGetIntersectCount:
		return as.HLLGetIntersectCountOp(bin, hlls)
	case cdt.HLLGetSimilarity:
		return as.HLLGetSimilarityOp(bin, hlls)
	case cdt.HLLDescribe:
		return as.HLLDescribeOp(bin)
	}
	return nil
}
