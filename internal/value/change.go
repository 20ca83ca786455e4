package aerostore

import (
	"slices"
	"sort"
)

// A Journal records changes to lists and maps so that they can be undone. A
// nil Journal records nothing. It is not safe for concurrent use.
type Journal struct {
	first  change // most operations make one, which needs no allocation
	more   []change
	growth int
}

// Growth returns by how many bytes the changes grew the packed sizes of all lists and
// maps together. It may be too high, but is never too low: a list that is changed
// before it is put into another counts twice.
func (j *Journal) Growth() int { return j.growth }

// A change is what a Journal knows of one.
type change struct {
	kind  changeKind
	list  *List
	m     *Map
	at, n int // where, and how many were put there
	one   any // the element or value before
	many  []any
	pairs []MapPair
	order Order
	index bool
	grown int // by how much the Bound grew
}

type changeKind uint8

const (
	noChange     changeKind = iota
	listSet                 // one was at a place
	listSpliced             // many were where n are
	listReplaced            // many were all
	listReordered
	mapSet      // one was the value at a place
	mapInserted // nothing was at a place
	mapRemoved  // the pair was at a place
	mapReplaced // pairs were all
	mapReordered
	onlyGrown
)

func (j *Journal) record(c change) {
	if j.first.kind == noChange {
		j.first = c
	} else {
		j.more = append(j.more, c)
	}
}

// Same reports whether both are the same list or map, whose own changes count.
func Same(a, b any) bool {
	switch a := a.(type) {
	case *List:
		b, ok := b.(*List)
		return ok && a == b
	case *Map:
		b, ok := b.(*Map)
		return ok && a == b
	default:
		return false
	}
}

// sizeOf returns the packed size of elements.
func sizeOf(items []any) int {
	n := 0
	for _, v := range items {
		n += PackedSize(v)
	}
	return n
}

func sizeOfPairs(pairs []MapPair) int {
	n := 0
	for _, p := range pairs {
		n += PackedSize(p.Key) + PackedSize(p.Value)
	}
	return n
}

// Rollback undoes what was recorded, the last change first, and forgets it.
func (j *Journal) Rollback() {
	for i := range slices.Backward(j.more) {
		j.more[i].undo()
	}
	j.first.undo()
	*j = Journal{}
}

func (c *change) undo() {
	switch c.kind {
	case noChange, onlyGrown:
	case listSet:
		c.list.Items[c.at] = c.one
	case listSpliced:
		c.list.Items = slices.Replace(c.list.Items, c.at, c.at+c.n, c.many...)
	case listReplaced:
		c.list.Items = c.many
	case listReordered:
		c.list.Order, c.list.Indexed = c.order, c.index
	case mapSet:
		c.m.Pairs[c.at].Value = c.one
	case mapInserted:
		c.m.Pairs = slices.Delete(c.m.Pairs, c.at, c.at+1)
	case mapRemoved:
		c.m.Pairs = slices.Insert(c.m.Pairs, c.at, c.pairs...)
	case mapReplaced:
		c.m.Pairs = c.pairs
	case mapReordered:
		c.m.Order, c.m.Indexed = c.order, c.index
	}
	if c.list != nil {
		c.list.Bound = grown(c.list.Bound, -c.grown)
	}
	if c.m != nil {
		c.m.Bound = grown(c.m.Bound, -c.grown)
		c.m.ranks.Store(nil)
	}
}

// Grow raises the Bound of a list or map by n, which may be negative.
func (j *Journal) Grow(v any, n int) {
	c := change{kind: onlyGrown, grown: n}
	switch v := v.(type) {
	case *List:
		c.list = v
		v.Bound = grown(v.Bound, n)
	case *Map:
		c.m = v
		v.Bound = grown(v.Bound, n)
	default:
		return
	}
	if last := j.last(); last.list == c.list && last.m == c.m {
		last.grown += n
		return
	}
	j.record(c)
}

func (j *Journal) last() *change {
	if n := len(j.more); n > 0 {
		return &j.more[n-1]
	}
	return &j.first
}

func grown(bound uint32, n int) uint32 { return uint32(int(bound) + n) } //nolint:gosec // G115: below any record's size

// Append puts an element at the end.
func (l *List) Append(j *Journal, v any) {
	if j != nil {
		j.record(change{kind: listSpliced, list: l, at: len(l.Items), n: 1})
		j.growth += l.headerGrowth(1) + PackedSize(v)
	}
	l.Items = append(l.Items, v)
}

// Insert puts an element at an index.
func (l *List) Insert(j *Journal, at int, v any) {
	if j != nil {
		j.record(change{kind: listSpliced, list: l, at: at, n: 1})
		j.growth += l.headerGrowth(1) + PackedSize(v)
	}
	l.Items = append(l.Items, nil)
	copy(l.Items[at+1:], l.Items[at:])
	l.Items[at] = v
}

// Add puts an element into an ordered list, after those that equal it.
func (l *List) Add(j *Journal, v any) { l.Insert(j, l.SearchAfter(v), v) }

// Set replaces the element at an index.
func (l *List) Set(j *Journal, at int, v any) {
	if j != nil {
		j.record(change{kind: listSet, list: l, at: at, one: l.Items[at]})
		j.replaced(l.Items[at], v)
	}
	l.Items[at] = v
}

// Splice replaces n elements from an index by items.
func (l *List) Splice(j *Journal, at, n int, items []any) {
	if j != nil {
		j.record(change{kind: listSpliced, list: l, at: at, n: len(items), many: slices.Clone(l.Items[at : at+n])})
		j.growth += l.headerGrowth(len(items)-n) + sizeOf(items) - sizeOf(l.Items[at:at+n])
	}
	l.Items = slices.Replace(l.Items, at, at+n, items...)
}

// Replace puts items in the place of all elements.
func (l *List) Replace(j *Journal, items []any) {
	if j != nil {
		j.record(change{kind: listReplaced, list: l, many: l.Items})
		j.growth += l.headerGrowth(len(items)-len(l.Items)) + sizeOf(items) - sizeOf(l.Items)
	}
	l.Items = items
}

// SetOrder changes how the list is kept and sorts it if it must be.
func (l *List) SetOrder(j *Journal, order Order, indexed bool) {
	before := l.headerSize()
	if j != nil {
		j.record(change{kind: listReordered, list: l, order: l.Order, index: l.Indexed})
	}
	if order == Ordered && l.Order != Ordered {
		items := slices.Clone(l.Items)
		slices.SortStableFunc(items, Compare)
		l.Replace(j, items)
	}
	l.Order, l.Indexed = order, indexed
	if j != nil {
		j.growth += l.headerSize() - before
	}
}

// headerGrowth returns by how much n more elements grow the header.
func (l *List) headerGrowth(n int) int {
	stored := 0
	if l.Order != Unordered || l.Indexed {
		stored = 1
	}
	return headerGrowth(len(l.Items)+stored, n)
}

func headerGrowth(from, more int) int { return packedHeaderSize(from+more) - packedHeaderSize(from) }

// replaced notes that one value is to replace another.
func (j *Journal) replaced(old, v any) {
	if !Same(old, v) {
		j.growth += PackedSize(v) - PackedSize(old)
	}
}

// Search returns the rank of the first element of an ordered list that is not
// less than v.
func (l *List) Search(v any) int {
	return sort.Search(len(l.Items), func(i int) bool { return Compare(l.Items[i], v) >= 0 })
}

// SearchAfter returns the rank of the first element that is greater than v.
func (l *List) SearchAfter(v any) int {
	return sort.Search(len(l.Items), func(i int) bool { return Compare(l.Items[i], v) > 0 })
}

// Find returns where the key is, or where it would be inserted.
func (m *Map) Find(key any) (at int, found bool) {
	pairs := m.Pairs
	if m.Order == AsGiven {
		return probe(pairs, key)
	}
	if key, ok := key.(string); ok { // the common case, without a call per step
		low, high := 0, len(pairs)
		for low < high {
			mid := int(uint(low+high) >> 1)
			if at, ok := pairs[mid].Key.(string); ok && at < key || !ok && Compare(pairs[mid].Key, key) < 0 {
				low = mid + 1
			} else {
				high = mid
			}
		}
		if low == len(pairs) {
			return low, false
		}
		at, ok := pairs[low].Key.(string)
		return low, ok && at == key
	}
	at = sort.Search(len(pairs), func(i int) bool { return Compare(pairs[i].Key, key) >= 0 })
	return at, at < len(pairs) && Compare(pairs[at].Key, key) == 0
}

// probe is Find where the keys may be in no order. It looks at the places at which a
// server looks that takes them for sorted, and misses what a server misses.
func probe(pairs []MapPair, key any) (at int, found bool) {
	low, high, mid := 0, len(pairs), len(pairs)/2
	for low < high {
		switch order := Compare(pairs[mid].Key, key); {
		case order < 0:
			low, mid = mid+1, (mid+high)/2
		case order == 0:
			return mid, true
		default:
			high, mid = mid, (mid+low)/2
		}
	}
	return low, false
}

// Put sets the value of a key that is at its place, as Find reports. The value may be
// the one that is there, changed in place.
func (m *Map) Put(j *Journal, at int, found bool, key, v any) {
	if found {
		if j != nil {
			j.record(change{kind: mapSet, m: m, at: at, one: m.Pairs[at].Value})
			j.replaced(m.Pairs[at].Value, v)
		}
		m.rankSet(at, v)
		return
	}
	if j != nil {
		j.record(change{kind: mapInserted, m: m, at: at})
		j.growth += m.headerGrowth(1) + PackedSize(key) + PackedSize(v)
	}
	m.Pairs = append(m.Pairs, MapPair{})
	copy(m.Pairs[at+1:], m.Pairs[at:])
	m.Pairs[at] = MapPair{key, v}
	m.rankInserted(at)
}

// Remove removes the pair at a place.
func (m *Map) Remove(j *Journal, at int) {
	if j != nil {
		j.record(change{kind: mapRemoved, m: m, at: at, pairs: []MapPair{m.Pairs[at]}})
		j.growth += m.headerGrowth(-1) - PackedSize(m.Pairs[at].Key) - PackedSize(m.Pairs[at].Value)
	}
	m.rankRemoving(at)
	m.Pairs = slices.Delete(m.Pairs, at, at+1)
}

// Replace puts pairs, which are sorted by key, in the place of all.
func (m *Map) Replace(j *Journal, pairs []MapPair) {
	if j != nil {
		j.record(change{kind: mapReplaced, m: m, pairs: m.Pairs})
		j.growth += m.headerGrowth(len(pairs)-len(m.Pairs)) + sizeOfPairs(pairs) - sizeOfPairs(m.Pairs)
	}
	m.Pairs = pairs
	m.ranks.Store(nil)
}

// SetOrder changes how the map is kept.
func (m *Map) SetOrder(j *Journal, order Order, indexed bool) {
	before := m.headerSize()
	if j != nil {
		j.record(change{kind: mapReordered, m: m, order: m.Order, index: m.Indexed})
	}
	m.Order, m.Indexed = order, indexed
	if j != nil {
		j.growth += m.headerSize() - before
	}
}

func (m *Map) headerGrowth(n int) int {
	stored := 0
	if m.Order != Unordered || m.Indexed {
		stored = 1
	}
	return headerGrowth(len(m.Pairs)+stored, n)
}
