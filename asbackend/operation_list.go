package asbackend

import (
	"math"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/safe"
)

func (t *translator) list() *as.Operation {
	bin, ctx, at, n := t.bin, t.ctx, t.Index, t.Count
	order := as.ListOrderType(t.Order)
	policy := as.NewListPolicy(order, int(t.Flags))
	switch t.Kind {
	case cdt.ListSetOrder:
		if t.Stored {
			return as.ListSetOrderWithIndexOp(bin, order, ctx...)
		}
		return as.ListSetOrderOp(bin, order, ctx...)
	case cdt.ListAppend, cdt.ListInsert:
		values := t.one
		if t.Values != nil {
			values = t.several(t.Values)
		} else {
			values[0] = elementValue(t.Value)
		}
		if t.Kind == cdt.ListAppend {
			return as.ListAppendWithPolicyContextOp(policy, bin, ctx, values...)
		}
		return as.ListInsertWithPolicyContextOp(policy, bin, at, ctx, values...)
	case cdt.ListPop:
		return as.ListPopOp(bin, at, ctx...)
	case cdt.ListPopRange:
		switch {
		case !t.Counted:
			return as.ListPopRangeFromOp(bin, at, ctx...)
		case n == 1: // the client's own drops the path
			return as.ListRemoveByIndexRangeCountOp(bin, at, n, as.ListReturnTypeValue, ctx...)
		}
		return as.ListPopRangeOp(bin, at, n, ctx...)
	case cdt.ListRemoveAt:
		return as.ListRemoveOp(bin, at, ctx...)
	case cdt.ListRemoveRange:
		switch {
		case !t.Counted:
			return as.ListRemoveRangeFromOp(bin, at, ctx...)
		case n == 1: // as above
			return as.ListRemoveByIndexRangeCountOp(bin, at, n, as.ListReturnTypeCount, ctx...)
		}
		return as.ListRemoveRangeOp(bin, at, n, ctx...)
	case cdt.ListSet:
		return as.ListSetWithPolicyOp(policy, bin, at, elementValue(t.Value), ctx...)
	case cdt.ListTrim:
		if !t.Counted {
			n = math.MaxInt
		}
		return as.ListTrimOp(bin, at, n, ctx...)
	case cdt.ListClear:
		return as.ListClearOp(bin, ctx...)
	case cdt.ListIncrement:
		return t.listIncrement()
	case cdt.ListSort:
		return as.ListSortOp(bin, as.ListSortFlags(t.Flags), ctx...)
	case cdt.ListSize:
		return as.ListSizeOp(bin, ctx...)
	case cdt.ListGetAt:
		return as.ListGetOp(bin, at, ctx...)
	case cdt.ListGetRange:
		if !t.Counted {
			return as.ListGetRangeFromOp(bin, at, ctx...)
		}
		return as.ListGetRangeOp(bin, at, n, ctx...)
	}
	if t.Select == nil {
		return nil
	}
	return t.listSelect(t.Select)
}

// errIncrement is returned for a ListIncrement with flags that does not add 1.
var errIncrement error = safe.TextError("the Aerospike client sends flags of a list increment only if it adds 1: leave out the flags or add 1")

func (t *translator) listIncrement() *as.Operation {
	switch delta := elementValue(t.Value).(type) {
	case nil:
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, float32, float64:
		if t.Flags == 0 {
			// The client sends the flags where the server reads the order.
			return as.ListIncrementWithPolicyOp(as.NewListPolicy(0, int(t.Order)), t.bin, t.Index, delta, t.ctx...)
		}
		if delta != 1 {
			t.err = errIncrement
			return nil
		}
	default:
		return nil
	}
	return as.ListIncrementByOneWithPolicyOp(as.NewListPolicy(as.ListOrderType(t.Order), int(t.Flags)), t.bin, t.Index, t.ctx...)
}

func (t *translator) listSelect(s *cdt.Selector) *as.Operation {
	bin, ctx, at := t.bin, t.ctx, s.At()
	give := as.ListReturnType(t.Give)
	if s.Inverted() {
		give |= as.ListReturnTypeInverted
	}
	n, counted := s.Count()
	get := t.Kind == cdt.ListGet
	switch s.Kind() {
	case cdt.ByIndex:
		if get {
			return as.ListGetByIndexOp(bin, at, give, ctx...)
		}
		return as.ListRemoveByIndexOp(bin, at, give, ctx...)
	case cdt.ByRank:
		if get {
			return as.ListGetByRankOp(bin, at, give, ctx...)
		}
		return as.ListRemoveByRankOp(bin, at, give, ctx...)
	case cdt.ByValue:
		if get {
			return as.ListGetByValueOp(bin, elementValue(s.Value()), give, ctx...)
		}
		return as.ListRemoveByValueOp(bin, elementValue(s.Value()), give, ctx...)
	case cdt.ByIndexRange:
		switch {
		case get && counted:
			return as.ListGetByIndexRangeCountOp(bin, at, n, give, ctx...)
		case get:
			return as.ListGetByIndexRangeOp(bin, at, give, ctx...)
		case counted:
			return as.ListRemoveByIndexRangeCountOp(bin, at, n, give, ctx...)
		}
		return as.ListRemoveByIndexRangeOp(bin, at, give, ctx...)
	case cdt.ByRankRange:
		switch {
		case get && counted:
			return as.ListGetByRankRangeCountOp(bin, at, n, give, ctx...)
		case get:
			return as.ListGetByRankRangeOp(bin, at, give, ctx...)
		case counted:
			return as.ListRemoveByRankRangeCountOp(bin, at, n, give, ctx...)
		}
		return as.ListRemoveByRankRangeOp(bin, at, give, ctx...)
	case cdt.ByValueList:
		values := t.several(s.Values())
		if get {
			return as.ListGetByValueListOp(bin, values, give, ctx...)
		}
		return as.ListRemoveByValueListOp(bin, values, give, ctx...)
	case cdt.ByValueInterval:
		from, to := interval(s)
		if get {
			return as.ListGetByValueRangeOp(bin, from, to, give, ctx...)
		}
		return as.ListRemoveByValueRangeOp(bin, give, from, to, ctx...)
	case cdt.ByValueRelativeRank:
		v := elementValue(s.Value())
		switch {
		case get && counted:
			return as.ListGetByValueRelativeRankRangeCountOp(bin, v, at, n, give, ctx...)
		case get:
			return as.ListGetByValueRelativeRankRangeOp(bin, v, at, give, ctx...)
		case counted:
			return as.ListRemoveByValueRelativeRankRangeCountOp(bin, give, v, at, n, ctx...)
		}
		return as.ListRemoveByValueRelativeRankRangeOp(bin, give, v, at, ctx...)
	}
	return nil
}

// interval returns the ends of an interval. The client takes nil for no end.
func interval(s *cdt.Selector) (from, to any) {
	end, ok := s.To()
	if to = elementValue(end); ok && end == nil {
		to = as.NewNullValue()
	}
	return elementValue(s.Value()), to
}
