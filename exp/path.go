package exp

import (
	"slices"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
)

// A path leads to a list or map within the value of an expression.
type path struct {
	node  *expr.Node // the list or map that the path begins at
	inMap bool       // the path begins at a map
	steps []cdt.Step
	order uint8 // of a list or map that is created
	flags uint8 // of writes
}

func (p path) in(steps []cdt.Step) path {
	p.steps = slices.Concat(p.steps, steps)
	return p
}

// call returns an operation on what the path leads to.
func (p path) call(t expr.Type, code uint8, args ...*expr.Node) *expr.Node {
	if why := p.wrong(); why != "" {
		return expr.Error(why)
	}
	n := operation(t, expr.CDTModule, code, p.node, args)
	if len(p.steps) > 0 {
		n.Value = expr.Path(p.steps)
	}
	return n
}

// modify returns a write to what the path leads to. Its value is what the path begins at,
// afterwards.
func (p path) modify(code uint8, args ...*expr.Node) *expr.Node {
	t := expr.ListType
	if p.inMap {
		t = expr.MapType
	}
	n := p.call(t, code, args...)
	n.Module |= expr.Modify
	return n
}

// wrong says why the steps lead nowhere, if that can be known.
func (p path) wrong() string {
	for i, step := range p.steps {
		switch {
		case step == nil || step.Selector() == nil:
			return "a step of the path selects nothing"
		case i == 0 && step.OfMap() && !p.inMap:
			return "the first step of the path enters a map, and is in a list"
		case i == 0 && !step.OfMap() && p.inMap:
			return "the first step of the path enters a list, and is in a map: use InMap"
		}
	}
	return ""
}

// at returns the element that the steps lead to.
func (p path) at(t expr.Type, ownMap bool, step cdt.Step, more []cdt.Step) *expr.Node {
	return p.one(t, int(cdt.Elements), ownMap, step, more)
}

// one returns what give says of the element that the steps lead to. A single step is of
// the list or map itself.
func (p path) one(t expr.Type, give int, ownMap bool, step cdt.Step, more []cdt.Step) *expr.Node {
	last, ofMap := step, ownMap
	if len(more) > 0 {
		last = more[len(more)-1]
		p = p.in(append([]cdt.Step{step}, more[:len(more)-1]...))
	}
	if last == nil {
		return expr.Error("a step of the path selects nothing")
	}
	switch {
	case len(more) > 0:
		ofMap = last.OfMap()
	case last.OfMap() && !ownMap:
		return expr.Error("an entry of a map is read from a list")
	}
	if last.Creation() != 0 {
		return expr.Error("a read creates nothing")
	}
	s, why := selectionOf(last.Selector())
	if why == "" && !s.single() {
		why = "several elements may have the value: read them with Get"
	}
	if why != "" {
		return expr.Error(why)
	}
	code := listGets[s.kind]
	if ofMap {
		code = mapGets[s.kind]
	}
	var args [4]*expr.Node
	return p.call(t, code, s.arguments(append(args[:0], literalInt(give)))...)
}

// get returns what give says of the selected elements.
func (p path) get(gets map[cdt.SelectorKind]uint8, selector *cdt.Selector, give int, t expr.Type) *expr.Node {
	s, why := selectionOf(selector)
	if why != "" {
		return expr.Error(why)
	}
	if selector.Inverted() {
		give |= expr.Inverted
	}
	if s.single() && (s.kind != cdt.ByKey || t == expr.ListType || t == expr.MapType) {
		s = s.asRange()
	}
	code, ok := gets[s.kind]
	if !ok {
		return expr.Error("a list has no keys")
	}
	var args [4]*expr.Node
	return p.call(t, code, s.arguments(append(args[:0], literalInt(give)))...)
}

// asRange returns the selection of one element as one of several, so that it gives a list,
// and nothing where there is no element.
func (s selection) asRange() selection {
	s.count = literalInt(1)
	switch s.kind {
	case cdt.ByIndex:
		s.kind = cdt.ByIndexRange
	case cdt.ByRank:
		s.kind = cdt.ByRankRange
	default:
		s.kind, s.count = cdt.ByKeyList, nil
		if s.value == nil {
			return s // which the check refuses
		}
		if s.value.Op == expr.Const {
			s.value = constList([]any{s.value.Value})
		} else { // a list of an expression
			s.value = path{node: constList(nil)}.modify(1, s.value, literalInt(0), literalInt(0))
		}
	}
	return s
}

func (p path) remove(removes map[cdt.SelectorKind]uint8, selector *cdt.Selector) *expr.Node {
	s, why := selectionOf(selector)
	if why != "" {
		return expr.Error(why)
	}
	give := 0
	if selector.Inverted() {
		give = expr.Inverted
	}
	code, ok := removes[s.kind]
	if !ok {
		return expr.Error("a list has no keys")
	}
	var args [4]*expr.Node
	return p.modify(code, s.arguments(append(args[:0], literalInt(give)))...)
}

// value returns what the path leads to.
func (p path) value(t expr.Type) *expr.Node {
	if len(p.steps) == 0 {
		return p.node
	}
	own := p.inMap
	first, rest := p.steps[0], p.steps[1:]
	p.steps = nil
	return p.one(t, int(cdt.Elements), own, first, rest)
}
