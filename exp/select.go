package exp

import (
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
)

// A selection is a selector whose positions are expressions. It stands for the value of a
// selector of package cdt, so that it cannot be used elsewhere: operations refuse it.
type selection struct {
	kind  cdt.SelectorKind
	value *expr.Node // or the list of values or keys
	at    *expr.Node
	count *expr.Node // nil for open
}

func (*selection) String() string { return "an expression" }

// GoString hides the expressions, as String does.
func (*selection) GoString() string { return "an expression" }

func counted(s selection, count []Int) *selection {
	for _, c := range count {
		s.count = c.node
		if s.count == nil {
			s.count = expr.Error("a count is a zero value")
		}
	}
	return &s
}

// Index selects the element at an index that depends on the record, as cdt.Index does at
// a fixed one.
func Index(i Int) cdt.Equal { return cdt.Value(&selection{kind: cdt.ByIndex, at: i.node}) }

// Rank selects the element of a rank that depends on the record, as cdt.Rank does.
func Rank(r Int) cdt.Equal { return cdt.Value(&selection{kind: cdt.ByRank, at: r.node}) }

// Indexes selects count elements from an index, or all of them without a count, as
// cdt.Indexes does. The count must not be negative, which may end servers up to 8.1.0.3;
// the same goes for [Ranks], [RanksNear] and [IndexesNear].
func Indexes(from Int, count ...Int) cdt.Many {
	return cdt.Values(counted(selection{kind: cdt.ByIndexRange, at: from.node}, count))
}

// Ranks selects count elements from a rank, or all of them without a count, as cdt.Ranks
// does.
func Ranks(from Int, count ...Int) cdt.Many {
	return cdt.Values(counted(selection{kind: cdt.ByRankRange, at: from.node}, count))
}

// RanksNear selects count elements from a rank counted from where a value is, or all of
// them without a count, as cdt.RanksNear does.
func RanksNear(v any, from Int, count ...Int) cdt.Many {
	return cdt.Values(counted(selection{kind: cdt.ByValueRelativeRank, value: node(v), at: from.node}, count))
}

// ValuesIn selects the elements that equal one of a list, as cdt.Values does.
func ValuesIn(list List) cdt.Many {
	return cdt.Values(&selection{kind: cdt.ByValueList, value: list.Node()})
}

// IndexesNear selects count entries from an index counted from where a key is, or all of
// them without a count, as cdt.IndexesNear does.
func IndexesNear(key any, from Int, count ...Int) cdt.Keyed {
	return cdt.Keys(counted(selection{kind: cdt.ByKeyRelativeIndex, value: node(key), at: from.node}, count))
}

// KeysIn selects the entries whose keys are in a list, as cdt.Keys does.
func KeysIn(list List) cdt.Keyed {
	return cdt.Keys(&selection{kind: cdt.ByKeyList, value: list.Node()})
}

// selectionOf returns what a selector says, with nodes for what it holds.
func selectionOf(s *cdt.Selector) (sel selection, why string) {
	if s == nil {
		return sel, "nothing is selected"
	}
	if v, ok := s.Value().(*selection); ok {
		if s.Kind() == cdt.ByValue && s.Inverted() {
			return sel, "a single element cannot be inverted"
		}
		return *v, ""
	}
	if values := s.Values(); len(values) == 1 {
		if v, ok := values[0].(*selection); ok {
			return *v, ""
		}
	}
	sel = selection{kind: s.Kind(), at: literalInt(s.At())}
	switch s.Kind() {
	case cdt.ByValueList, cdt.ByKeyList:
		if s.Inverted() && len(s.Values()) == 0 {
			return sel, "nothing is inverted: select all instead of those that are not among none"
		}
		sel.value = constList(s.Values())
	case cdt.ByValueInterval, cdt.ByKeyInterval:
		sel.value = node(s.Value())
		if to, ok := s.To(); ok {
			sel.count = node(to)
		}
		return sel, ""
	default:
		sel.value = node(s.Value())
	}
	if n, ok := s.Count(); ok {
		if n < 0 {
			return sel, "a range has a negative count"
		}
		sel.count = literalInt(n)
	}
	return sel, ""
}

// single reports whether the selection is of one element.
func (s *selection) single() bool {
	return s.kind == cdt.ByIndex || s.kind == cdt.ByRank || s.kind == cdt.ByKey
}

// arguments appends the arguments of a get or a removal after what it gives.
func (s *selection) arguments(args []*expr.Node) []*expr.Node {
	switch s.kind {
	case cdt.ByIndex, cdt.ByRank, cdt.ByIndexRange, cdt.ByRankRange:
		args = append(args, s.at)
	case cdt.ByValueRelativeRank, cdt.ByKeyRelativeIndex:
		args = append(args, s.value, s.at)
	default:
		args = append(args, s.value)
	}
	if s.count != nil {
		args = append(args, s.count)
	}
	return args
}

// The numbers of gets and removals by how they select.
var (
	listGets = map[cdt.SelectorKind]uint8{
		cdt.ByIndex: 19, cdt.ByRank: 21, cdt.ByValue: 22, cdt.ByValueList: 23, cdt.ByIndexRange: 24,
		cdt.ByValueInterval: 25, cdt.ByRankRange: 26, cdt.ByValueRelativeRank: 27,
	}
	listRemoves = map[cdt.SelectorKind]uint8{
		cdt.ByIndex: 32, cdt.ByRank: 34, cdt.ByValue: 35, cdt.ByValueList: 36, cdt.ByIndexRange: 37,
		cdt.ByValueInterval: 38, cdt.ByRankRange: 39, cdt.ByValueRelativeRank: 40,
	}
	mapGets = map[cdt.SelectorKind]uint8{
		cdt.ByKey: 97, cdt.ByIndex: 98, cdt.ByRank: 100, cdt.ByValue: 102, cdt.ByKeyInterval: 103, cdt.ByIndexRange: 104,
		cdt.ByValueInterval: 105, cdt.ByRankRange: 106, cdt.ByKeyList: 107, cdt.ByValueList: 108,
		cdt.ByKeyRelativeIndex: 109, cdt.ByValueRelativeRank: 110,
	}
	mapRemoves = map[cdt.SelectorKind]uint8{
		cdt.ByKey: 76, cdt.ByIndex: 77, cdt.ByRank: 79, cdt.ByKeyList: 81, cdt.ByValue: 82, cdt.ByValueList: 83,
		cdt.ByKeyInterval: 84, cdt.ByIndexRange: 85, cdt.ByValueInterval: 86, cdt.ByRankRange: 87,
		cdt.ByKeyRelativeIndex: 88, cdt.ByValueRelativeRank: 89,
	}
)
