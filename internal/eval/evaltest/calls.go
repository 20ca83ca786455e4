package evaltest

import (
	"slices"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

func (g *Generator) offset() *expr.Node { return constNode(Pick(g, 0, 1, 3, 8, 11, -8, 40, 100)) }

func (g *Generator) size() *expr.Node { return constNode(Pick(g, 1, 2, 5, 8, 13, 16, 64, 0)) }

func (g *Generator) hllList(values bool) *expr.Node {
	if values {
		return constNode(value.NewList(g.IntN(40), "x"))
	}
	if g.IntN(3) == 0 {
		return &expr.Node{Op: expr.Bin, Type: expr.HLLType, Name: "h"}
	}
	l := value.NewList([]byte(g.hll(Pick(g, 0, 8))))
	return constNode(l)
}

// call returns an operation on what an expression gives.
func (g *Generator) call(t expr.Type, module, code uint8, depth int, path string, args ...*expr.Node) *expr.Node {
	n := &expr.Node{Op: expr.Call, Type: t, Module: module, Code: code}
	on := expr.ListType
	switch {
	case module&^expr.Modify == expr.BitModule:
		on = expr.BytesType
	case module&^expr.Modify == expr.HLLModule:
		on = expr.HLLType
	case code >= 64:
		on = expr.MapType
	}
	target := g.Expression(on, depth)
	if path != "" && g.IntN(4) == 0 {
		n.Value, target = g.path(on)
		if module&expr.Modify != 0 {
			n.Type = expr.ListType
			if n.Path()[0].OfMap() {
				n.Type = expr.MapType
			}
		}
	}
	n.Args = append(slices.Clip(args), target)
	return n
}

// path returns steps into one of two bins, mostly to what there is.
func (g *Generator) path(t expr.Type) (expr.Path, *expr.Node) {
	n := &expr.Node{Op: expr.Bin, Type: expr.MapType, Name: "n"}
	nl := &expr.Node{Op: expr.Bin, Type: expr.ListType, Name: "nl"}
	if g.IntN(8) == 0 { // leads elsewhere
		return expr.Path{Pick[cdt.Step](g, cdt.Index(0), cdt.Key("zz"), cdt.Rank(-1), cdt.Value(3), cdt.Rank(0).InMap(), cdt.Key("k"))}, Pick(g, n, nl)
	}
	if t == expr.ListType {
		switch g.IntN(5) {
		case 0:
			return expr.Path{cdt.Key("in")}, n
		case 1:
			return expr.Path{cdt.Key("mm"), cdt.Key("y")}, n
		case 2:
			return expr.Path{cdt.Index(0)}, nl
		case 3:
			return expr.Path{cdt.Index(1), cdt.Key("q")}, nl
		default:
			return expr.Path{cdt.Key("new").Create(cdt.Unordered)}, n
		}
	}
	if g.IntN(2) == 0 {
		return expr.Path{cdt.Key("mm")}, n
	}
	return expr.Path{cdt.Index(1)}, nl
}

func (g *Generator) index() *expr.Node {
	if g.IntN(8) == 0 {
		return &expr.Node{Op: expr.Bin, Type: expr.IntType, Name: "j"}
	}
	return constNode(g.small())
}

func (g *Generator) count() *expr.Node { return constNode(g.IntN(5)) }

// arg returns a value, constant or not.
func (g *Generator) arg(depth int) *expr.Node {
	if g.IntN(4) == 0 {
		return g.Expression(Pick(g, expr.IntType, expr.StringType, expr.BoolType, expr.BytesType), depth)
	}
	return constNode(g.scalar())
}

func (g *Generator) keyArg() *expr.Node {
	if g.IntN(10) == 0 {
		return &expr.Node{Op: expr.Bin, Type: expr.StringType, Name: "s"}
	}
	return constNode(g.key())
}

func (g *Generator) scalars() *expr.Node {
	l := value.NewList()
	for range 1 + g.IntN(3) {
		l.Items = append(l.Items, g.scalar())
	}
	return constNode(l)
}

func (g *Generator) keyList() *expr.Node {
	l := value.NewList()
	for range 1 + g.IntN(3) {
		l.Items = append(l.Items, g.key())
	}
	return constNode(l)
}

var selectorKinds = map[string]cdt.SelectorKind{
	"index": cdt.ByIndex, "rank": cdt.ByRank, "key": cdt.ByKey, "value": cdt.ByValue, "value_list": cdt.ByValueList,
	"key_list": cdt.ByKeyList, "index_range": cdt.ByIndexRange, "rank_range": cdt.ByRankRange, "value_range": cdt.ByValueInterval,
	"key_range": cdt.ByKeyInterval, "value_rel_rank_range": cdt.ByValueRelativeRank, "key_rel_index_range": cdt.ByKeyRelativeIndex,
}

// codeOf returns the number of a get or removal.
func codeOf(kind cdt.Kind, by cdt.SelectorKind) uint8 {
	for code := range uint8(128) {
		if f := expr.FunctionOf(&expr.Node{Module: expr.CDTModule, Code: code}); f != nil && f.Kind == kind && f.Select == by {
			return code
		}
	}
	panic("evaltest: there is no such get or removal")
}

// selection returns the number of a get or removal, and what selects.
func (g *Generator) selection(isMap, remove, single bool, depth int) (code uint8, args []*expr.Node) {
	names := []string{"value", "value_list", "index_range", "value_range", "rank_range", "value_rel_rank_range"}
	if single {
		names = []string{"index", "rank"}
	}
	get, removal := cdt.ListGet, cdt.ListRemove
	if isMap {
		get, removal = cdt.MapGet, cdt.MapRemove
		names = append(names, "key_range", "key_list", "key_rel_index_range")
		if single {
			names = []string{"key", "key", "index", "rank"}
		}
	}
	name := Pick(g, names...)
	if remove {
		get = removal
	}
	code = codeOf(get, selectorKinds[name])
	switch name {
	case "index", "rank":
		args = []*expr.Node{g.index()}
	case "key":
		args = []*expr.Node{g.keyArg()}
	case "value":
		args = []*expr.Node{g.arg(depth)}
	case "value_list":
		args = []*expr.Node{g.scalars()}
	case "key_list":
		args = []*expr.Node{g.keyList()}
	case "index_range", "rank_range":
		args = []*expr.Node{g.index()}
		if g.IntN(2) == 0 {
			args = append(args, g.count())
		}
	case "value_range":
		args = []*expr.Node{g.arg(depth)}
		if g.IntN(3) > 0 {
			args = append(args, g.arg(depth))
		}
	case "key_range":
		args = []*expr.Node{g.keyArg()}
		if g.IntN(3) > 0 {
			args = append(args, g.keyArg())
		}
	case "value_rel_rank_range":
		args = []*expr.Node{g.arg(depth), g.index()}
		if g.IntN(2) == 0 {
			args = append(args, g.count())
		}
	case "key_rel_index_range":
		args = []*expr.Node{g.keyArg(), g.index()}
		if g.IntN(2) == 0 {
			args = append(args, g.count())
		}
	}
	return code, args
}

// get returns a get of several elements whose answer is of a type.
func (g *Generator) get(depth int, t expr.Type) *expr.Node {
	isMap := g.IntN(2) == 0
	if g.IntN(6) == 0 && t == expr.IntType {
		return g.call(t, expr.CDTModule, map[bool]uint8{false: 16, true: 96}[isMap], depth, "path")
	}
	code, args := g.selection(isMap, false, false, depth)
	var give int
	switch t {
	case expr.BoolType:
		give = 13
	case expr.IntType:
		give = 5
	case expr.MapType:
		give = 17 // a map in no order keeps the order in which it was given
	default:
		give = Pick(g, 1, 2, 3, 4, 7, 7, 7)
		if isMap && g.IntN(3) == 0 {
			give = 6
		}
	}
	if t == expr.MapType && !isMap {
		return g.get(depth, t)
	}
	if g.IntN(4) == 0 {
		give |= expr.Inverted
	}
	return g.call(t, expr.CDTModule, code, depth, "path", append([]*expr.Node{constNode(give)}, args...)...)
}

// elementOf returns a get of one element.
func (g *Generator) elementOf(t expr.Type, depth int) *expr.Node {
	isMap := g.IntN(2) == 0
	code, args := g.selection(isMap, false, true, depth)
	give := 7
	if g.IntN(6) == 0 {
		give = Pick(g, 1, 2, 3, 4, 5, 13)
		if isMap {
			give = Pick(g, give, 6)
		}
	}
	return g.call(t, expr.CDTModule, code, depth, "path", append([]*expr.Node{constNode(give)}, args...)...)
}

func (g *Generator) lists(depth int) *expr.Node {
	modify := expr.CDTModule | expr.Modify
	order, flags := constNode(Pick(g, 0, 0, 1)), constNode(Pick(g, 0, 0, 0, 1, 2, 4, 5, 13))
	switch g.IntN(13) {
	case 0, 1:
		return g.call(expr.ListType, modify, 1, depth, "path", g.arg(depth), order, flags)
	case 2:
		return g.call(expr.ListType, modify, 2, depth, "path", g.scalars(), order, flags)
	case 3:
		return g.call(expr.ListType, modify, 3, depth, "path", g.index(), g.arg(depth), flags)
	case 4:
		return g.call(expr.ListType, modify, 4, depth, "path", g.index(), g.scalars(), flags)
	case 5:
		return g.call(expr.ListType, modify, 9, depth, "path", g.index(), g.arg(depth), flags)
	case 6:
		// Whether a sum is unique in an ordered list is for package engine to compare.
		return g.call(expr.ListType, modify, 12, depth, "path", g.index(), constNode(Pick[any](g, 1, -2, 0.5)), order, constNode(Pick(g, 0, 2, 4)))
	case 7:
		return g.call(expr.ListType, modify, 11, depth, "path")
	case 8:
		return g.call(expr.ListType, modify, 13, depth, "path", constNode(g.IntN(3)))
	case 9:
		if g.IntN(3) == 0 {
			return g.call(expr.ListType, expr.HLLModule, 55, depth, "")
		}
		return g.elementOf(expr.ListType, depth)
	case 10, 11:
		single := g.IntN(3) == 0
		code, args := g.selection(false, true, single, depth)
		give := 0
		if !single && g.IntN(4) == 0 {
			give = expr.Inverted
		}
		return g.call(expr.ListType, modify, code, depth, "path", append([]*expr.Node{constNode(give)}, args...)...)
	default:
		return g.get(depth, expr.ListType)
	}
}

func (g *Generator) maps(depth int) *expr.Node {
	modify := expr.CDTModule | expr.Modify
	order, flags := constNode(Pick(g, 0, 0, 1, 3)), constNode(Pick(g, 0, 0, 1, 2, 4, 5, 6, 13, 14))
	switch g.IntN(9) {
	case 0, 1:
		code := Pick[uint8](g, 65, 67, 67, 69)
		switch {
		case code == 69:
			return g.call(expr.MapType, modify, code, depth, "path", g.keyArg(), g.arg(depth))
		case code == 67 && g.IntN(2) == 0:
			return g.call(expr.MapType, modify, code, depth, "path", g.keyArg(), g.arg(depth), order, flags)
		}
		return g.call(expr.MapType, modify, code, depth, "path", g.keyArg(), g.arg(depth), order)
	case 2:
		code := Pick[uint8](g, 66, 68, 68, 70)
		items := g.mapValue(1)
		if len(items.Pairs) == 0 {
			items = mustMap("a", 1)
		}
		switch {
		case code == 70:
			return g.call(expr.MapType, modify, code, depth, "path", constNode(items))
		case code == 68 && g.IntN(2) == 0:
			return g.call(expr.MapType, modify, code, depth, "path", constNode(items), order, flags)
		}
		return g.call(expr.MapType, modify, code, depth, "path", constNode(items), order)
	case 3:
		return g.call(expr.MapType, modify, 73, depth, "path", g.keyArg(), constNode(Pick[any](g, 1, -2, 0.5)), order)
	case 4:
		return g.call(expr.MapType, modify, 75, depth, "path")
	case 5, 6:
		single := g.IntN(3) == 0
		code, args := g.selection(true, true, single, depth)
		give := 0
		if !single && g.IntN(4) == 0 {
			give = expr.Inverted
		}
		return g.call(expr.MapType, modify, code, depth, "path", append([]*expr.Node{constNode(give)}, args...)...)
	case 7:
		return g.elementOf(expr.MapType, depth)
	default:
		return g.get(depth, expr.MapType)
	}
}

func (g *Generator) bits(depth int) *expr.Node {
	// With the flag for a part of the range, some must not be sent, see expr.Node.Check.
	flags := constNode(Pick(g, 0, 0, 0, 4, 2, 8, 12))
	v := func() *expr.Node { return constNode(append(g.bytes(), 0xa5)) }
	code := uint8(g.IntN(14)) //nolint:gosec // G115: less than 14
	modify := expr.BitModule | expr.Modify
	switch code {
	case 0:
		return g.call(expr.BytesType, modify, code, depth, "", constNode(g.IntN(12)), flags, constNode(Pick(g, 0, 0, 1, 2, 4)))
	case 1:
		return g.call(expr.BytesType, modify, code, depth, "", constNode(Pick(g, 0, 1, 5, -1, 9)), v(), flags)
	case 2:
		return g.call(expr.BytesType, modify, code, depth, "", constNode(Pick(g, 0, 1, 5, -1, 9)), constNode(g.IntN(4)), flags)
	case 3:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), v(), flags)
	case 4, 5, 6:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), v(), flags)
	case 7:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), flags)
	case 8, 9:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), constNode(g.IntN(12)), flags)
	case 10, 11:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), constNode(g.int()), constNode(Pick(g, 0, 4, 2)), constNode(Pick(g, 0, 1, 2, 3, 4, 5)))
	case 12:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), constNode(g.int()), constNode(Pick(g, 0, 4, 2)))
	default:
		return g.call(expr.BytesType, expr.BitModule, 50, depth, "", g.offset(), g.size())
	}
}

func (g *Generator) hlls(depth int) *expr.Node {
	flags := constNode(Pick(g, 0, 0, 4, 8))
	switch g.IntN(3) {
	case 0:
		return g.call(expr.HLLType, expr.HLLModule|expr.Modify, 0, depth, "", constNode(Pick(g, 4, 5, 8, -1)), constNode(Pick(g, -1, 0, 8)), flags)
	case 1:
		return g.call(expr.HLLType, expr.HLLModule|expr.Modify, 1, depth, "", g.hllList(true), constNode(Pick(g, 4, -1)), constNode(-1), flags)
	default:
		return g.call(expr.HLLType, expr.HLLModule, 51, depth, "", g.hllList(false))
	}
}
