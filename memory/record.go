package memory

import "github.com/aerostore/aerostore"

// A record is changed in its place, as a whole and under the lock of its shard.
// Its bins never change, another slice takes their place: whoever has a copy of
// the record may read them without a lock.
type record struct {
	bins       []bin // a slice, not a map: a third of the memory
	expires    instant
	sentKey    *aerostore.Key // of records written with SendKey
	birth      uint64         // which of its shard's records it is, in the order of their making
	generation uint32
}

type bin struct {
	name  string
	value any // a clone of the store's own
}

// all returns copies of all bins.
func (r *record) all() aerostore.Bins { return copyBins(r.bins) }

// only returns copies of the bins named that the record has.
func (r *record) only(names []string) aerostore.Bins {
	bins := make(aerostore.Bins, len(names))
	for _, name := range names {
		if i := indexOf(r.bins, name); i >= 0 {
			bins[name] = clone(r.bins[i].value)
		}
	}
	return bins
}

// some returns all bins if names is nil, else those named.
func (r *record) some(names []string) aerostore.Bins {
	if names == nil {
		return r.all()
	}
	return r.only(names)
}

func copyBins(bins []bin) aerostore.Bins {
	copied := make(aerostore.Bins, len(bins))
	for _, b := range bins {
		copied[b.name] = clone(b.value)
	}
	return copied
}

// indexOf returns where the bin is, -1 if it is not there.
func indexOf(bins []bin, name string) int {
	for i := range bins {
		if bins[i].name == name {
			return i
		}
	}
	return -1
}

// maxGeneration is the last generation before they begin anew.
const maxGeneration = 1<<16 - 1

// nextGeneration returns the generation after that of old, which may be nil.
func nextGeneration(old *record) uint32 {
	if old == nil || old.generation == maxGeneration {
		return 1
	}
	return old.generation + 1
}
