package source

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aerostore/aerostore/cdt"
)

// Selector returns a selector, such as cdt.Not(cdt.Keys("web", "app")).
func Selector(s *cdt.Selector) string {
	if s == nil {
		return "nil"
	}
	text := selected(s)
	if s.Inverted() {
		text = "cdt.Not(" + text + ")"
	}
	return text
}

func selected(s *cdt.Selector) string {
	switch s.Kind() {
	case cdt.ByIndex:
		return fmt.Sprintf("cdt.Index(%d)", s.At())
	case cdt.ByRank:
		return fmt.Sprintf("cdt.Rank(%d)", s.At())
	case cdt.ByKey:
		return "cdt.Key(" + Value(s.Value()) + ")"
	case cdt.ByValue:
		return "cdt.Value(" + Value(s.Value()) + ")"
	case cdt.ByIndexRange:
		if _, counted := s.Count(); !counted && s.At() == 0 {
			return "cdt.All()"
		}
		return fmt.Sprintf("cdt.Indexes(%d, %s)", s.At(), count(s.Count()))
	case cdt.ByRankRange:
		return fmt.Sprintf("cdt.Ranks(%d, %s)", s.At(), count(s.Count()))
	case cdt.ByValueList:
		return "cdt.Values(" + arguments(s.Values()) + ")"
	case cdt.ByValueInterval:
		return interval(s, "cdt.Below", "cdt.From", "cdt.Between")
	case cdt.ByValueRelativeRank:
		return fmt.Sprintf("cdt.RanksNear(%s, %d, %s)", Value(s.Value()), s.At(), count(s.Count()))
	case cdt.ByKeyList:
		return "cdt.Keys(" + arguments(s.Values()) + ")"
	case cdt.ByKeyInterval:
		return interval(s, "cdt.KeyBelow", "cdt.KeyFrom", "cdt.KeyBetween")
	case cdt.ByKeyRelativeIndex:
		return fmt.Sprintf("cdt.IndexesNear(%s, %d, %s)", Value(s.Value()), s.At(), count(s.Count()))
	default:
		return "nil"
	}
}

func interval(s *cdt.Selector, below, from, between string) string {
	to, closed := s.To()
	switch {
	case !closed:
		return from + "(" + Value(s.Value()) + ")"
	case s.Value() == nil:
		return below + "(" + Value(to) + ")"
	default:
		return between + "(" + Value(s.Value()) + ", " + Value(to) + ")"
	}
}

// count returns how many elements a range has.
func count(n int, counted bool) string {
	if !counted {
		return "cdt.ToEnd"
	}
	return strconv.Itoa(n)
}

// Step returns a step of a path, such as cdt.Key("devices").Create(cdt.KeyOrdered).
func Step(s cdt.Step) string {
	if s == nil {
		return "nil"
	}
	selector, in := s.Selector(), s.Creation()
	text := Selector(selector)
	switch {
	case in.Pads():
		return text + ".CreatePadded()"
	case in.IsMap():
		return text + ".Create(" + mapOrder(in.Order()) + ")"
	case in != 0:
		return text + ".Create(" + listOrder(in.Order()) + ")"
	case selector != nil && s.OfMap() && selector.Kind() != cdt.ByKey:
		return text + ".InMap()"
	default:
		return text
	}
}

func steps(path []cdt.Step) string {
	texts := make([]string, len(path))
	for i, s := range path {
		texts[i] = Step(s)
	}
	return strings.Join(texts, ", ")
}
