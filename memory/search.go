package memory

import (
	"bytes"
	"hash/maphash"
	"iter"
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/geo"
	value "github.com/aerostore/aerostore/internal/value"
)

// A search is the condition of a query, prepared for many records. It is not modified once
// its index was found.
type search struct {
	coverage // without a bin, until the index of the name is found
	*source
	index string // the name of the index to use, "" for any

	begin, end int64  // integers
	text       string // a string
	blob       []byte
	shape      *geo.Shape
	ranges     [][2]int64 // what shardIndex.ints has of it
	one        [1][2]int64

	several bool       // entries of one record may be found
	cells   [][2]int64 // in each of which a record is found, nil to find each once
}

// searchOf returns nil for all records.
func searchOf(where aerostore.Predicate) *search {
	if where.Kind() == aerostore.PredicateNone {
		return nil
	}
	s := &search{
		coverage: coverage{where.Bin(), where.IndexType(), where.Collection(), packedPath(where.Path())},
		source:   sourceAt(where.Path()), index: where.IndexName(),
	}
	inCollection := s.in != aerostore.IndexDefault
	switch where.Kind() {
	case aerostore.PredicateStringEqual:
		s.text = where.Text()
	case aerostore.PredicateBlobEqual:
		s.blob = where.Bytes()
		hash := hashOf(s.blob)
		s.one[0] = [2]int64{hash, hash}
		s.ranges = s.one[:]
	case aerostore.PredicateIntRange:
		s.begin, s.end = where.Bounds()
		s.one[0] = [2]int64{s.begin, s.end}
		s.ranges = s.one[:]
		s.several = inCollection && s.begin != s.end
	default:
		s.shape, _ = geo.Parse(string(where.GeoJSON())) // checked before
		s.several = inCollection
		if where.Kind() == aerostore.PredicateWithin {
			s.ranges = rangesOf(s.shape)
		}
	}
	return s
}

const (
	// searchedCells is the number of cells in which the points of a region are searched,
	// and storedCells that under which a region is found. More cells are closer to the
	// region and take longer.
	searchedCells = 16
	storedCells   = 8
)

// rangesOf returns the cells of the points that may be in the region, as few ranges.
func rangesOf(region *geo.Shape) (ranges [][2]int64) {
	cells := region.Cover(searchedCells)
	slices.Sort(cells)
	for _, c := range cells {
		first, last := c.Span()
		if n := len(ranges); n > 0 && ranges[n-1][1]+2 == int64(first) { // cells are odd
			ranges[n-1][1] = int64(last)
		} else {
			ranges = append(ranges, [2]int64{int64(first), int64(last)})
		}
	}
	return ranges
}

var blobSeed = maphash.MakeSeed()

func hashOf(b []byte) int64 { return int64(maphash.Bytes(blobSeed, b)) } //nolint:gosec // G115: the bits are what is wanted

// matches reports whether the condition is true for a record of the set with these bins.
// The shard is locked.
func (s *search) matches(in *set, id aerostore.RecordID, bins []bin) bool {
	found := false
	s.each(&s.coverage, in, id, bins, func(v any) bool {
		found = s.matchesValue(v)
		return !found
	})
	return found
}

func (s *search) matchesValue(v any) bool {
	switch v := v.(type) {
	case int:
		return s.kind == aerostore.IndexInt && s.begin <= int64(v) && int64(v) <= s.end
	case value.Uint:
		return s.matchesValue(int(v)) //nolint:gosec // G115: the bits, as a server
	case string:
		return s.kind == aerostore.IndexString && v == s.text
	case []byte:
		return s.kind == aerostore.IndexBlob && bytes.Equal(v, s.blob)
	case value.GeoJSON:
		if s.kind != aerostore.IndexGeo {
			return false
		}
		shape, err := geo.Parse(string(v))
		return err == nil && geo.Within(shape, s.shape)
	default:
		return false
	}
}

// entries are what an index has of a record, in order and each once.
type entries struct {
	ints    []int64
	strings []string
	regions []int64
}

// maxIndexed is the longest string that an index has, in bytes. No query finds a longer
// one.
const maxIndexed = 2047

func (ix *shardIndex) entriesOf(id aerostore.RecordID, bins []bin) (all entries) {
	ix.each(&ix.coverage, ix.set, id, bins, func(v any) bool {
		all.add(ix.kind, v)
		return true
	})
	slices.Sort(all.ints)
	slices.Sort(all.strings)
	slices.Sort(all.regions)
	return entries{slices.Compact(all.ints), slices.Compact(all.strings), slices.Compact(all.regions)}
}

func (all entries) isEmpty() bool {
	return len(all.ints) == 0 && len(all.strings) == 0 && len(all.regions) == 0
}

func (all *entries) add(kind aerostore.IndexType, v any) {
	switch v := v.(type) {
	case int:
		if kind == aerostore.IndexInt {
			all.ints = append(all.ints, int64(v))
		}
	case value.Uint:
		all.add(kind, int(v)) //nolint:gosec // G115: the bits, as a server
	case string:
		if kind == aerostore.IndexString && len(v) <= maxIndexed {
			all.strings = append(all.strings, v)
		}
	case []byte:
		if kind == aerostore.IndexBlob && len(v) <= maxIndexed {
			all.ints = append(all.ints, hashOf(v))
		}
	case value.GeoJSON:
		if kind != aerostore.IndexGeo {
			return
		}
		shape, err := geo.Parse(string(v))
		switch {
		case err != nil: // an element of a list or map, which a server stores
		case shape.IsPoint():
			all.ints = append(all.ints, int64(shape.Cell()))
		default:
			for _, c := range shape.Cover(storedCells) {
				all.regions = append(all.regions, int64(c))
			}
		}
	}
}

// replaceEntries is replace for any coverage.
func (ix *shardIndex) replaceEntries(id aerostore.RecordID, birth uint64, old, bins []bin) {
	if ix.complete && ix.isSame(old, bins) {
		return
	}
	before, after := ix.entriesOf(id, old), ix.entriesOf(id, bins)
	ix.ints.exchange(id, birth, before.ints, after.ints, ix.complete)
	ix.strings.exchange(id, birth, before.strings, after.strings, ix.complete)
	ix.regions.exchange(id, birth, before.regions, after.regions, ix.complete)
	if len(ix.regions.blocks) == 0 {
		ix.levels = 0
	}
	for _, c := range after.regions {
		ix.levels |= 1 << geo.Cell(c).Level()
	}
}

// exchange replaces the values of a record, which are in order, each once. It leaves
// those that stay, if they are there.
func (s *sorted[V]) exchange(id aerostore.RecordID, birth uint64, before, after []V, complete bool) {
	for _, v := range before {
		if _, stays := slices.BinarySearch(after, v); !stays {
			s.remove(sortedEntry[V]{value: v, birth: birth})
		}
	}
	for _, v := range after {
		if _, stayed := slices.BinarySearch(before, v); !stayed || !complete {
			s.add(sortedEntry[V]{v, birth, id})
		}
	}
}

// lookup returns the ids and births of the records that an index has for the search
// now, or nil if it has none. It returns false if no index answers the search. The
// caller can range over the result without a lock.
func (sh *shard) lookup(s *search) (found iter.Seq2[aerostore.RecordID, uint64], ok bool) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for ix := sh.index; ix != nil; ix = ix.next {
		if ix.coverage == s.coverage && ix.complete {
			return ix.find(s), true
		}
	}
	return nil, false
}

func (ix *shardIndex) find(s *search) iter.Seq2[aerostore.RecordID, uint64] {
	if ix.kind == aerostore.IndexString {
		return ix.strings.between(s.text, s.text)
	}
	if len(s.ranges) == 1 && !s.several {
		return ix.ints.between(s.ranges[0][0], s.ranges[0][1])
	}
	var parts []iter.Seq2[aerostore.RecordID, uint64]
	for _, r := range s.ranges {
		if part := ix.ints.between(r[0], r[1]); part != nil {
			parts = append(parts, part)
		}
	}
	if s.kind == aerostore.IndexGeo && s.shape.IsPoint() {
		for level := range geo.MaxLevel + 1 {
			if ix.levels&(1<<level) == 0 {
				continue
			}
			c := int64(s.shape.Cell().Around(level))
			if part := ix.regions.between(c, c); part != nil {
				parts = append(parts, part)
			}
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return chained(parts, s.several)
}

// chained returns the records of all parts. If several, it returns each record once.
func chained(parts []iter.Seq2[aerostore.RecordID, uint64], several bool) iter.Seq2[aerostore.RecordID, uint64] {
	return func(yield func(aerostore.RecordID, uint64) bool) {
		var seen map[uint64]struct{}
		if several {
			seen = make(map[uint64]struct{})
		}
		for _, part := range parts {
			for id, birth := range part {
				if several {
					if _, again := seen[birth]; again {
						continue
					}
					seen[birth] = struct{}{}
				}
				if !yield(id, birth) {
					return
				}
			}
		}
	}
}
