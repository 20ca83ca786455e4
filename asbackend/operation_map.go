package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

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
	switch t.Kind {
	case cdt.MapSetOrder:
		return as.MapSetPolicyOp(t.mapPolicy(), bin, ctx...)
	case cdt.MapPut, cdt.MapAdd, cdt.MapReplace:
		return as.MapPutOp(t.mapPolicy(), bin, elementValue(t.Key), elementValue(t.Value), ctx...)
	case cdt.MapPutAll, cdt.MapAddAll, cdt.MapReplaceAll:
		entries := clientEntries(t.Values)
		if entries == nil {
			return nil
		}
		return as.MapPutItemsOp(t.mapPolicy(), bin, entries, ctx...)
	case cdt.MapIncrement:
		return as.MapIncrementOp(t.mapPolicy(), bin, elementValue(t.Key), elementValue(t.Value), ctx...)
	case cdt.MapDecrement:
		return as.MapDecrementOp(t.mapPolicy(), bin, elementValue(t.Key), elementValue(t.Value), ctx...)
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

// plainPolicies are the policies of puts without flags by the order of a new map. The
// client only reads a policy.
var plainPolicies = map[value.Order]*as.MapPolicy{
	value.Unordered:       as.NewMapPolicyWithFlags(as.MapOrder.UNORDERED, 0),
	value.Ordered:         as.NewMapPolicyWithFlags(as.MapOrder.KEY_ORDERED, 0),
	value.KeyValueOrdered: as.NewMapPolicyWithFlags(as.MapOrder.KEY_VALUE_ORDERED, 0),
}

func (t *translator) mapPolicy() *as.MapPolicy {
	order := mapOrder(t.Order)
	switch t.Kind {
	case cdt.MapAdd, cdt.MapAddAll:
		if t.Stored { // the client has no such policy with an index
			return as.NewMapPolicyWithFlagsAndPersistedIndex(order, as.MapWriteFlagsCreateOnly)
		}
		return as.NewMapPolicy(order, as.MapWriteMode.CREATE_ONLY)
	case cdt.MapReplace, cdt.MapReplaceAll:
		return as.NewMapPolicy(order, as.MapWriteMode.UPDATE_ONLY)
	}
	if t.Stored {
		return as.NewMapPolicyWithFlagsAndPersistedIndex(order, int(t.Flags))
	}
	if plain := plainPolicies[t.Order]; plain != nil && t.Flags == 0 {
		return plain
	}
	return as.NewMapPolicyWithFlags(order, int(t.Flags))
}

// clientEntries returns the entries to put, from a map or pairs, and nil for other values.
func clientEntries(entries any) map[any]any {
	if _, ok := entries.(map[any]any); ok {
		m, _ := elementValue(entries).(map[any]any)
		return m
	}
	in, err := value.Import(entries)
	m, ok := in.(*value.Map)
	if err != nil || !ok {
		return nil
	}
	sent := make(map[any]any, len(m.Pairs))
	for _, p := range m.Pairs {
		key := p.Key
		if b, ok := key.([]byte); ok { // a pointer, since bytes cannot be the key of a Go map
			key = new(as.BytesValue(b))
		}
		sent[key] = elementValue(p.Value)
	}
	return sent
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
		return as.MapGetByKeyOp(bin, elementValue(s.Value()), give, ctx...)
	case cdt.ByValue:
		return as.MapGetByValueOp(bin, elementValue(s.Value()), give, ctx...)
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
		from, to := interval(s)
		return as.MapGetByValueRangeOp(bin, from, to, give, ctx...)
	case cdt.ByKeyInterval:
		from, to := interval(s)
		return as.MapGetByKeyRangeOp(bin, from, to, give, ctx...)
	case cdt.ByValueRelativeRank:
		if counted {
			return as.MapGetByValueRelativeRankRangeCountOp(bin, elementValue(s.Value()), at, n, give, ctx...)
		}
		return as.MapGetByValueRelativeRankRangeOp(bin, elementValue(s.Value()), at, give, ctx...)
	case cdt.ByKeyRelativeIndex:
		if counted {
			return as.MapGetByKeyRelativeIndexRangeCountOp(bin, elementValue(s.Value()), at, n, give, ctx...)
		}
		return as.MapGetByKeyRelativeIndexRangeOp(bin, elementValue(s.Value()), at, give, ctx...)
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
		return as.MapRemoveByKeyOp(bin, elementValue(s.Value()), give, ctx...)
	case cdt.ByValue:
		return as.MapRemoveByValueOp(bin, elementValue(s.Value()), give, ctx...)
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
		from, to := interval(s)
		return as.MapRemoveByValueRangeOp(bin, from, to, give, ctx...)
	case cdt.ByKeyInterval:
		from, to := interval(s)
		return as.MapRemoveByKeyRangeOp(bin, from, to, give, ctx...)
	case cdt.ByValueRelativeRank:
		if counted {
			return as.MapRemoveByValueRelativeRankRangeCountOp(bin, elementValue(s.Value()), at, n, give, ctx...)
		}
		return as.MapRemoveByValueRelativeRankRangeOp(bin, elementValue(s.Value()), at, give, ctx...)
	case cdt.ByKeyRelativeIndex:
		if counted {
			return as.MapRemoveByKeyRelativeIndexRangeCountOp(bin, elementValue(s.Value()), at, n, give, ctx...)
		}
		return as.MapRemoveByKeyRelativeIndexRangeOp(bin, elementValue(s.Value()), at, give, ctx...)
	}
	return nil
}
