package exp

import (
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// A Map is an expression for a map. What it can do is said by [MapPath].
type Map struct{ MapPath[Map] }

// A MapPath is a map in the value of an expression of type R: the value itself, or what a
// path leads to.
//
// A read gives what it finds. A write changes a copy, and gives the R around it
// afterwards: nothing is stored. A write that the server would refuse as an operation
// makes the expression unknown.
type MapPath[R Type[R]] struct{ path path }

func (Map) of(n *expr.Node) Map { return Map{MapPath[Map]{path{node: n, inMap: true}}} }

// Node returns the expression as backends read it, nil for a zero value.
func (e Map) Node() *expr.Node { return e.path.node }

// String returns the expression without its literals.
func (e Map) String() string { return e.path.node.Source(false) }

// GoString returns the expression without its literals.
func (e Map) GoString() string { return e.String() }

// Source returns the expression as a person would write it, with its literals.
func (e Map) Source() string { return e.path.node.Source(true) }

func (Map) any() {}

// In returns the map to which the steps lead.
func (m MapPath[R]) In(steps ...cdt.Step) MapPath[R] { return MapPath[R]{m.path.in(steps)} }

// ListIn returns the list to which the steps lead.
func (m MapPath[R]) ListIn(steps ...cdt.Step) ListPath[R] { return ListPath[R]{m.path.in(steps)} }

// Value returns the map itself.
func (m MapPath[R]) Value() Map { return of[Map](m.path.value(expr.MapType)) }

// Create returns a MapPath whose writes give a map that they create the order. They create
// one only where a step of the path does.
func (m MapPath[R]) Create(order cdt.MapOrder) MapPath[R] {
	m.path.order = uint8(order)
	return m
}

// With returns a MapPath whose Put and PutAll have the flags.
func (m MapPath[R]) With(flags ...cdt.MapFlag) MapPath[R] {
	m.path.flags = value.FlagBits(flags)
	return m
}

// Size returns the number of entries.
func (m MapPath[R]) Size() Int { return of[Int](m.path.call(expr.IntType, 96)) }

// IntAt returns the integer under a key, or at an index or rank, or at what further steps
// lead to from there. It is unknown if there is none, or something else.
//
//	exp.MapBin("profile").IntAt(cdt.Key("devices"), cdt.Key("phone"), cdt.Key("age"))
func (m MapPath[R]) IntAt(step cdt.Step, more ...cdt.Step) Int {
	return of[Int](m.path.at(expr.IntType, true, step, more))
}

// FloatAt is IntAt for a float.
func (m MapPath[R]) FloatAt(step cdt.Step, more ...cdt.Step) Float {
	return of[Float](m.path.at(expr.FloatType, true, step, more))
}

// StringAt is IntAt for a string.
func (m MapPath[R]) StringAt(step cdt.Step, more ...cdt.Step) String {
	return of[String](m.path.at(expr.StringType, true, step, more))
}

// BytesAt is IntAt for a []byte.
func (m MapPath[R]) BytesAt(step cdt.Step, more ...cdt.Step) Bytes {
	return of[Bytes](m.path.at(expr.BytesType, true, step, more))
}

// BoolAt is IntAt for a boolean.
func (m MapPath[R]) BoolAt(step cdt.Step, more ...cdt.Step) Bool {
	return of[Bool](m.path.at(expr.BoolType, true, step, more))
}

// GeoAt is IntAt for GeoJSON.
func (m MapPath[R]) GeoAt(step cdt.Step, more ...cdt.Step) Geo {
	return of[Geo](m.path.at(expr.GeoType, true, step, more))
}

// Get returns the values of the selected entries as a list, also a single one. With give,
// it returns their keys, indexes or ranks. What give says else is not for Get: see Count,
// Exists and GetMap.
func (m MapPath[R]) Get(selector cdt.OfMap, give ...cdt.GiveOfMap) List {
	var gives cdt.GiveOfMap = cdt.Elements
	for _, g := range give {
		if g != nil {
			gives = g
		}
	}
	return of[List](m.path.getList(mapGets, selector, int(gives.Number())))
}

// GetMap returns the selected entries as a map in no order or, with [cdt.AsOrderedMap], in
// the order of its keys. Servers before 7.0 do not know it.
func (m MapPath[R]) GetMap(selector cdt.OfMap, give ...cdt.MapGive) Map {
	gives := cdt.AsMap
	for _, g := range give {
		gives = g
	}
	switch {
	case selector == nil:
		return of[Map](expr.Error("nothing is selected"))
	case gives != cdt.AsMap && gives != cdt.AsOrderedMap && gives != cdt.Pairs:
		return of[Map](expr.Error("GetMap returns a map"))
	}
	return of[Map](m.path.get(mapGets, selector.Selector(), int(gives.Number()), expr.MapType))
}

// Count returns how many entries are selected.
func (m MapPath[R]) Count(selector cdt.OfMap) Int {
	return of[Int](m.path.count(mapGets, selector))
}

// Exists returns whether an entry is selected.
func (m MapPath[R]) Exists(selector cdt.OfMap) Bool {
	return of[Bool](m.path.exists(mapGets, selector))
}

// Place returns the index or rank of the entry of a key, index or rank, as give says:
// [cdt.IndexOf], [cdt.ReverseIndexOf], [cdt.RankOf] or [cdt.ReverseRankOf].
func (m MapPath[R]) Place(step cdt.Step, give cdt.Give) Int {
	return of[Int](m.path.place(true, step, give))
}

// Put returns the map with a value under a key.
func (m MapPath[R]) Put(key, v any) R {
	return of[R](m.path.put([3]uint8{67, 65, 69}, node(key), node(v)))
}

// PutAll returns the map with the entries of another.
func (m MapPath[R]) PutAll(entries Map) R {
	return of[R](m.path.put([3]uint8{68, 66, 70}, entries.Node()))
}

// put returns a write to entries. Two flags have numbers of their own.
func (p path) put(codes [3]uint8, args ...*expr.Node) *expr.Node {
	order := literalInt(int(p.order))
	switch p.flags {
	case 0:
		return p.modify(codes[0], append(args, order)...)
	case uint8(cdt.CreateOnly):
		return p.modify(codes[1], append(args, order)...)
	case uint8(cdt.UpdateOnly):
		return p.modify(codes[2], args...)
	}
	return p.modify(codes[0], append(args, order, p.flag())...)
}

// Increment returns the map with delta added to the number under a key. A missing key
// begins at zero.
func (m MapPath[R]) Increment(key, delta any) R {
	return of[R](m.path.modify(73, node(key), node(delta), literalInt(int(m.path.order))))
}

// Clear returns the map without its entries.
func (m MapPath[R]) Clear() R { return of[R](m.path.modify(75)) }

// Remove returns the map without the selected entries. It is unknown if a single index or
// rank is selected that does not exist.
func (m MapPath[R]) Remove(selector cdt.OfMap) R {
	if selector == nil {
		return of[R](expr.Error("nothing is selected"))
	}
	return of[R](m.path.remove(mapRemoves, selector.Selector()))
}
