package aerostore

import "slices"

// The ranks of a map are the places of its pairs in the order of their values, and of
// their keys where values are equal. They are sorted when they are first wanted. From
// then on a change of a pair costs a search and a move. Calls that read may do so at the
// same time, those that write exclude all others.

// ByRank returns the places of the pairs by rank. It must not be modified, and is valid
// until the map changes.
func (m *Map) ByRank() []int32 {
	if known := m.ranks.Load(); known != nil {
		return *known
	}
	ranks := make([]int32, len(m.Pairs))
	for i := range ranks {
		ranks[i] = int32(i)
	}
	slices.SortFunc(ranks, m.compareRanks)
	m.ranks.Store(&ranks)
	return ranks
}

// RankAt returns the rank of the pair at a place.
func (m *Map) RankAt(at int) int { return m.rankIn(m.ByRank(), int32(at)) } //nolint:gosec // G115: a map of a record has fewer entries

func (m *Map) compareRanks(a, b int32) int {
	if order := Compare(m.Pairs[a].Value, m.Pairs[b].Value); order != 0 {
		return order
	}
	return int(a - b)
}

// rankIn returns where a place is among the ranks.
func (m *Map) rankIn(ranks []int32, place int32) int {
	rank, ok := slices.BinarySearchFunc(ranks, place, m.compareRanks)
	if !ok { // its value is a list or map that was changed in place
		rank = slices.Index(ranks, place)
	}
	return rank
}

// rankInserted keeps the ranks when a pair was inserted at a place.
func (m *Map) rankInserted(at int) {
	known := m.ranks.Load()
	if known == nil {
		return
	}
	place := int32(at) //nolint:gosec // G115
	for i, p := range *known {
		if p >= place {
			(*known)[i]++
		}
	}
	rank, _ := slices.BinarySearchFunc(*known, place, m.compareRanks)
	*known = slices.Insert(*known, rank, place)
}

// rankSet sets the value at a place and keeps the ranks.
func (m *Map) rankSet(at int, v any) {
	known := m.ranks.Load()
	if known == nil {
		m.Pairs[at].Value = v
		return
	}
	ranks, place := *known, int32(at) //nolint:gosec // G115
	from := m.rankIn(ranks, place)
	m.Pairs[at].Value = v
	to, _ := slices.BinarySearchFunc(ranks[:from], place, m.compareRanks)
	if to < from {
		copy(ranks[to+1:], ranks[to:from])
	} else {
		more, _ := slices.BinarySearchFunc(ranks[from+1:], place, m.compareRanks)
		to += more
		copy(ranks[from:], ranks[from+1:to+1])
	}
	ranks[to] = place
}

// rankRemoving keeps the ranks when the pair at a place is to be removed.
func (m *Map) rankRemoving(at int) {
	known := m.ranks.Load()
	if known == nil {
		return
	}
	place := int32(at) //nolint:gosec // G115
	rank := m.rankIn(*known, place)
	*known = slices.Delete(*known, rank, rank+1)
	for i, p := range *known {
		if p > place {
			(*known)[i]--
		}
	}
}

// Keep removes all pairs but those at some places, which are in ascending order.
func (m *Map) Keep(j *Journal, places []int) {
	known := m.ranks.Load()
	kept := make([]MapPair, len(places))
	for i, at := range places {
		kept[i] = m.Pairs[at]
	}
	var moved []int32 // where each pair goes, from 1 on
	if known != nil {
		moved = make([]int32, len(m.Pairs))
		for i, at := range places {
			moved[at] = int32(i) + 1
		}
	}
	m.Replace(j, kept)
	if known == nil {
		return
	}
	ranks := make([]int32, 0, len(places))
	for _, place := range *known {
		if to := moved[place]; to > 0 {
			ranks = append(ranks, to-1)
		}
	}
	m.ranks.Store(&ranks)
}
