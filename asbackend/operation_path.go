package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
)

// contexts returns a path in the client's form, nil if a step selects nothing.
func contexts(path []cdt.Step) []*as.CDTContext {
	ctx := make([]*as.CDTContext, 0, len(path))
	for _, step := range path {
		s, in := step.Selector(), step.Creation()
		if s == nil {
			return nil
		}
		var v any
		if s.Kind() == cdt.ByKey || s.Kind() == cdt.ByValue {
			v = elementValue(s.Value())
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
	return ctx
}
