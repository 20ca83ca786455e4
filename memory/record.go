package memory

import (
	"github.com/aerostore/aerostore"
	value "github.com/aerostore/aerostore/internal/value"
)

// A record is changed in its place, as a whole and under the lock of its shard. The
// slice of its bins is replaced and never changed. A list or map in a bin is changed in
// place, but not if it is lent: then a write replaces it by a copy. A copy of a record can
// be read without a lock if it, or the bin that is read, is lent.
type record struct {
	bins       []bin // a slice, not a map: a third of the memory
	expires    instant
	updated    instant        // by the last write, or a read that touched it
	sentKey    *aerostore.Key // of records written with SendKey
	birth      uint64         // its number among the records made in its shard
	slot       uint32         // its place among those of its shard that expire, from 1 on; else 0
	generation uint16
	heavy      bool // too large to be copied while others wait for the shard
	lent       bool // read without the lock since its lists and maps were marked
}

// lend lends all bins. The shard is locked, as for the methods below.
func (r *record) lend() { r.lent = true }

// lendOnly lends the bins named, or all if names is nil.
func (r *record) lendOnly(names []string) {
	const few = 8
	if names == nil || len(names) > few {
		r.lend()
		return
	}
	for _, name := range names {
		r.lendBin(name)
	}
}

func (r *record) lendBin(name string) {
	if i := indexOf(r.bins, name); i >= 0 {
		markLent(r.bins[i].value)
	}
}

// mark marks the lists and maps of a record as lent, if it is lent.
func (r *record) mark() {
	if !r.lent {
		return
	}
	for i := range r.bins {
		markLent(r.bins[i].value)
	}
	r.lent = false
}

func markLent(v any) {
	switch v := v.(type) {
	case *value.List:
		v.Lent = true
	case *value.Map:
		v.Lent = true
	}
}

// heavySize is the size in bytes over which a record is heavy. To copy as much takes
// some microseconds.
const heavySize = 32 << 10

// is reports whether r is the same record as old, unchanged. Both are nil for no
// record.
func (r *record) is(old *record) bool {
	if r == nil || old == nil {
		return r == old
	}
	return r.birth == old.birth && &r.bins[0] == &old.bins[0] && r.expires == old.expires && r.generation == old.generation
}

type bin struct {
	name  string
	value any // shared with nothing outside the store
}

// all returns a copy of all bins.
func (r *record) all() aerostore.Bins { return copyBins(r.bins) }

// only returns a copy of those of the bins named that the record has.
func (r *record) only(names []string) aerostore.Bins {
	bins := make(aerostore.Bins, len(names))
	var in finder
	for _, name := range names {
		if i := in.find(r.bins, name); i >= 0 {
			bins[name] = value.Export(r.bins[i].value)
		}
	}
	return bins
}

// some returns a copy of all bins if names is nil, else of those named.
func (r *record) some(names []string) aerostore.Bins {
	if names == nil {
		return r.all()
	}
	return r.only(names)
}

func copyBins(bins []bin) aerostore.Bins {
	copied := make(aerostore.Bins, len(bins))
	for _, b := range bins {
		copied[b.name] = value.Export(b.value)
	}
	return copied
}

// indexOf returns the index of the bin, or -1 if it is missing.
func indexOf(bins []bin, name string) int {
	for i := range bins {
		if bins[i].name == name {
			return i
		}
	}
	return -1
}

// A finder finds bins by name in one slice of bins. It searches them one by one until
// it has done so often enough for a map to pay. The zero value is ready to use.
type finder struct {
	steps int
	at    map[string]int // nil until it pays
}

func (f *finder) find(bins []bin, name string) int {
	const few = 64
	if len(bins) <= few && f.at == nil {
		return indexOf(bins, name)
	}
	return f.findOfMany(bins, name)
}

func (f *finder) findOfMany(bins []bin, name string) int {
	if f.at == nil {
		const often = 16
		if f.steps += len(bins); f.steps <= often*len(bins) {
			return indexOf(bins, name)
		}
		f.at = make(map[string]int, len(bins))
		for i := range bins {
			f.at[bins[i].name] = i
		}
	}
	if i, ok := f.at[name]; ok {
		return i
	}
	return -1
}

// moved notes that the bin is at i now.
func (f *finder) moved(name string, i int) {
	if f.at != nil {
		f.at[name] = i
	}
}

// removed notes that the bin was removed.
func (f *finder) removed(name string) { delete(f.at, name) }

// maxGeneration is the generation that 1 follows.
const maxGeneration = 1<<16 - 1

// nextGeneration returns the generation after that of old, which is nil for no record.
func nextGeneration(old *record) uint16 {
	if old == nil || old.generation == maxGeneration {
		return 1
	}
	return old.generation + 1
}
