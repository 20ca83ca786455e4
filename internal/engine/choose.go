package engine

import (
	"slices"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// A chooser finds the elements of a list that a selector means.
type chooser struct {
	total    int
	list     *value.List
	single   bool // at most one is selected, and given without a list
	inverted bool

	byRank bool // s is of ranks, else of indexes
	s      span
	at     []int // indexes, if they are not those of s
	each   []any // the values of a list of values
}

func (c *chooser) choose(s *cdt.Selector) *Error {
	c.inverted = s.Inverted()
	n := c.total
	count, counted := s.Count()
	switch s.Kind() {
	case cdt.ByIndex, cdt.ByRank:
		c.single = true
		if c.inverted {
			return fail(NotApplicable, "a single element cannot be inverted")
		}
		at, ok := indexIn(s.At(), n)
		if !ok {
			return fail(NotApplicable, "there is no element %d", s.At())
		}
		c.setSpan(span{at, 1}, s.Kind() == cdt.ByRank)
	case cdt.ByIndexRange:
		c.setSpan(rangeIn(s.At(), count, counted, n), false)
	case cdt.ByRankRange:
		c.setSpan(rangeIn(s.At(), count, counted, n), true)
	case cdt.ByValue:
		v, refused := imported(s.Value())
		if refused != nil {
			return refused
		}
		return c.chooseValues(v, v, true)
	case cdt.ByValueInterval:
		from, refused := imported(s.Value())
		if refused != nil {
			return refused
		}
		var to any = value.Infinity
		if end, ok := s.To(); ok {
			if to, refused = imported(end); refused != nil {
				return refused
			}
		}
		return c.chooseValues(from, to, false)
	case cdt.ByValueRelativeRank:
		v, refused := imported(s.Value())
		if refused != nil {
			return refused
		}
		c.chooseNear(v, s.At(), count, counted)
	case cdt.ByValueList:
		return c.chooseEach(s.Values())
	default:
		return fail(Parameter, "a list has no keys")
	}
	return nil
}

// less and upTo count the elements less than v, and not greater than v.
func (c *chooser) less(v any) (n int) {
	if c.list.Order == value.Ordered {
		return c.list.Search(v)
	}
	for _, e := range c.list.Items {
		if value.Compare(e, v) < 0 {
			n++
		}
	}
	return n
}

// setSpan selects a span of indexes, or of ranks.
func (c *chooser) setSpan(s span, ranks bool) {
	c.s, c.byRank = s, ranks && c.list.Order != value.Ordered
	if !c.byRank && s.n == 0 {
		c.s.at = 0 // where an empty span of ranks is shows when it is inverted
	}
}

// chooseValues selects the values from one up to another, or those equal.
func (c *chooser) chooseValues(from, to any, equal bool) *Error {
	if c.list.Order == value.Ordered {
		first, end := c.list.Search(from), c.list.Search(to)
		if equal {
			end = c.list.SearchAfter(from)
		}
		c.setSpan(span{first, max(0, end-first)}, false)
		return nil
	}
	c.byRank = true
	c.at = []int{}
	first := 0
	for i, e := range c.list.Items {
		order := value.Compare(e, from)
		if order < 0 {
			first++
		} else if equal && order == 0 || !equal && value.Compare(e, to) < 0 {
			c.at = append(c.at, i)
		}
	}
	c.s = span{first, len(c.at)}
	return nil
}

// chooseNear selects ranks that are counted from where v is.
func (c *chooser) chooseNear(v any, at, count int, counted bool) {
	c.setSpan(near(c.less(v), at, count, counted, c.total), true)
}

// chooseEach selects the elements that equal one of the values. An ordered
// list gives them in the order of the values, and again for a value that comes
// again. An unordered list gives them in its own order.
func (c *chooser) chooseEach(values []any) *Error {
	if len(values) == 0 {
		return nil
	}
	c.each = make([]any, len(values))
	for i, v := range values {
		var refused *Error
		if c.each[i], refused = imported(v); refused != nil {
			return refused
		}
	}
	c.at = []int{}
	if c.list.Order == value.Ordered {
		for _, v := range c.each {
			for i := c.list.Search(v); i < c.list.SearchAfter(v); i++ {
				c.at = append(c.at, i)
			}
		}
	} else {
		among := amongOf(c.each)
		for i, e := range c.list.Items {
			if among.equals(e) {
				c.at = append(c.at, i)
			}
		}
	}
	distinct := slices.Clone(c.at)
	slices.Sort(distinct)
	c.s = span{0, len(slices.Compact(distinct))}
	return nil
}

// indexes returns the indexes of what is selected, in the order in which
// values are given.
func (c *chooser) indexes() []int {
	at := c.at
	if at == nil {
		if c.byRank {
			at = heapRange(c.list.Items, c.s)
		} else {
			at = upwards(c.s)
		}
	}
	if !c.inverted {
		return at
	}
	return without(at, c.total)
}

func (c *chooser) count() int {
	if c.inverted {
		return c.total - c.s.n
	}
	return c.s.n
}

// give returns what an operation gives of the selection.
func (c *chooser) give(give uint8) (any, *Error) {
	var out []any
	switch give {
	case giveNothing:
		return nil, nil
	case giveCount:
		return c.count(), nil
	case giveExists:
		if c.byRank && c.inverted {
			// An unordered list inverts the answer, not the selection.
			return c.s.n == 0 && (c.total > 0 || c.at != nil), nil
		}
		return c.count() > 0, nil
	case giveValue:
		if !c.single && !c.inverted && !c.byRank && c.at == nil {
			return cloneItems(c.list.Items[c.s.at:c.s.end()]), nil
		}
		at := c.indexes()
		out = make([]any, len(at))
		for i, from := range at {
			out[i] = value.Clone(c.list.Items[from])
		}
	case giveIndex, giveReverseIndex:
		out = c.numbersOfIndexes(give == giveReverseIndex)
	case giveRank, giveReverseRank:
		out = c.numbersOfRanks(give == giveReverseRank)
	default:
		return nil, fail(NotApplicable, "a list does not give that")
	}
	if c.single {
		return out[0], nil
	}
	return &value.List{Items: out}, nil
}

func (c *chooser) numbersOfIndexes(reversed bool) (out []any) {
	if !c.byRank && c.at == nil {
		return numbers(c.s, c.inverted, reversed, c.total)
	}
	if c.each != nil && !c.inverted && c.list.Order == value.Ordered {
		for _, v := range c.each {
			first := c.list.Search(v)
			out = append(out, numbers(span{first, c.list.SearchAfter(v) - first}, false, reversed, c.total)...)
		}
		return out
	}
	at := c.indexes()
	if c.byRank {
		slices.Sort(at)
	}
	return fromEnd(at, reversed, c.total)
}

func (c *chooser) numbersOfRanks(reversed bool) []any {
	switch {
	case c.byRank:
		return numbers(c.s, c.inverted, reversed, c.total)
	case c.list.Order == value.Ordered:
		return c.numbersOfIndexes(reversed)
	case c.count() == c.total && c.each == nil:
		return numbers(span{0, c.total}, false, reversed, c.total)
	case c.each != nil && !c.inverted:
		return fromEnd(c.ranksOfEach(), reversed, c.total)
	case c.each != nil:
		return inSpans(without(c.ranksOfEach(), c.total), reversed, c.total)
	}
	sorted := &value.List{Items: slices.Clone(c.list.Items)}
	sorted.SetOrder(nil, value.Ordered, false)
	ranks := c.indexes()
	for n, i := range ranks {
		ranks[n] = sorted.Search(c.list.Items[i]) // equal elements have one rank here
	}
	return fromEnd(ranks, reversed, c.total)
}

// ranksOfEach returns the ranks of the elements that equal the first of several
// values, then of the next. One that comes again counts where it comes last.
func (c *chooser) ranksOfEach() (ranks []int) {
	for i, v := range c.each {
		if slices.ContainsFunc(c.each[i+1:], func(w any) bool { return value.Compare(v, w) == 0 }) {
			continue
		}
		n := 0
		for _, e := range c.list.Items {
			if value.Compare(e, v) == 0 {
				n++
			}
		}
		for i := range n {
			ranks = append(ranks, c.less(v)+i)
		}
	}
	return ranks
}

func (c *chooser) removeFrom(l *value.List, j *value.Journal) {
	at := c.indexes()
	switch len(at) {
	case 0:
		return
	case 1:
		l.Splice(j, at[0], 1, nil)
		return
	}
	rest := without(at, c.total)
	kept := make([]any, 0, len(rest))
	for _, i := range rest {
		kept = append(kept, l.Items[i])
	}
	l.Replace(j, kept)
}
