// Package cdt says which elements of a list or map an operation is about, and
// what it returns of them. Operations, paths into nested lists and maps, and
// expressions use the same selectors:
//
//	cdt.Ranks(-10, 10)            // the ten highest
//	cdt.Below(50)                 // values less than 50
//	cdt.Not(cdt.Keys("a", "b"))   // all entries but two
//	cdt.Key("devices").Create(cdt.KeyOrdered)   // a step that creates
//
// An index counts the elements of a list, or the keys of a map in order, from
// 0, or from the end with -1. A rank counts values in order, the least is 0 and
// the greatest -1. Values of different types are ordered too:
//
//	nil < bool < int < string < list < map < []byte < float < GeoJSON
//
// An integer never equals a float. Ranges may reach beyond the ends.
//
// Where a selector may stand is a matter of its type: a key cannot select from
// a list, and only a single element can be a step of a path. Selectors are
// immutable and copy the values that they are given. Their text shows no
// value.
package cdt

import (
	"fmt"
	"math"
	"slices"

	value "github.com/aerostore/aerostore/internal/value"
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

// OfList is a selector of elements of a list: a OneIndex, OneRank, Equal or
// Many.
type OfList interface {
	Selector() *Selector
	ofList()
}

// OfMap is a selector of entries of a map: any selector.
type OfMap interface {
	Selector() *Selector
	ofMap()
}

// Index selects the element at an index.
func Index(index int) OneIndex { return OneIndex{&Selector{kind: ByIndex, at: index}} }

// Rank selects the element of a rank.
func Rank(rank int) OneRank { return OneRank{&Selector{kind: ByRank, at: rank}} }

// Key selects the entry of a key.
func Key(key any) OneKey { return OneKey{&Selector{kind: ByKey, value: copied(key)}} }

// Value selects the elements that equal a value. As a step it selects the
// first.
func Value(v any) Equal { return Equal{&Selector{kind: ByValue, value: copied(v)}} }

// ToEnd is the count of a range that reaches to the end.
const ToEnd = math.MaxInt

// ranged returns a selector of up to count elements.
func ranged(s Selector, count int) *Selector {
	if count != ToEnd {
		s.count, s.counted = count, true
	}
	return &s
}

// Indexes selects up to count elements from an index. The count may be [ToEnd].
func Indexes(from, count int) Many {
	return Many{ranged(Selector{kind: ByIndexRange, at: from}, count)}
}

// Ranks selects up to count elements from a rank. Ranks(-10, 10) are the ten
// highest. The count may be [ToEnd].
func Ranks(from, count int) Many { return Many{ranged(Selector{kind: ByRankRange, at: from}, count)} }

// Values selects the elements that equal one of the values.
func Values(values ...any) Many { return Many{&Selector{kind: ByValueList, value: copiedAll(values)}} }

// Between selects the values from one up to, but not including, another.
func Between(from, to any) Many {
	return Many{&Selector{kind: ByValueInterval, value: copied(from), to: copied(to), counted: true}}
}

// Below selects the values less than to.
func Below(to any) Many {
	return Many{&Selector{kind: ByValueInterval, to: copied(to), counted: true}}
}

// From selects the values that are not less than from.
func From(from any) Many { return Many{&Selector{kind: ByValueInterval, value: copied(from)}} }

// RanksNear selects up to count elements from a rank that is counted from
// where v is, or would be: 0 is the first element not less than v, -1 the one
// before. The count may be [ToEnd].
func RanksNear(v any, from, count int) Many {
	return Many{ranged(Selector{kind: ByValueRelativeRank, value: copied(v), at: from}, count)}
}

// All selects everything.
func All() Many { return Indexes(0, ToEnd) }

// Keys selects the entries of the keys.
func Keys(keys ...any) Keyed { return Keyed{&Selector{kind: ByKeyList, value: copiedAll(keys)}} }

// KeyBetween selects the entries with keys from one up to, but not including,
// another.
func KeyBetween(from, to any) Keyed {
	return Keyed{&Selector{kind: ByKeyInterval, value: copied(from), to: copied(to), counted: true}}
}

// KeyBelow selects the entries with keys less than to.
func KeyBelow(to any) Keyed {
	return Keyed{&Selector{kind: ByKeyInterval, to: copied(to), counted: true}}
}

// KeyFrom selects the entries with keys that are not less than from.
func KeyFrom(from any) Keyed { return Keyed{&Selector{kind: ByKeyInterval, value: copied(from)}} }

// IndexesNear selects up to count entries from an index that is counted from
// where the key is, or would be. The count may be [ToEnd].
func IndexesNear(key any, from, count int) Keyed {
	return Keyed{ranged(Selector{kind: ByKeyRelativeIndex, value: copied(key), at: from}, count)}
}

// Not selects what s does not. It takes an Equal, a Many or a Keyed.
func Not[S Many | Keyed](s interface{ not() S }) S { return s.not() }

func (s Equal) not() Many  { return Many{s.equal.invert()} }
func (s Many) not() Many   { return Many{s.many.invert()} }
func (s Keyed) not() Keyed { return Keyed{s.keyed.invert()} }

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

func (s OneIndex) String() string { return s.index.String() }
func (s OneRank) String() string  { return s.rank.String() }
func (s OneKey) String() string   { return s.key.String() }
func (s Equal) String() string    { return s.equal.String() }
func (s Many) String() string     { return s.many.String() }
func (s Keyed) String() string    { return s.keyed.String() }

// A SelectorKind is the way in which a Selector selects.
type SelectorKind uint8

// The kinds of selectors.
const (
	ByIndex SelectorKind = 1 + iota
	ByRank
	ByKey
	ByValue
	ByIndexRange
	ByRankRange
	ByValueList
	ByValueInterval
	ByValueRelativeRank
	ByKeyList
	ByKeyInterval
	ByKeyRelativeIndex
)

var kindNames = [...]string{
	ByIndex: "index", ByRank: "rank", ByKey: "key", ByValue: "value",
	ByIndexRange: "indexes", ByRankRange: "ranks", ByValueList: "values",
	ByValueInterval: "value interval", ByValueRelativeRank: "relative ranks",
	ByKeyList: "keys", ByKeyInterval: "key interval", ByKeyRelativeIndex: "relative indexes",
}

// A Selector is what a selector says, as backends and layers read it. Most
// programs use it only through the functions that make one.
type Selector struct {
	kind     SelectorKind
	counted  bool // there is a count, or an end of the interval
	inverted bool
	at       int
	count    int
	value    any
	to       any
}

// Kind returns the way in which s selects.
func (s *Selector) Kind() SelectorKind { return s.kind }

// At returns the index or rank, or the first of a range.
func (s *Selector) At() int { return s.at }

// Count returns how many elements a range has, false if it is open.
func (s *Selector) Count() (count int, ok bool) { return s.count, s.counted }

// Value returns the value or key, or the first of an interval. It must not be
// modified.
func (s *Selector) Value() any { return s.value }

// To returns the end of an interval, false if it is open. It must not be
// modified.
func (s *Selector) To() (to any, ok bool) { return s.to, s.counted }

// Values returns the values or keys of a list, nil for other kinds. They must
// not be modified.
func (s *Selector) Values() []any {
	values, _ := s.value.(list)
	return values
}

// Inverted reports whether s selects what it does not say.
func (s *Selector) Inverted() bool { return s.inverted }

func (s *Selector) invert() *Selector {
	inverted := *s
	inverted.inverted = !s.inverted
	return &inverted
}

// Equal reports whether two selectors say the same. Both may be nil.
func (s *Selector) Equal(t *Selector) bool {
	if s == nil || t == nil {
		return s == t
	}
	return s.kind == t.kind && s.counted == t.counted && s.inverted == t.inverted && s.at == t.at &&
		s.count == t.count && same(s.value, t.value) && same(s.to, t.to)
}

// String describes the selector without its values.
func (s *Selector) String() string {
	if s == nil {
		return "nothing"
	}
	text := kindNames[s.kind]
	switch s.kind {
	case ByIndex, ByRank:
		text = fmt.Sprintf("%s %d", text, s.at)
	case ByIndexRange, ByRankRange, ByValueRelativeRank, ByKeyRelativeIndex:
		text = fmt.Sprintf("%s from %d", text, s.at)
		if s.counted {
			text = fmt.Sprintf("%s, %d of them", text, s.count)
		}
	case ByValueList, ByKeyList:
		text = fmt.Sprintf("%d %s", len(s.Values()), text)
	}
	if s.inverted {
		text = "not " + text
	}
	return text
}

// GoString describes the selector without its values.
func (s *Selector) GoString() string { return s.String() }

// list is a list of values or keys, not a value that is a list.
type list []any

func copiedAll(values []any) any {
	all := make(list, len(values))
	for i, v := range values {
		all[i] = copied(v)
	}
	return all
}

// copied returns a copy of a value. What cannot be stored is kept, for the
// check that refuses it.
func copied(v any) any {
	switch v := v.(type) {
	case nil, bool, int, float64, string:
		return v
	case []byte:
		return slices.Clone(v)
	}
	if c, err := value.Import(v); err == nil {
		return c
	}
	return v
}

func same(a, b any) bool {
	la, ok := a.(list)
	lb, too := b.(list)
	if ok || too {
		return ok == too && slices.EqualFunc(la, lb, value.Identical)
	}
	return value.Identical(a, b)
}

// Invert returns a selector of what s does not select. The functions that make
// selectors do not need it: see Not.
func Invert(s *Selector) *Selector { return s.invert() }
