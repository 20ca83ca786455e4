package engine

import (
	"math"
	"slices"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// onList carries out an operation on a list, which may be new.
func onList(l *value.List, op *cdt.Op, j *value.Journal) (any, *Error) {
	switch op.Kind {
	case cdt.ListSetOrder:
		if listOrder(op.Order) != op.Order {
			return nil, fail(NotApplicable, "a list has no such order")
		}
		l.SetOrder(j, op.Order, stored(op))
		return nil, nil
	case cdt.ListAppend, cdt.ListInsert:
		return listInsert(l, op, j)
	case cdt.ListSet:
		return nil, listSet(l, op, j)
	case cdt.ListIncrement:
		return listIncrement(l, op, j)
	case cdt.ListSize:
		return len(l.Items), nil
	case cdt.ListClear:
		l.Replace(j, nil)
		return nil, nil
	case cdt.ListSort:
		return nil, listSort(l, op, j)
	case cdt.ListGetAt, cdt.ListPop, cdt.ListRemoveAt:
		at, ok := indexIn(op.Index, len(l.Items))
		if !ok {
			return nil, fail(NotApplicable, "the list has no index %d", op.Index)
		}
		var result any
		if op.Kind == cdt.ListRemoveAt {
			result = 1
		} else {
			result = value.Clone(l.Items[at])
		}
		if op.Kind != cdt.ListGetAt {
			l.Splice(j, at, 1, nil)
		}
		return result, nil
	case cdt.ListGetRange, cdt.ListPopRange, cdt.ListRemoveRange:
		return listRange(l, op, j)
	case cdt.ListTrim:
		s := rangeIn(op.Index, op.Count, op.Counted, len(l.Items))
		removed := len(l.Items) - s.n
		l.Splice(j, s.end(), len(l.Items)-s.end(), nil)
		l.Splice(j, 0, s.at, nil)
		return removed, nil
	default:
		return listSelect(l, op, j)
	}
}

// padded returns the items for an index of a list of n elements, after nil for
// each index between.
func padded(at, n int, items ...any) ([]any, *Error) {
	if refused := checkPadding(at, n); refused != nil {
		return nil, refused
	}
	return append(make([]any, at-n), items...), nil
}

// checkPadding refuses an index so far beyond the end of a list that no record
// holds what is between. Each nil takes a byte.
func checkPadding(at, n int) *Error {
	if refused := checkIndex(at); refused != nil {
		return refused
	}
	if at-n > value.MaxRecord {
		return fail(TooBig, "a list of so many elements is too big")
	}
	return nil
}

// checkIndex refuses an index that no flag excuses.
func checkIndex(at int) *Error {
	if at > math.MaxInt32 {
		return fail(NotApplicable, "the index is too far beyond the end of the list")
	}
	return nil
}

func listRange(l *value.List, op *cdt.Op, j *value.Journal) (any, *Error) {
	s := rangeIn(op.Index, op.Count, op.Counted, len(l.Items))
	var result any
	if op.Kind == cdt.ListRemoveRange {
		result = s.n
	} else {
		result = cloneItems(l.Items[s.at:s.end()])
	}
	if op.Kind != cdt.ListGetRange {
		l.Splice(j, s.at, s.n, nil)
	}
	return result, nil
}

func cloneItems(items []any) *value.List {
	out := make([]any, len(items))
	for i, e := range items {
		out[i] = value.Clone(e)
	}
	return &value.List{Items: out}
}

func holds(l *value.List, v any) bool {
	if l.Order == value.Ordered {
		at := l.Search(v)
		return at < len(l.Items) && value.Compare(l.Items[at], v) == 0
	}
	return slices.ContainsFunc(l.Items, func(e any) bool { return value.Compare(e, v) == 0 })
}

// repeats reports whether two of the values are equal.
func repeats(values []any) bool {
	sorted := slices.SortedFunc(slices.Values(values), value.Compare)
	for i := 1; i < len(sorted); i++ {
		if value.Compare(sorted[i-1], sorted[i]) == 0 {
			return true
		}
	}
	return false
}

// holdsElsewhere reports whether an element equals v at another index than at. In an
// ordered list, the server looks only at the first of the elements that equal v.
func holdsElsewhere(l *value.List, at int, v any) bool {
	if l.Order == value.Ordered {
		first := l.Search(v)
		return first != at && first < len(l.Items) && value.Compare(l.Items[first], v) == 0
	}
	for i, e := range l.Items {
		if i != at && value.Compare(e, v) == 0 {
			return true
		}
	}
	return false
}

// listInsert appends or inserts one value or several.
func listInsert(l *value.List, op *cdt.Op, j *value.Journal) (any, *Error) {
	if op.Kind == cdt.ListAppend && op.Values == nil && op.Flags == 0 { // the common case
		v, refused := storable(op.Value)
		switch {
		case refused != nil:
			return nil, refused
		case l.Order == value.Ordered:
			l.Add(j, v)
		default:
			l.Append(j, v)
		}
		return len(l.Items), nil
	}
	several, many := valuesOf(op)
	if !many {
		several = []any{op.Value}
	}
	items := make([]any, 0, len(several))
	for _, v := range several {
		in, refused := storable(v)
		if refused != nil {
			return nil, refused
		}
		items = append(items, in)
	}
	n := len(l.Items)
	if op.Kind == cdt.ListInsert && l.Order == value.Ordered {
		return nil, fail(NotApplicable, "an ordered list takes values by appending, not at an index")
	}
	if len(items) == 0 {
		return n, nil
	}
	at := n
	if op.Kind == cdt.ListInsert {
		at = op.Index
		if at < 0 {
			if at += n; at < 0 {
				return nil, fail(NotApplicable, "the list has no index %d", op.Index)
			}
		}
		if refused := checkIndex(at); refused != nil {
			return nil, refused
		}
		if at > n && op.Flags&insertBounded != 0 {
			if op.Flags&noFail != 0 {
				return n, nil
			}
			return nil, fail(NotApplicable, "index %d is beyond the end of the list", op.Index)
		}
	}
	if op.Flags&addUnique != 0 {
		var refused *Error
		if items, refused = unique(l, items, op.Flags); refused != nil {
			return nil, refused
		}
		if len(items) == 0 {
			return n, nil
		}
	}
	switch {
	case l.Order == value.Ordered && len(items) == 1:
		l.Add(j, items[0])
	case l.Order == value.Ordered:
		all := slices.Concat(l.Items, items)
		slices.SortStableFunc(all, value.Compare)
		l.Replace(j, all)
	case at > n:
		padding, refused := padded(at, n, items...)
		if refused != nil {
			return nil, refused
		}
		l.Splice(j, n, 0, padding)
	case at == n && len(items) == 1:
		l.Append(j, items[0])
	default:
		l.Splice(j, at, 0, items)
	}
	return len(l.Items), nil
}

// unique returns the items that may be added to a list without duplicates. To an ordered
// list the server adds none if they have duplicates themselves, whatever it holds.
func unique(l *value.List, items []any, flags uint8) ([]any, *Error) {
	if l.Order == value.Ordered && flags&noFail == 0 && repeats(items) {
		return nil, fail(NotApplicable, "the values have duplicates")
	}
	kept := items[:0]
	for i, v := range items {
		var code Code
		switch {
		case holds(l, v):
			code = ElementExists
		case slices.ContainsFunc(items[:min(i, len(kept))], func(e any) bool { return value.Compare(e, v) == 0 }):
			code = NotApplicable
		default:
			kept = append(kept, v)
			continue
		}
		switch {
		case flags&noFail == 0:
			return nil, fail(code, "the list holds the value")
		case flags&partial == 0:
			return nil, nil
		}
	}
	return kept, nil
}

func listSet(l *value.List, op *cdt.Op, j *value.Journal) *Error {
	v, refused := storable(op.Value)
	if refused != nil {
		return refused
	}
	if l.Order == value.Ordered {
		return fail(NotApplicable, "an ordered list takes values by appending, not at an index")
	}
	n := len(l.Items)
	at := op.Index
	if at < 0 {
		at += n
	}
	if at < 0 {
		return fail(NotApplicable, "the list has no index %d", op.Index)
	}
	if refused := checkIndex(at); refused != nil {
		return refused
	}
	if at > n && op.Flags&insertBounded != 0 {
		if op.Flags&noFail != 0 {
			return nil
		}
		return fail(NotApplicable, "index %d is beyond the end of the list", op.Index)
	}
	if op.Flags&addUnique != 0 && holdsElsewhere(l, at, v) {
		if op.Flags&noFail != 0 {
			return nil
		}
		return fail(ElementExists, "the list holds the value")
	}
	if at < n {
		l.Set(j, at, v)
		return nil
	}
	items, refused := padded(at, n, v)
	if refused != nil {
		return refused
	}
	l.Splice(j, n, 0, items)
	return nil
}

func listIncrement(l *value.List, op *cdt.Op, j *value.Journal) (any, *Error) {
	n := len(l.Items)
	at := op.Index
	if at < 0 {
		at += n
	}
	if at < 0 || at > n && l.Order == value.Ordered {
		return nil, fail(NotApplicable, "the list has no index %d", op.Index)
	}
	var old any
	if at < n {
		old = l.Items[at]
	}
	sum, refused := add(old, op.Value, at < n, 1)
	if refused != nil {
		return nil, refused
	}
	if refused := checkIndex(at); refused != nil {
		return nil, refused
	}
	if at > n && op.Flags&insertBounded != 0 {
		refused = fail(NotApplicable, "index %d is beyond the end of the list", op.Index)
	} else if op.Flags&addUnique != 0 && holdsElsewhere(l, at, sum) {
		refused = fail(ElementExists, "the list holds the value")
	}
	if refused != nil {
		if op.Flags&noFail != 0 {
			return sum, nil // the sum that was refused
		}
		return nil, refused
	}
	switch {
	case l.Order == value.Ordered:
		if at < n {
			l.Splice(j, at, 1, nil)
		}
		l.Add(j, sum)
	case at >= n:
		items, refused := padded(at, n, sum)
		if refused != nil {
			return nil, refused
		}
		l.Splice(j, n, 0, items)
	default:
		l.Set(j, at, sum)
	}
	return sum, nil
}

// add returns old + sign*delta. The type of what is there stays: a float is cut
// when it is added to an integer. A delta of nil is 1.
func add(old, delta any, exists bool, sign int) (any, *Error) {
	in, refused := imported(delta)
	if refused != nil {
		return nil, refused
	}
	if in == nil {
		in = 1
	}
	switch d := value.Alone(in).(type) {
	case int:
		in = sign * d // wraps before it is added
	case float64:
		in = float64(sign) * d
	default:
		return nil, fail(Parameter, "an increment is an integer or a float")
	}
	if !exists {
		old = 0
		if _, ok := in.(float64); ok {
			old = 0.0
		}
	}
	switch old := value.Alone(old).(type) {
	case int:
		if d, ok := in.(int); ok {
			return old + d, nil
		}
		return old + int(in.(float64)), nil
	case float64:
		if d, ok := in.(int); ok {
			return old + float64(d), nil
		}
		return old + in.(float64), nil
	}
	return nil, fail(Parameter, "the element is no number")
}

const (
	sortDescending = 1
	dropDuplicates = 2
)

func listSort(l *value.List, op *cdt.Op, j *value.Journal) *Error {
	if op.Flags&(sortDescending|dropDuplicates) == sortDescending|dropDuplicates && l.Order != value.Ordered && len(l.Items) > 0 {
		// The server takes one flag at most, and looks at them only where it sorts.
		return fail(Parameter, "a sort takes one flag")
	}
	items := slices.Clone(l.Items)
	switch {
	case l.Order == value.Ordered:
	case op.Flags&sortDescending != 0:
		slices.SortStableFunc(items, func(a, b any) int { return value.Compare(b, a) })
	default:
		slices.SortStableFunc(items, value.Compare)
	}
	if op.Flags&dropDuplicates != 0 {
		items = slices.CompactFunc(items, func(a, b any) bool { return value.Compare(a, b) == 0 })
	}
	l.Replace(j, items)
	return nil
}

// listSelect carries out ListGet and ListRemove.
func listSelect(l *value.List, op *cdt.Op, j *value.Journal) (any, *Error) {
	if op.Select == nil {
		return nil, fail(Parameter, "nothing is selected")
	}
	c := chooser{total: len(l.Items), list: l}
	if refused := c.choose(op.Select); refused != nil {
		return nil, refused
	}
	result, refused := c.give(op.Give)
	if refused != nil {
		return nil, refused
	}
	if op.Kind == cdt.ListRemove {
		c.removeFrom(l, j)
	}
	return result, nil
}
