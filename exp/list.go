package exp

import (
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// A List is an expression for a list. What it can do is said by [ListPath].
type List struct{ ListPath[List] }

// A ListPath is a list in the value of an expression of type R: the value itself, or what
// a path leads to.
//
// A read gives what it finds. A write changes a copy, and gives the R around it
// afterwards: nothing is stored. A write that the server would refuse as an operation
// makes the expression unknown.
type ListPath[R Type[R]] struct{ path path }

func (List) of(n *expr.Node) List { return List{ListPath[List]{path{node: n}}} }

// Node returns the expression as backends read it, nil for a zero value.
func (e List) Node() *expr.Node { return e.path.node }

// String returns the expression without its literals.
func (e List) String() string { return e.path.node.Source(false) }

// GoString returns the expression without its literals.
func (e List) GoString() string { return e.String() }

// Source returns the expression as a person would write it, with its literals.
func (e List) Source() string { return e.path.node.Source(true) }

func (List) any() {}

// In returns the list to which the steps lead.
func (l ListPath[R]) In(steps ...cdt.Step) ListPath[R] { return ListPath[R]{l.path.in(steps)} }

// MapIn returns the map to which the steps lead.
func (l ListPath[R]) MapIn(steps ...cdt.Step) MapPath[R] { return MapPath[R]{l.path.in(steps)} }

// Value returns the list itself.
func (l ListPath[R]) Value() List { return of[List](l.path.value(expr.ListType)) }

// Create returns a ListPath whose Append and Increment give a list that they create the
// order. They create one only where a step of the path does.
func (l ListPath[R]) Create(order cdt.ListOrder) ListPath[R] {
	l.path.order = uint8(order)
	return l
}

// With returns a ListPath whose writes have the flags.
func (l ListPath[R]) With(flags ...cdt.ListFlag) ListPath[R] {
	l.path.flags = value.FlagBits(flags)
	return l
}

// Size returns the number of elements.
func (l ListPath[R]) Size() Int { return of[Int](l.path.call(expr.IntType, 16)) }

// IntAt returns the integer at an index or rank, or at what further steps lead to from
// there. It is unknown if there is none, or something else.
func (l ListPath[R]) IntAt(step cdt.Step, more ...cdt.Step) Int {
	return of[Int](l.path.at(expr.IntType, false, step, more))
}

// FloatAt is IntAt for a float.
func (l ListPath[R]) FloatAt(step cdt.Step, more ...cdt.Step) Float {
	return of[Float](l.path.at(expr.FloatType, false, step, more))
}

// StringAt is IntAt for a string.
func (l ListPath[R]) StringAt(step cdt.Step, more ...cdt.Step) String {
	return of[String](l.path.at(expr.StringType, false, step, more))
}

// BytesAt is IntAt for a []byte.
func (l ListPath[R]) BytesAt(step cdt.Step, more ...cdt.Step) Bytes {
	return of[Bytes](l.path.at(expr.BytesType, false, step, more))
}

// BoolAt is IntAt for a boolean.
func (l ListPath[R]) BoolAt(step cdt.Step, more ...cdt.Step) Bool {
	return of[Bool](l.path.at(expr.BoolType, false, step, more))
}

// GeoAt is IntAt for GeoJSON.
func (l ListPath[R]) GeoAt(step cdt.Step, more ...cdt.Step) Geo {
	return of[Geo](l.path.at(expr.GeoType, false, step, more))
}

// Get returns the selected elements as a list, also a single one. With give, it returns
// their indexes or ranks. What give says else is not for Get: see Count and Exists.
func (l ListPath[R]) Get(selector cdt.OfList, give ...cdt.Give) List {
	gives := cdt.Elements
	for _, g := range give {
		gives = g
	}
	return of[List](l.path.getList(listGets, selector, int(gives)))
}

// getList returns a get that gives a list.
func (p path) getList(gets map[cdt.SelectorKind]uint8, selector interface{ Selector() *cdt.Selector }, give int) *expr.Node {
	switch give {
	case int(cdt.Nothing), int(cdt.Count), int(cdt.Exists), int(cdt.Pairs), int(cdt.AsMap), int(cdt.AsOrderedMap):
		return expr.Error("Get returns a list: use Count, Exists or GetMap")
	}
	if selector == nil {
		return expr.Error("nothing is selected")
	}
	return p.get(gets, selector.Selector(), give, expr.ListType)
}

// Count returns how many elements are selected.
func (l ListPath[R]) Count(selector cdt.OfList) Int {
	return of[Int](l.path.count(listGets, selector))
}

func (p path) count(gets map[cdt.SelectorKind]uint8, selector interface{ Selector() *cdt.Selector }) *expr.Node {
	if selector == nil {
		return expr.Error("nothing is selected")
	}
	return p.get(gets, selector.Selector(), int(cdt.Count), expr.IntType)
}

// Exists returns whether an element is selected. With [cdt.Not] it returns, on a list in
// no order, whether none is.
func (l ListPath[R]) Exists(selector cdt.OfList) Bool {
	return of[Bool](l.path.exists(listGets, selector))
}

func (p path) exists(gets map[cdt.SelectorKind]uint8, selector interface{ Selector() *cdt.Selector }) *expr.Node {
	if selector == nil {
		return expr.Error("nothing is selected")
	}
	return p.get(gets, selector.Selector(), int(cdt.Exists), expr.BoolType)
}

// Contains returns whether an element equals a literal or an expression.
func (l ListPath[R]) Contains(v any) Bool { return l.Exists(cdt.Value(v)) }

// Place returns the index or rank of the element at an index or rank, as give says:
// [cdt.IndexOf], [cdt.ReverseIndexOf], [cdt.RankOf] or [cdt.ReverseRankOf].
func (l ListPath[R]) Place(step cdt.Step, give cdt.Give) Int {
	return of[Int](l.path.place(false, step, give))
}

func (p path) place(inMap bool, step cdt.Step, give cdt.Give) *expr.Node {
	switch give {
	case cdt.IndexOf, cdt.ReverseIndexOf, cdt.RankOf, cdt.ReverseRankOf:
		return p.one(expr.IntType, int(give), inMap, step, nil)
	}
	return expr.Error("Place returns an index or a rank")
}

func (p path) flag() *expr.Node { return literalInt(int(p.flags)) }

// Append returns the list with values at its end, or in their places if it is ordered.
func (l ListPath[R]) Append(values ...any) R {
	p := l.path
	if len(values) == 1 {
		return of[R](p.modify(1, node(values[0]), literalInt(int(p.order)), p.flag()))
	}
	return of[R](p.modify(2, constList(values), literalInt(int(p.order)), p.flag()))
}

// AppendAll is Append for the elements of another list.
func (l ListPath[R]) AppendAll(list List) R {
	p := l.path
	return of[R](p.modify(2, list.Node(), literalInt(int(p.order)), p.flag()))
}

// Insert returns the list with values before the element at an index.
func (l ListPath[R]) Insert(index Int, values ...any) R {
	if len(values) == 1 {
		return of[R](l.path.modify(3, index.node, node(values[0]), l.path.flag()))
	}
	return of[R](l.path.modify(4, index.node, constList(values), l.path.flag()))
}

// InsertAll is Insert for the elements of another list.
func (l ListPath[R]) InsertAll(index Int, list List) R {
	return of[R](l.path.modify(4, index.node, list.Node(), l.path.flag()))
}

// Set returns the list with another element at an index.
func (l ListPath[R]) Set(index Int, v any) R {
	return of[R](l.path.modify(9, index.node, node(v), l.path.flag()))
}

// Increment returns the list with delta added to the number at an index.
func (l ListPath[R]) Increment(index Int, delta any) R {
	p := l.path
	return of[R](p.modify(12, index.node, node(delta), literalInt(int(p.order)), p.flag()))
}

// Clear returns the list without its elements.
func (l ListPath[R]) Clear() R { return of[R](l.path.modify(11)) }

// Sort returns the list sorted.
func (l ListPath[R]) Sort(flags ...cdt.SortFlag) R {
	all := 0
	for _, f := range flags {
		all |= int(f)
	}
	return of[R](l.path.modify(13, literalInt(all)))
}

// Remove returns the list without the selected elements. It is unknown if a single one is
// selected that does not exist.
func (l ListPath[R]) Remove(selector cdt.OfList) R {
	if selector == nil {
		return of[R](expr.Error("nothing is selected"))
	}
	return of[R](l.path.remove(listRemoves, selector.Selector()))
}

// Equal returns whether the list equals a literal.
func (e List) Equal(values ...any) Bool { return Equal(e, ListVal(values...)) }
