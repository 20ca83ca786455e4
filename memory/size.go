package memory

import (
	"math"

	"github.com/aerostore/aerostore"
	value "github.com/aerostore/aerostore/internal/value"
)

// The size of a record is what a server stores of it, in its flat format. It was
// measured to the byte, by the largest record that a server accepts.
const (
	recordOverhead = 40 // of a record in no set, without bins
	expiryOverhead = 4
)

// size returns the size of the record under the key; bins is that of its bins.
func (r *record) size(key *aerostore.Key, bins int) int {
	n := recordOverhead + bins
	if len(r.bins) > math.MaxInt8 {
		n++
	}
	if set := key.Set(); set != "" {
		n += 1 + len(set)
	}
	if r.expires != never {
		n += expiryOverhead
	}
	if r.sentKey != nil {
		n += 2 + idSize(r.sentKey.ID())
	}
	return n
}

func sizeOfBins(bins []bin) int {
	n := 0
	for i := range bins {
		n += 2 + len(bins[i].name) + value.Size(bins[i].value)
	}
	return n
}

// exactSizeOfBins measures lists and maps, of which sizeOfBins knows a bound.
func exactSizeOfBins(bins []bin) int {
	n := 0
	for i := range bins {
		n += 2 + len(bins[i].name) + value.ExactSize(bins[i].value)
	}
	return n
}

func idSize(id any) int {
	switch v := id.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	default:
		return 8
	}
}
