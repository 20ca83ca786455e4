package engine

import "math"

// A span is a range of indexes or ranks.
type span struct{ at, n int }

func (s span) end() int { return s.at + s.n }

// without returns the spans of a whole of n that s leaves.
func (s span) without(n int) [2]span {
	return [2]span{{0, s.at}, {s.end(), n - s.end()}}
}

// rangeIn resolves a range that may be counted from the end and reach beyond
// both, in a whole of n.
func rangeIn(at, count int, counted bool, n int) span {
	if at < 0 {
		at += n
	}
	return clip(at, count, counted, n)
}

// clip cuts a range at both ends of a whole of n.
func clip(at, count int, counted bool, n int) span {
	if !counted || count < 0 { // the server reads a negative count as a huge one
		count = math.MaxInt
	}
	if at < 0 {
		if count != math.MaxInt {
			count = max(0, count+at)
		}
		at = 0
	}
	if at >= n {
		return span{n, 0}
	}
	return span{at, min(count, n-at)}
}

// indexIn resolves an index that may be counted from the end.
func indexIn(at, n int) (int, bool) {
	if at < 0 {
		at += n
	}
	return at, at >= 0 && at < n
}

// near resolves a range that is counted from a place in a whole of n.
func near(place, at, count int, counted bool, n int) span {
	if at > n {
		return span{n, 0}
	}
	return clip(place+at, count, counted, n)
}

func upwards(s span) []int {
	at := make([]int, s.n)
	for i := range at {
		at[i] = s.at + i
	}
	return at
}

// fromEnd returns indexes or ranks as values, counted from the end if reversed.
func fromEnd(at []int, reversed bool, total int) (out []any) {
	for _, i := range at {
		if reversed {
			i = total - 1 - i
		}
		out = append(out, i)
	}
	return out
}

// inSpans gives sorted indexes or ranks as numbers gives spans: those that
// follow each other count upwards, from the end too.
func inSpans(at []int, reversed bool, total int) (out []any) {
	for len(at) > 0 {
		n := 1
		for n < len(at) && at[n] == at[0]+n {
			n++
		}
		out = append(out, numbers(span{at[0], n}, false, reversed, total)...)
		at = at[n:]
	}
	return out
}

// without returns the indexes of a whole of n that are not among at.
func without(at []int, n int) []int {
	chosen := make([]bool, n)
	for _, i := range at {
		chosen[i] = true
	}
	rest := make([]int, 0, max(0, n-len(at))) // at may have one twice
	for i, is := range chosen {
		if !is {
			rest = append(rest, i)
		}
	}
	return rest
}

// numbers gives spans as a list of indexes or ranks, from the end if reversed.
func numbers(s span, inverted, reversed bool, total int) []any {
	spans := []span{s}
	if inverted {
		w := s.without(total)
		spans = w[:]
	}
	out := []any{}
	for _, s := range spans {
		from := s.at
		if reversed {
			from = total - s.end()
		}
		for i := range s.n {
			out = append(out, from+i)
		}
	}
	return out
}
