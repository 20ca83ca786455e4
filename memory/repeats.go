package memory

import (
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/geo"
)

// repeat makes a search about the shapes in a list or map find a record for each cell of
// the condition in which the record has an entry of the index. A server does so, whose
// cells differ.
func (s *search) repeat() {
	if s.kind != aerostore.IndexGeo || !s.several {
		return
	}
	if s.shape.IsPoint() {
		for level := range geo.MaxLevel + 1 {
			c := int64(s.shape.Cell().Around(level))
			s.cells = append(s.cells, [2]int64{c, c})
		}
		return
	}
	for _, c := range s.shape.Cover(searchedCells) {
		first, last := c.Span()
		s.cells = append(s.cells, [2]int64{int64(first), int64(last)})
	}
}

// times returns how often the search finds a record of the set that matches.
func (s *search) times(in *set, id aerostore.RecordID, r *record) int {
	if s == nil || s.cells == nil {
		return 1
	}
	ix := shardIndex{coverage: s.coverage, source: s.source, set: in}
	all := ix.entriesOf(id, r.bins)
	entries := slices.Concat(all.ints, all.regions)
	n := 0
	for _, cell := range s.cells {
		if slices.ContainsFunc(entries, func(e int64) bool { return cell[0] <= e && e <= cell[1] }) {
			n++
		}
	}
	return max(n, 1)
}
