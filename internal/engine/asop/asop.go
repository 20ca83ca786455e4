// Package asop translates operations of the engine into those of the Aerospike
// client.
package asop

import (
	"errors"
	"fmt"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// Translate returns the operation of the client that does the same to a bin.
// It returns an error for what the client cannot send.
func Translate(bin string, op *cdt.Op) (*as.Operation, error) {
	ctx, err := contexts(op.Path)
	if err != nil {
		return nil, err
	}
	t := translator{Op: op, bin: bin, ctx: ctx}
	var out *as.Operation
	switch {
	case op.Kind <= cdt.ListRemove:
		out = t.list()
	case op.Kind <= cdt.MapRemove:
		out = t.mapping()
	case op.Kind <= cdt.BitGetInt:
		out = t.bits()
	default:
		out = t.hll()
	}
	if out == nil && t.err == nil {
		t.err = fmt.Errorf("the client has no operation for %s", op.Kind)
	}
	return out, t.err
}

type translator struct {
	*cdt.Op
	bin string
	ctx []*as.CDTContext
	err error
}

// sent returns a value as the client takes it.
func (t *translator) sent(v any) any {
	out, err := toClient(v)
	if err != nil && t.err == nil {
		t.err = err
	}
	return out
}

func (t *translator) several(v any) []any {
	if values, ok := v.([]any); ok { // an HLL is one here, and bytes in a list
		out := make([]any, len(values))
		for i, e := range values {
			out[i] = t.sent(e)
		}
		return out
	}
	list, ok := t.sent(v).([]any)
	if !ok && t.err == nil {
		t.err = errors.New("the values are no list")
	}
	return list
}

// toClient returns a value as the client takes it, with maps that the client can
// send: it has no way to send one in order.
func toClient(v any) (any, error) {
	switch v := v.(type) {
	case value.Edge:
		if v == cdt.Infinity {
			return as.NewInfinityValue(), nil
		}
		return as.NewWildCardValue(), nil
	case value.GeoJSON:
		return as.GeoJSONValue(v), nil
	case value.HLL:
		return as.HLLValue(v), nil
	case nil, bool, int, float64, string, []byte:
		return v, nil
	case *value.List:
		out := make([]any, len(v.Items))
		for i, e := range v.Items {
			var err error
			if out[i], err = toClient(e); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *value.Map:
		out := make(map[any]any, len(v.Pairs))
		for _, p := range v.Pairs {
			key := p.Key
			if _, ok := key.([]byte); ok {
				return nil, errors.New("the client sends no bytes as keys inside a map")
			}
			var err error
			if out[key], err = toClient(p.Value); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	in, err := value.Import(v)
	if err != nil {
		return nil, err
	}
	return toClient(in)
}

func contexts(path []cdt.Step) ([]*as.CDTContext, error) {
	var ctx []*as.CDTContext
	for _, step := range path {
		s, in := step.Selector(), step.Creation()
		if s == nil {
			return nil, errors.New("a step of the path selects nothing")
		}
		var v any
		if s.Kind() == cdt.ByKey || s.Kind() == cdt.ByValue {
			var err error
			if v, err = toClient(s.Value()); err != nil {
				return nil, err
			}
		}
		var c *as.CDTContext
		switch kind, isMap := s.Kind(), step.OfMap(); {
		case in != 0 && isMap:
			c = as.CtxMapKeyCreate(as.NewValue(v), mapOrder(in.Order()))
		case in != 0:
			c = as.CtxListIndexCreate(s.At(), as.ListOrderType(in.Order()), in.Pads())
		case kind == cdt.ByIndex && isMap:
			c = as.CtxMapIndex(s.At())
		case kind == cdt.ByIndex:
			c = as.CtxListIndex(s.At())
		case kind == cdt.ByRank && isMap:
			c = as.CtxMapRank(s.At())
		case kind == cdt.ByRank:
			c = as.CtxListRank(s.At())
		case kind == cdt.ByValue && isMap:
			c = as.CtxMapValue(as.NewValue(v))
		case kind == cdt.ByValue:
			c = as.CtxListValue(as.NewValue(v))
		default:
			c = as.CtxMapKey(as.NewValue(v))
		}
		ctx = append(ctx, c)
	}
	return ctx, nil
}

func (t *translator) list() *as.Operation {
	bin, ctx, at, n := t.bin, t.ctx, t.Index, t.Count
	order := as.ListOrderType(t.Order)
	policy := as.NewListPolicy(order, int(t.Flags))
	switch t.Kind {
	case cdt.ListSetOrder:
		if t.Stored && len(ctx) == 0 {
			return as.ListSetOrderWithIndexOp(bin, order)
		}
		return as.ListSetOrderOp(bin, order, ctx...)
	case cdt.ListAppend, cdt.ListInsert:
		values := []any{t.Value}
		if t.Values != nil {
			values = t.several(t.Values)
		} else {
			values[0] = t.sent(t.Value)
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
		return as.ListSetWithPolicyOp(policy, bin, at, t.sent(t.Value), ctx...)
	case cdt.ListTrim:
		if !t.Counted {
			return nil
		}
		return as.ListTrimOp(bin, at, n, ctx...)
	case cdt.ListClear:
		return as.ListClearOp(bin, ctx...)
	case cdt.ListIncrement:
		switch delta := t.sent(t.Value).(type) {
		case nil:
			return as.ListIncrementByOneWithPolicyOp(policy, bin, at, ctx...)
		case int, float64:
			if t.Flags == 0 {
				// The client sends the flags where the server reads the order.
				return as.ListIncrementWithPolicyOp(as.NewListPolicy(0, int(t.Order)), bin, at, delta, ctx...)
			}
			if delta == 1 {
				return as.ListIncrementByOneWithPolicyOp(policy, bin, at, ctx...)
			}
		}
		return nil
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
			return as.ListGetByValueOp(bin, t.sent(s.Value()), give, ctx...)
		}
		return as.ListRemoveByValueOp(bin, t.sent(s.Value()), give, ctx...)
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
		from, to := t.interval(s)
		if get {
			return as.ListGetByValueRangeOp(bin, from, to, give, ctx...)
		}
		return as.ListRemoveByValueRangeOp(bin, give, from, to, ctx...)
	case cdt.ByValueRelativeRank:
		v := t.sent(s.Value())
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

// interval returns the ends of an interval. The client takes nil for no end, so
// that one up to nil, which is empty, cannot be sent.
func (t *translator) interval(s *cdt.Selector) (from, to any) {
	end, ok := s.To()
	if ok && end == nil && t.err == nil {
		t.err = errors.New("the client sends no interval that ends at nil")
	}
	return t.sent(s.Value()), t.sent(end)
}

func mapOrder(order value.Order) as.MapOrderTypes {
	switch order {
	case value.Ordered:
		return as.MapOrder.KEY_ORDERED
	case value.KeyValueOrdered:
		return as.MapOrder.KEY_VALUE_ORDERED
	default:
		return as.MapOrder.UNORDERED
	}
}

func (t *translator) mapping() *as.Operation {
	bin, ctx := t.bin, t.ctx
	order := mapOrder(t.Order)
	policy := as.NewMapPolicyWithFlags(order, int(t.Flags))
	if t.Stored {
		policy = as.NewMapPolicyWithFlagsAndPersistedIndex(order, int(t.Flags))
	}
	switch t.Kind {
	case cdt.MapAdd, cdt.MapAddAll:
		policy = as.NewMapPolicy(order, as.MapWriteMode.CREATE_ONLY)
	case cdt.MapReplace, cdt.MapReplaceAll:
		policy = as.NewMapPolicy(order, as.MapWriteMode.UPDATE_ONLY)
	}
	switch t.Kind {
	case cdt.MapSetOrder:
		return as.MapSetPolicyOp(policy, bin, ctx...)
	case cdt.MapPut, cdt.MapAdd, cdt.MapReplace:
		return as.MapPutOp(policy, bin, t.sent(t.Key), t.sent(t.Value), ctx...)
	case cdt.MapPutAll, cdt.MapAddAll, cdt.MapReplaceAll:
		items, ok := t.sent(t.Values).(map[any]any)
		if !ok {
			return nil
		}
		return as.MapPutItemsOp(policy, bin, items, ctx...)
	case cdt.MapIncrement:
		return as.MapIncrementOp(policy, bin, t.sent(t.Key), t.sent(t.Value), ctx...)
	case cdt.MapDecrement:
		return as.MapDecrementOp(policy, bin, t.sent(t.Key), t.sent(t.Value), ctx...)
	case cdt.MapClear:
		return as.MapClearOp(bin, ctx...)
	case cdt.MapSize:
		return as.MapSizeOp(bin, ctx...)
	}
	if t.Select == nil {
		return nil
	}
	give := as.MapReturnTypes(t.Give)
	if t.Select.Inverted() {
		give |= as.MapReturnType.INVERTED
	}
	if t.Kind == cdt.MapGet {
		return t.mapGet(t.Select, give)
	}
	return t.mapRemove(t.Select, give)
}

func (t *translator) mapGet(s *cdt.Selector, give as.MapReturnTypes) *as.Operation {
	bin, ctx, at := t.bin, t.ctx, s.At()
	n, counted := s.Count()
	switch s.Kind() {
	case cdt.ByIndex:
		return as.MapGetByIndexOp(bin, at, give, ctx...)
	case cdt.ByRank:
		return as.MapGetByRankOp(bin, at, give, ctx...)
	case cdt.ByKey:
		return as.MapGetByKeyOp(bin, t.sent(s.Value()), give, ctx...)
	case cdt.ByValue:
		return as.MapGetByValueOp(bin, t.sent(s.Value()), give, ctx...)
	case cdt.ByIndexRange:
		if counted {
			return as.MapGetByIndexRangeCountOp(bin, at, n, give, ctx...)
		}
		return as.MapGetByIndexRangeOp(bin, at, give, ctx...)
	case cdt.ByRankRange:
		if counted {
			return as.MapGetByRankRangeCountOp(bin, at, n, give, ctx...)
		}
		return as.MapGetByRankRangeOp(bin, at, give, ctx...)
	case cdt.ByValueList:
		return as.MapGetByValueListOp(bin, t.several(s.Values()), give, ctx...)
	case cdt.ByKeyList:
		return as.MapGetByKeyListOp(bin, t.several(s.Values()), give, ctx...)
	case cdt.ByValueInterval:
		from, to := t.interval(s)
		return as.MapGetByValueRangeOp(bin, from, to, give, ctx...)
	case cdt.ByKeyInterval:
		from, to := t.interval(s)
		return as.MapGetByKeyRangeOp(bin, from, to, give, ctx...)
	case cdt.ByValueRelativeRank:
		if counted {
			return as.MapGetByValueRelativeRankRangeCountOp(bin, t.sent(s.Value()), at, n, give, ctx...)
		}
		return as.MapGetByValueRelativeRankRangeOp(bin, t.sent(s.Value()), at, give, ctx...)
	case cdt.ByKeyRelativeIndex:
		if counted {
			return as.MapGetByKeyRelativeIndexRangeCountOp(bin, t.sent(s.Value()), at, n, give, ctx...)
		}
		return as.MapGetByKeyRelativeIndexRangeOp(bin, t.sent(s.Value()), at, give, ctx...)
	}
	return nil
}

func (t *translator) mapRemove(s *cdt.Selector, give as.MapReturnTypes) *as.Operation {
	bin, ctx, at := t.bin, t.ctx, s.At()
	n, counted := s.Count()
	switch s.Kind() {
	case cdt.ByIndex:
		return as.MapRemoveByIndexOp(bin, at, give, ctx...)
	case cdt.ByRank:
		return as.MapRemoveByRankOp(bin, at, give, ctx...)
	case cdt.ByKey:
		return as.MapRemoveByKeyOp(bin, t.sent(s.Value()), give, ctx...)
	case cdt.ByValue:
		return as.MapRemoveByValueOp(bin, t.sent(s.Value()), give, ctx...)
	case cdt.ByIndexRange:
		if counted {
			return as.MapRemoveByIndexRangeCountOp(bin, at, n, give, ctx...)
		}
		return as.MapRemoveByIndexRangeOp(bin, at, give, ctx...)
	case cdt.ByRankRange:
		if counted {
			return as.MapRemoveByRankRangeCountOp(bin, at, n, give, ctx...)
		}
		return as.MapRemoveByRankRangeOp(bin, at, give, ctx...)
	case cdt.ByValueList:
		return as.MapRemoveByValueListOp(bin, t.several(s.Values()), give, ctx...)
	case cdt.ByKeyList:
		return as.MapRemoveByKeyListOp(bin, t.several(s.Values()), give, ctx...)
	case cdt.ByValueInterval:
		from, to := t.interval(s)
		return as.MapRemoveByValueRangeOp(bin, from, to, give, ctx...)
	case cdt.ByKeyInterval:
		from, to := t.interval(s)
		return as.MapRemoveByKeyRangeOp(bin, from, to, give, ctx...)
	case cdt.ByValueRelativeRank:
		if counted {
			return as.MapRemoveByValueRelativeRankRangeCountOp(bin, t.sent(s.Value()), at, n, give, ctx...)
		}
		return as.MapRemoveByValueRelativeRankRangeOp(bin, t.sent(s.Value()), at, give, ctx...)
	case cdt.ByKeyRelativeIndex:
		if counted {
			return as.MapRemoveByKeyRelativeIndexRangeCountOp(bin, t.sent(s.Value()), at, n, give, ctx...)
		}
		return as.MapRemoveByKeyRelativeIndexRangeOp(bin, t.sent(s.Value()), at, give, ctx...)
	}
	return nil
}

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

// FromClient returns what the client gives as the engine does, but for the
// order of lists and of maps within others.
func FromClient(v any) (any, error) {
	switch v := v.(type) {
	case as.GeoJSONValue:
		return value.GeoJSON(v), nil
	case as.HLLValue:
		return value.HLL(v), nil
	case as.OpResults:
		return FromClient([]any(v))
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = FromClient(e); err != nil {
				return nil, err
			}
		}
		return &value.List{Items: out}, nil
	case []as.MapPair:
		out := make(value.Pairs, len(v))
		for i, p := range v {
			var err error
			if out[i].Key, err = FromClient(p.Key); err != nil {
				return nil, err
			}
			if out[i].Value, err = FromClient(p.Value); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[any]any:
		pairs := make([]value.MapPair, 0, len(v))
		for k, e := range v {
			key, err := FromClient(k)
			if err != nil {
				return nil, err
			}
			item, err := FromClient(e)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, value.MapPair{Key: key, Value: item})
		}
		return value.NewMap(value.Unordered, pairs...)
	}
	return value.Import(v)
}
