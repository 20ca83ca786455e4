package memory

import (
	"cmp"
	"iter"
	"slices"

	"github.com/aerostore/aerostore"
)

// A sorted holds the values of a bin in order, each with the record that has
// it, in blocks: what changes is a block and, now and then, the list of them. A
// reader takes the blocks it needs and goes through them without a lock;
// writers copy a block that was taken before they change it.
//
// The list is flat, so that adding a block moves those behind it. At a million
// records in a shard these are 16 bytes for each of twenty thousand blocks, once
// in thirty writes: less than a tree of more levels is worth.
type sorted[V cmp.Ordered] struct {
	blocks []*block[V] // none of them empty
}

type block[V cmp.Ordered] struct {
	taken   bool // by readers, and not to be changed
	entries []sortedEntry[V]
}

// blockSize is the most entries that a block has.
const blockSize = 64

// A sortedEntry is known by value and birth.
type sortedEntry[V cmp.Ordered] struct {
	value V
	birth uint64
	id    aerostore.RecordID
}

func (e sortedEntry[V]) compare(other sortedEntry[V]) int {
	return cmp.Or(cmp.Compare(e.value, other.value), cmp.Compare(e.birth, other.birth))
}

// seek returns the first block that may hold e: the first that does not end
// before it.
func (s *sorted[V]) seek(e sortedEntry[V]) int {
	i, _ := slices.BinarySearchFunc(s.blocks, e, func(b *block[V], e sortedEntry[V]) int {
		return b.entries[len(b.entries)-1].compare(e)
	})
	return i
}

func (b *block[V]) seek(e sortedEntry[V]) (i int, found bool) {
	return slices.BinarySearchFunc(b.entries, e, sortedEntry[V].compare)
}

// own returns the i-th block, to be changed.
func (s *sorted[V]) own(i int) *block[V] {
	b := s.blocks[i]
	if b.taken {
		b = &block[V]{entries: append(make([]sortedEntry[V], 0, cap(b.entries)), b.entries...)}
		s.blocks[i] = b
	}
	return b
}

// add adds the entry, if it is not there yet.
func (s *sorted[V]) add(e sortedEntry[V]) {
	i := s.seek(e)
	if i == len(s.blocks) {
		if i == 0 || len(s.blocks[i-1].entries) == blockSize {
			s.blocks = append(s.blocks, &block[V]{entries: []sortedEntry[V]{e}})
			return
		}
		i--
	}
	at, found := s.blocks[i].seek(e)
	if found {
		return
	}
	b := s.own(i)
	if len(b.entries) == blockSize {
		const half = blockSize / 2
		upper := append(make([]sortedEntry[V], 0, blockSize), b.entries[half:]...)
		clear(b.entries[half:])
		b.entries = b.entries[:half]
		s.blocks = slices.Insert(s.blocks, i+1, &block[V]{entries: upper})
		if at > half {
			b, at = s.blocks[i+1], at-half
		}
	}
	b.entries = slices.Insert(b.entries, at, e)
}

// remove removes the entry, if it is there.
func (s *sorted[V]) remove(e sortedEntry[V]) {
	i := s.seek(e)
	if i == len(s.blocks) {
		return
	}
	at, found := s.blocks[i].seek(e)
	if !found {
		return
	}
	b := s.own(i)
	b.entries = slices.Delete(b.entries, at, at+1)
	switch {
	case len(b.entries) == 0:
		s.drop(i)
	case i+1 < len(s.blocks) && len(b.entries)+len(s.blocks[i+1].entries) <= blockSize/2:
		b.entries = append(b.entries, s.blocks[i+1].entries...)
		s.drop(i + 1)
	}
}

func (s *sorted[V]) drop(i int) {
	s.blocks = slices.Delete(s.blocks, i, i+1)
	if len(s.blocks) < cap(s.blocks)/4 {
		s.blocks = slices.Clone(s.blocks)
	}
}

// between returns the records whose values are from begin to end, both
// included, as they are now, or nil if there are none. Taking them writes to the blocks; going through
// them does not, and changes nothing that others see.
func (s *sorted[V]) between(begin, end V) iter.Seq2[aerostore.RecordID, uint64] {
	from := sortedEntry[V]{value: begin}
	first := s.seek(from)
	if first == len(s.blocks) {
		return nil
	}
	if at, _ := s.blocks[first].seek(from); s.blocks[first].entries[at].value > end {
		return nil
	}
	last := first
	for last < len(s.blocks) && s.blocks[last].entries[0].value <= end {
		s.blocks[last].taken = true
		last++
	}
	blocks := slices.Clone(s.blocks[first:last])
	return func(yield func(aerostore.RecordID, uint64) bool) {
		for _, b := range blocks {
			at, _ := b.seek(from)
			for _, e := range b.entries[at:] {
				if e.value > end || !yield(e.id, e.birth) {
					return
				}
			}
		}
	}
}
