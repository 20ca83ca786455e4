package cdt

import (
	"fmt"
	"slices"

	value "github.com/aerostore/aerostore/internal/value"
)

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
	value    *any // a pointer, so that no verb of package fmt shows the value
	to       *any
}

// selector returns s with a value.
func selector(s Selector, v any) *Selector {
	h := &struct {
		Selector
		value any
	}{s, v}
	h.Selector.value = &h.value
	return &h.Selector
}

// interval returns a selector from a value up to, but not including, another.
func interval(kind SelectorKind, from, to any) *Selector {
	h := &struct {
		Selector
		from, upTo any
	}{Selector{kind: kind, counted: true}, copied(from), copied(to)}
	h.value, h.to = &h.from, &h.upTo
	return &h.Selector
}

// Kind returns the way in which s selects.
func (s *Selector) Kind() SelectorKind { return s.kind }

// At returns the index or rank, or the first of a range.
func (s *Selector) At() int { return s.at }

// Count returns how many elements a range has, false if it is open.
func (s *Selector) Count() (count int, ok bool) { return s.count, s.counted }

// Value returns the value or key, or the first of an interval. It must not be
// modified.
func (s *Selector) Value() any { return valueAt(s.value) }

// To returns the end of an interval, false if it is open. It must not be
// modified.
func (s *Selector) To() (to any, ok bool) { return valueAt(s.to), s.counted }

func valueAt(at *any) any {
	if at == nil {
		return nil
	}
	return *at
}

// Values returns the values or keys of a list, nil for other kinds. They must
// not be modified.
func (s *Selector) Values() []any {
	values, _ := s.Value().(list)
	return values
}

// Inverted reports whether s selects what it does not say.
func (s *Selector) Inverted() bool { return s.inverted }

// Invert returns a selector of what s does not select. Programs use [Not], which
// allows only what servers invert.
func (s *Selector) Invert() *Selector {
	if s == nil { // of a zero value, which the check refuses
		return nil
	}
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
		s.count == t.count && same(s.Value(), t.Value()) && same(valueAt(s.to), valueAt(t.to))
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
	case value.HLL: // elements of lists and maps are bytes to a server
		return append([]byte{}, v...)
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
