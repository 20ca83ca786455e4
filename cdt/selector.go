// Package cdt says which elements of a list or map an operation is about, and
// what it returns of them. Operations, paths into nested lists and maps, and
// expressions use the same selectors:
//
//	cdt.Ranks(-10, 10)                          // the ten highest
//	cdt.Below(50)                               // values less than 50
//	cdt.Not(cdt.Keys("a", "b"))                 // all entries but two
//	cdt.Key("devices").Create(cdt.KeyOrdered)   // a step that creates
//
// An index counts the elements of a list, or the entries of a map by key, from
// 0. A rank counts values from the least. Negative ones count from the end: -1
// is the last or the greatest. Values of different types are ordered too:
//
//	nil < bool < int < string < list < map < []byte < float64 < GeoJSON
//
// An integer never equals a float64. Ranges may reach beyond the ends.
//
// The type of a selector decides where it may stand. A key cannot select from a
// list, and only a single element can be a step of a path. Selectors are
// immutable and copy their values. Their text shows no value.
package cdt

import (
	"math"

	value "github.com/aerostore/aerostore/internal/value"
)

// ToEnd is the count of a range that reaches to the end.
const ToEnd = math.MaxInt

// Infinity and Wildcard stand for values in comparisons, and cannot be stored.
// Infinity is greater than every value. Wildcard equals every value, and in a
// list also what follows: Value([]any{1, Wildcard}) selects [1 2] and [1 2 3],
// but not [1].
const (
	Infinity = value.Infinity
	Wildcard = value.Wildcard
)

type (
	// A OneIndex selects the element at an index.
	OneIndex struct{ index *Selector }
	// A OneRank selects the element of a rank.
	OneRank struct{ rank *Selector }
	// A OneKey selects the entry of a key.
	OneKey struct{ key *Selector }
	// An Equal selects the elements of a value.
	Equal struct{ equal *Selector }
	// A Many selects any number of elements.
	Many struct{ many *Selector }
	// A Keyed selects any number of entries of a map by their keys.
	Keyed struct{ keyed *Selector }
)

// An OfList is a selector of elements of a list: a OneIndex, OneRank, Equal or
// Many.
type OfList interface {
	// Selector returns what the selector says, nil for the zero value.
	Selector() *Selector
	ofList()
}

// An OfMap is a selector of entries of a map: any selector.
type OfMap interface {
	// Selector returns what the selector says, nil for the zero value.
	Selector() *Selector
	ofMap()
}

// Index selects the element at an index.
func Index(index int) OneIndex { return OneIndex{&Selector{kind: ByIndex, at: index}} }

// Rank selects the element of a rank.
func Rank(rank int) OneRank { return OneRank{&Selector{kind: ByRank, at: rank}} }

// Key selects the entry of a key.
func Key(key any) OneKey { return OneKey{selector(Selector{kind: ByKey}, copied(key))} }

// Value selects the elements that equal a value. As a step it selects the
// first.
func Value(v any) Equal { return Equal{selector(Selector{kind: ByValue}, copied(v))} }

// ranged returns a selector of up to count elements.
func ranged(kind SelectorKind, from, count int) *Selector {
	s := span(kind, from, count)
	return &s
}

// near is ranged from where v is.
func near(kind SelectorKind, v any, from, count int) *Selector {
	return selector(span(kind, from, count), copied(v))
}

func span(kind SelectorKind, from, count int) Selector {
	if count == ToEnd {
		return Selector{kind: kind, at: from}
	}
	return Selector{kind: kind, at: from, count: count, counted: true}
}

// Indexes selects up to count elements from an index. The count may be [ToEnd].
func Indexes(from, count int) Many {
	return Many{ranged(ByIndexRange, from, count)}
}

// Ranks selects up to count elements from a rank. Ranks(-10, 10) are the ten
// highest. The count may be [ToEnd].
func Ranks(from, count int) Many { return Many{ranged(ByRankRange, from, count)} }

// Values selects the elements that equal one of the values.
func Values(values ...any) Many {
	return Many{selector(Selector{kind: ByValueList}, copiedAll(values))}
}

// Between selects the values from one up to, but not including, another.
func Between(from, to any) Many {
	return Many{interval(ByValueInterval, from, to)}
}

// Below selects the values less than to.
func Below(to any) Many {
	return Many{interval(ByValueInterval, nil, to)}
}

// From selects the values that are not less than from.
func From(from any) Many { return Many{selector(Selector{kind: ByValueInterval}, copied(from))} }

// RanksNear selects up to count elements from a rank that is counted from
// where v is, or would be: 0 is the first element not less than v, -1 the one
// before. The count may be [ToEnd].
func RanksNear(v any, from, count int) Many {
	return Many{near(ByValueRelativeRank, v, from, count)}
}

// All selects everything.
func All() Many { return Indexes(0, ToEnd) }

// Keys selects the entries of the keys.
func Keys(keys ...any) Keyed {
	return Keyed{selector(Selector{kind: ByKeyList}, copiedAll(keys))}
}

// KeyBetween selects the entries with keys from one up to, but not including,
// another.
func KeyBetween(from, to any) Keyed {
	return Keyed{interval(ByKeyInterval, from, to)}
}

// KeyBelow selects the entries with keys less than to.
func KeyBelow(to any) Keyed {
	return Keyed{interval(ByKeyInterval, nil, to)}
}

// KeyFrom selects the entries with keys that are not less than from.
func KeyFrom(from any) Keyed {
	return Keyed{selector(Selector{kind: ByKeyInterval}, copied(from))}
}

// IndexesNear selects up to count entries from an index that is counted from
// where the key is, or would be. The count may be [ToEnd].
func IndexesNear(key any, from, count int) Keyed {
	return Keyed{near(ByKeyRelativeIndex, key, from, count)}
}

// Not selects what s does not. It takes an Equal, a Many or a Keyed.
func Not[S Many | Keyed](s interface{ not() S }) S { return s.not() }

func (s Equal) not() Many  { return Many{s.equal.Invert()} }
func (s Many) not() Many   { return Many{s.many.Invert()} }
func (s Keyed) not() Keyed { return Keyed{s.keyed.Invert()} }

func (OneIndex) ofList() {}
func (OneRank) ofList()  {}
func (Equal) ofList()    {}
func (Many) ofList()     {}

func (OneIndex) ofMap() {}
func (OneRank) ofMap()  {}
func (OneKey) ofMap()   {}
func (Equal) ofMap()    {}
func (Many) ofMap()     {}
func (Keyed) ofMap()    {}

// Selector returns what the selector says, nil for the zero value.
func (s OneIndex) Selector() *Selector { return s.index }

// Selector returns what the selector says, nil for the zero value.
func (s OneRank) Selector() *Selector { return s.rank }

// Selector returns what the selector says, nil for the zero value.
func (s OneKey) Selector() *Selector { return s.key }

// Selector returns what the selector says, nil for the zero value.
func (s Equal) Selector() *Selector { return s.equal }

// Selector returns what the selector says, nil for the zero value.
func (s Many) Selector() *Selector { return s.many }

// Selector returns what the selector says, nil for the zero value.
func (s Keyed) Selector() *Selector { return s.keyed }

// String describes the selector without its values.
func (s OneIndex) String() string { return s.index.String() }

// String describes the selector without its values.
func (s OneRank) String() string { return s.rank.String() }

// String describes the selector without its values.
func (s OneKey) String() string { return s.key.String() }

// String describes the selector without its values.
func (s Equal) String() string { return s.equal.String() }

// String describes the selector without its values.
func (s Many) String() string { return s.many.String() }

// String describes the selector without its values.
func (s Keyed) String() string { return s.keyed.String() }
