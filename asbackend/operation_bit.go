package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
)

func (t *translator) bits() *as.Operation {
	bin, ctx, at, n := t.bin, t.ctx, t.Index, t.Count
	policy := as.NewBitPolicy(int(t.Flags))
	blob, isBlob := t.Value.([]byte)
	number, isNumber := t.Value.(int)
	truth, isTruth := t.Value.(bool)
	action := as.BitOverflowAction(t.Action)
	switch t.Kind {
	case cdt.BitInsert, cdt.BitSet, cdt.BitOr, cdt.BitXor, cdt.BitAnd:
		if !isBlob {
			return nil
		}
	case cdt.BitAdd, cdt.BitSubtract, cdt.BitSetInt:
		if !isNumber {
			return nil
		}
	case cdt.BitLScan, cdt.BitRScan:
		if !isTruth {
			return nil
		}
	}
	switch t.Kind {
	case cdt.BitResize:
		return as.BitResizeOp(policy, bin, n, as.BitResizeFlags(t.Action), ctx...)
	case cdt.BitInsert:
		return as.BitInsertOp(policy, bin, at, blob, ctx...)
	case cdt.BitRemove:
		return as.BitRemoveOp(policy, bin, at, n, ctx...)
	case cdt.BitSet:
		return as.BitSetOp(policy, bin, at, n, blob, ctx...)
	case cdt.BitOr:
		return as.BitOrOp(policy, bin, at, n, blob, ctx...)
	case cdt.BitXor:
		return as.BitXorOp(policy, bin, at, n, blob, ctx...)
	case cdt.BitAnd:
		return as.BitAndOp(policy, bin, at, n, blob, ctx...)
	case cdt.BitNot:
		return as.BitNotOp(policy, bin, at, n, ctx...)
	case cdt.BitLShift:
		return as.BitLShiftOp(policy, bin, at, n, t.Shift, ctx...)
	case cdt.BitRShift:
		return as.BitRShiftOp(policy, bin, at, n, t.Shift, ctx...)
	case cdt.BitAdd:
		return as.BitAddOp(policy, bin, at, n, int64(number), t.Signed, action, ctx...)
	case cdt.BitSubtract:
		return as.BitSubtractOp(policy, bin, at, n, int64(number), t.Signed, action, ctx...)
	case cdt.BitSetInt:
		return as.BitSetIntOp(policy, bin, at, n, int64(number), ctx...)
	case cdt.BitGet:
		return as.BitGetOp(bin, at, n, ctx...)
	case cdt.BitCount:
		return as.BitCountOp(bin, at, n, ctx...)
	case cdt.BitLScan:
		return as.BitLScanOp(bin, at, n, truth, ctx...)
	case cdt.BitRScan:
		return as.BitRScanOp(bin, at, n, truth, ctx...)
	}
	return as.BitGetIntOp(bin, at, n, t.Signed, ctx...)
}
