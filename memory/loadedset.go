package memory

import (
	"fmt"

	"github.com/aerostore/aerostore"
)

// A loadedSet has the records of a set that are to be loaded, in blocks that do not
// move as their number grows.
type loadedSet struct {
	namespace *namespace
	name      string
	blocks    [][]loaded
	n         int
	digests   int // records that are known by digest alone
}

type loaded struct {
	id     aerostore.RecordID
	record *record
	line   int
}

// loadedBlock is the number of records of a block. The first may have less room.
const loadedBlock = 512

func (s *loadedSet) add(r loaded) {
	if s.n%loadedBlock == 0 {
		s.blocks = append(s.blocks, nil)
	}
	last := &s.blocks[len(s.blocks)-1]
	if *last == nil && s.n > 0 {
		*last = make([]loaded, 0, loadedBlock)
	}
	*last = append(*last, r)
	s.n++
	if r.id.IsDigest() {
		s.digests++
	}
}

func (s *loadedSet) at(i int) *loaded { return &s.blocks[i/loadedBlock][i%loadedBlock] }

// checkOnce returns an error if a record occurs twice. It compares ids, or digests if
// the set has both.
func (s *loadedSet) checkOnce() error {
	size := 1
	for size < 2*s.n {
		size *= 2
	}
	places := make([]uint32, size) // hashed; a record's place is one more than its number
	for i := range s.n {
		id := s.comparable(i)
		at := id.Hash() % uint64(size)
		for ; places[at] != 0; at = (at + 1) % uint64(size) {
			if before := int(places[at] - 1); s.comparable(before) == id {
				return fmt.Errorf("record of %s.%s, number %d: line %d: the same record is in line %d",
					s.namespace.name, s.name, i+1, s.at(i).line, s.at(before).line)
			}
		}
		places[at] = uint32(i + 1)
	}
	return nil
}

func (s *loadedSet) comparable(i int) aerostore.RecordID {
	id := s.at(i).id
	if s.digests == 0 || s.digests == s.n || id.IsDigest() {
		return id
	}
	return digestKey(id.Key(s.namespace.name, s.name)).RecordID()
}

// apply stores the records. They replace those that are in the store.
func (s *loadedSet) apply() {
	set := s.namespace.makeSet(s.name)
	set.reserve(s.n)
	var p place
	for _, block := range s.blocks {
		for _, r := range block {
			key := r.id.Key(s.namespace.name, s.name)
			set.lock(&key, &p)
			p.put(r.record, r.record)
			p.unlock()
		}
	}
}
