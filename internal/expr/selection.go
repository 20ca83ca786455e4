package expr

import (
	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// Stored is added to the order of a map that has an index.
const Stored = 0x10

// A Selection is what the arguments of a call say of its selector.
type Selection struct {
	At, Count int // Count is cdt.ToEnd without one
	Value, To any
	Ends      bool // there is an end of the interval
	Inverted  bool
}

// Selector returns the selector of a kind. It returns false if it needs a list of values
// or keys, and Value is none, and for an unknown kind.
func (s *Selection) Selector(kind cdt.SelectorKind) (*cdt.Selector, bool) {
	var out interface{ Selector() *cdt.Selector }
	switch kind {
	case cdt.ByIndex:
		out = cdt.Index(s.At)
	case cdt.ByRank:
		out = cdt.Rank(s.At)
	case cdt.ByKey:
		out = cdt.Key(s.Value)
	case cdt.ByValue:
		out = cdt.Value(s.Value)
	case cdt.ByIndexRange:
		out = cdt.Indexes(s.At, s.Count)
	case cdt.ByRankRange:
		out = cdt.Ranks(s.At, s.Count)
	case cdt.ByValueRelativeRank:
		out = cdt.RanksNear(s.Value, s.At, s.Count)
	case cdt.ByKeyRelativeIndex:
		out = cdt.IndexesNear(s.Value, s.At, s.Count)
	case cdt.ByValueInterval:
		if out = cdt.From(s.Value); s.Ends {
			out = cdt.Between(s.Value, s.To)
		}
	case cdt.ByKeyInterval:
		if out = cdt.KeyFrom(s.Value); s.Ends {
			out = cdt.KeyBetween(s.Value, s.To)
		}
	case cdt.ByValueList, cdt.ByKeyList:
		list, ok := s.Value.(*value.List)
		if !ok {
			return nil, false
		}
		if out = cdt.Values(list.Items...); kind == cdt.ByKeyList {
			out = cdt.Keys(list.Items...)
		}
	default:
		return nil, false
	}
	if s.Inverted {
		return out.Selector().Invert(), true
	}
	return out.Selector(), true
}
