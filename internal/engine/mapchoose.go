package engine

import (
	"slices"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// A mapChooser finds the entries of a map that a selector means. The index of
// an entry is its place.
type mapChooser struct {
	m        *value.Map
	total    int
	single   bool
	inverted bool

	byRank   bool // s is of ranks, else of indexes
	s        span
	at       []int // indexes, if they are not those of s
	each     []any // the keys or values of a list of them
	byKeys   bool  // each is of keys
	searched bool  // an inverted answer to whether there are entries is not of the rest
}

func (c *mapChooser) choose(s *cdt.Selector) *Error {
	c.inverted = s.Inverted()
	n := c.total
	count, counted := s.Count()
	switch s.Kind() {
	case cdt.ByIndex, cdt.ByRank:
		c.single = true
		if c.inverted {
			return fail(NotApplicable, "a single entry cannot be inverted")
		}
		at, ok := indexIn(s.At(), n)
		if !ok {
			return fail(NotApplicable, "there is no entry %d", s.At())
		}
		c.s, c.byRank = span{at, 1}, s.Kind() == cdt.ByRank
		return nil
	case cdt.ByIndexRange:
		c.setSpan(rangeIn(s.At(), count, counted, n), false)
		return nil
	case cdt.ByRankRange:
		c.setSpan(rangeIn(s.At(), count, counted, n), true)
		return nil
	case cdt.ByKeyList, cdt.ByValueList:
		return c.chooseEach(s)
	}
	v, refused := imported(s.Value())
	if refused != nil {
		return refused
	}
	var to any = value.Infinity
	if end, ok := s.To(); ok {
		if to, refused = imported(end); refused != nil {
			return refused
		}
	}
	switch s.Kind() {
	case cdt.ByKey:
		return c.chooseKey(v)
	case cdt.ByKeyInterval:
		from, _ := c.m.Find(v)
		end, _ := c.m.Find(to)
		c.s = span{from, max(0, end-from)}
		if c.m.Sorted() {
			c.setSpan(c.s, false)
		} else {
			c.searched = true
		}
	case cdt.ByKeyRelativeIndex:
		place, _ := c.m.Find(v)
		c.setSpan(near(place, s.At(), count, counted, n), false)
	case cdt.ByValue:
		c.chooseValues(v, v, true)
	case cdt.ByValueInterval:
		c.chooseValues(v, to, false)
	case cdt.ByValueRelativeRank:
		c.setSpan(near(c.less(v), s.At(), count, counted, n), true)
	}
	return nil
}

// setSpan selects a span of indexes or ranks. What it leaves when it is
// inverted is a span too, if it begins or ends where the map does.
func (c *mapChooser) setSpan(s span, ranks bool) {
	c.byRank = ranks
	if c.inverted {
		switch {
		case s.n == 0:
			s, c.inverted = span{0, c.total}, false
		case s.at == 0:
			s, c.inverted = span{s.n, c.total - s.n}, false
		case s.end() == c.total:
			s, c.inverted = span{0, s.at}, false
		default:
			c.searched = ranks || !c.m.Sorted()
		}
	}
	c.s = s
}

// chooseKey selects the entry of a key. The server refuses to invert it only
// where it finds the key, or looks for it in an unordered map.
func (c *mapChooser) chooseKey(key any) *Error {
	c.single = true
	at, found := c.m.Find(key)
	if c.inverted && (found || !c.m.Sorted()) {
		return fail(NotApplicable, "a single entry cannot be inverted")
	}
	c.inverted = false
	c.s = span{at, 0}
	if found {
		c.s.n = 1
	}
	return nil
}

// less counts the values less than v.
func (c *mapChooser) less(v any) (n int) {
	for _, p := range c.m.Pairs {
		if value.Compare(p.Value, v) < 0 {
			n++
		}
	}
	return n
}

func (c *mapChooser) chooseValues(from, to any, equal bool) {
	c.byRank = true
	c.at = []int{}
	for i, p := range c.m.Pairs {
		if order := value.Compare(p.Value, from); order == 0 && equal || !equal && order >= 0 && value.Compare(p.Value, to) < 0 {
			c.at = append(c.at, i)
		}
	}
	c.searched = true
	c.s = span{c.less(from), len(c.at)}
	switch {
	case c.m.Ranked(): // found by the index of values, and given in its order
		c.at = nil
	case c.s.n == 0:
		c.s.at = 0
	}
}

func (c *mapChooser) chooseEach(s *cdt.Selector) *Error {
	c.byKeys = s.Kind() == cdt.ByKeyList
	c.at = []int{}
	for _, v := range s.Values() {
		in, refused := imported(v)
		if refused != nil {
			return refused
		}
		c.each = append(c.each, in)
		if c.byKeys {
			c.at = append(c.at, c.equal(in)...)
		}
	}
	if !c.byKeys {
		among := amongOf(c.each)
		for i, p := range c.m.Pairs {
			if among.equals(p.Value) {
				c.at = append(c.at, i)
			}
		}
	}
	slices.Sort(c.at)
	c.at = slices.Compact(c.at)
	c.s = span{0, len(c.at)}
	return nil
}

// equal returns the places of the entries with a key or value.
func (c *mapChooser) equal(v any) (at []int) {
	if c.byKeys {
		if i, found := c.m.Find(v); found {
			at = append(at, i)
		}
		return at
	}
	for i, p := range c.m.Pairs {
		if value.Compare(p.Value, v) == 0 {
			at = append(at, i)
		}
	}
	return at
}

// ofEach returns the places of the entries with the first of several keys or
// values, then of the next. One that comes again counts again if again is true,
// and otherwise where it comes last.
func (c *mapChooser) ofEach(again bool) (all []int) {
	for i, v := range c.each {
		if !again && slices.ContainsFunc(c.each[i+1:], func(w any) bool { return value.Compare(v, w) == 0 }) {
			continue
		}
		all = append(all, c.equal(v)...)
	}
	return all
}

// indexes returns the indexes of what is selected, in the order in which
// entries are given.
func (c *mapChooser) indexes() []int {
	if c.at != nil {
		if !c.inverted {
			return c.at
		}
		return without(c.at, c.total)
	}
	at := make([]int, c.s.n)
	for i := range at {
		if c.byRank {
			at[i] = int(c.m.ByRank()[c.s.at+i])
		} else {
			at[i] = c.s.at + i
		}
	}
	if !c.inverted {
		return at
	}
	return without(at, c.total)
}

func (c *mapChooser) count() int {
	if c.inverted {
		return c.total - c.s.n
	}
	return c.s.n
}

func (c *mapChooser) give(give uint8) (any, *Error) {
	var out []any
	switch give {
	case giveNothing:
		return nil, nil
	case giveCount:
		return c.count(), nil
	case giveExists:
		if c.inverted && c.searched {
			return c.s.n == 0 && (c.total > 0 || !c.byRank), nil
		}
		return c.count() > 0, nil
	case giveKey, giveValue:
		at := c.indexes()
		out = make([]any, len(at))
		for i, from := range at {
			if give == giveKey {
				out[i] = value.Clone(c.m.Pairs[from].Key)
			} else {
				out[i] = value.Clone(c.m.Pairs[from].Value)
			}
		}
	case givePairs, giveMap, giveOrderedMap:
		at := c.indexes()
		if give == giveOrderedMap {
			slices.Sort(at)
		}
		pairs := make(value.Pairs, len(at))
		for i, from := range at {
			p := c.m.Pairs[from]
			pairs[i] = value.MapPair{Key: value.Clone(p.Key), Value: value.Clone(p.Value)}
		}
		if give == givePairs || give == giveOrderedMap && !pairs.Sorted() { // of pairs that a server takes for sorted
			return pairs, nil
		}
		order := value.Unordered
		if give == giveOrderedMap {
			order = value.Ordered
		}
		m, _ := value.NewMap(order, pairs...)
		return m, nil
	case giveIndex, giveReverseIndex:
		out = c.numbersOfIndexes(give == giveReverseIndex)
	case giveRank, giveReverseRank:
		if c.byKeys {
			return nil, fail(NotApplicable, "a list of keys does not give ranks")
		}
		out = c.numbersOfRanks(give == giveReverseRank)
	default:
		return nil, fail(NotApplicable, "a map does not give that")
	}
	if c.single {
		if len(out) == 0 {
			if give == giveKey || give == giveValue {
				return nil, nil
			}
			return -1, nil
		}
		return out[0], nil
	}
	return &value.List{Items: out}, nil
}

func (c *mapChooser) numbersOfIndexes(reversed bool) []any {
	switch {
	case !c.byRank && c.at == nil:
		return numbers(c.s, c.inverted, reversed, c.total)
	case c.byRank && c.inverted && c.s.n == 0 && !c.m.Ranked():
		return numbers(span{0, c.total}, false, reversed, c.total)
	case c.byKeys && !c.inverted:
		return fromEnd(c.ofEach(c.m.Sorted()), reversed, c.total)
	case c.each != nil && !c.inverted && (c.total == 1 || c.m.Ranked()):
		return fromEnd(c.ofEach(true), reversed, c.total) // the server looks at each value by itself
	case c.byKeys && !c.m.Sorted():
		return inSpans(c.indexes(), reversed, c.total)
	default:
		return fromEnd(c.indexes(), reversed, c.total)
	}
}

func (c *mapChooser) numbersOfRanks(reversed bool) []any {
	switch {
	case c.byRank:
		return numbers(c.s, c.inverted, reversed, c.total)
	case c.count() == c.total && c.each == nil && !c.searched:
		return numbers(span{0, c.total}, false, reversed, c.total)
	}
	if c.each != nil && !c.inverted && c.m.Ranked() {
		return c.ranksOfEach(reversed)
	}
	places := c.indexes()
	if c.each != nil && !c.inverted {
		places = c.ofEach(c.total == 1)
	}
	out := c.ranksAt(places)
	switch {
	case c.each == nil || c.inverted && c.m.Ranked():
		return fromEnd(out, reversed, c.total)
	case c.inverted:
		slices.Sort(out)
		return inSpans(out, reversed, c.total)
	}
	return fromEnd(out, reversed, c.total)
}

// ranksAt returns the ranks of the entries at some places.
func (c *mapChooser) ranksAt(places []int) []int {
	out := make([]int, len(places))
	if len(places) <= few {
		for i, at := range places {
			out[i] = c.m.RankAt(at)
		}
		return out
	}
	ranks := make([]int, c.total)
	for r, i := range c.m.ByRank() {
		ranks[i] = r
	}
	for i, at := range places {
		out[i] = ranks[at]
	}
	return out
}

// ranksOfEach gives the ranks of the first of several values, then of the next,
// as the index of values has them.
func (c *mapChooser) ranksOfEach(reversed bool) []any {
	out := []any{}
	for _, v := range c.each {
		out = append(out, numbers(span{c.less(v), len(c.equal(v))}, false, reversed, c.total)...)
	}
	return out
}

func (c *mapChooser) remove(j *value.Journal) {
	at := c.indexes()
	switch len(at) {
	case 0:
		return
	case 1:
		c.m.Remove(j, at[0])
		return
	}
	c.m.Keep(j, without(at, c.total))
}
