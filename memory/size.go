package memory

import (
	"math"

	"github.com/aerostore/aerostore"
)

// The size of a record is what a server would store of it, in its flat
// format, measured to the byte by the largest record that a server accepts.
// Only GeoJSON regions are an estimate: a server stores the cells that they
// cover, too.

const (
	recordOverhead = 40 // of a record in no set, without bins
	expiryOverhead = 4
	bytesOverhead  = 4 // the length of a string, blob, list or map
	geoOverhead    = 11
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
		n += 2 + len(bins[i].name) + binSize(bins[i].value)
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

// binSize returns the size of a bin's value.
func binSize(value any) int {
	switch v := value.(type) {
	case bool:
		return 1
	case int:
		return 1 + intSize(v)
	case float64:
		return 8
	case string:
		return bytesOverhead + len(v)
	case []byte:
		return bytesOverhead + len(v)
	case aerostore.GeoJSON:
		return bytesOverhead + geoOverhead + len(v)
	default: // a list or a map
		return bytesOverhead + packedSize(value)
	}
}

func intSize(v int) int {
	switch {
	case v < 0 || v > math.MaxUint32:
		return 8
	case v > math.MaxUint16:
		return 4
	case v > math.MaxUint8:
		return 2
	default:
		return 1
	}
}

// packedSize returns the size of a value within a list or map, in MessagePack.
func packedSize(value any) int {
	switch v := value.(type) {
	case int:
		return packedIntSize(v)
	case float64:
		return 9
	case string:
		return packedBytesSize(len(v))
	case []byte:
		return packedBytesSize(len(v))
	case aerostore.GeoJSON:
		return packedBytesSize(len(v))
	case []any:
		n := packedHeaderSize(len(v))
		for _, element := range v {
			n += packedSize(element)
		}
		return n
	case map[any]any:
		n := packedHeaderSize(len(v))
		for key, element := range v {
			n += packedSize(key) + packedSize(element)
		}
		return n
	default: // nil and bool
		return 1
	}
}

func packedIntSize(v int) int {
	switch {
	case -32 <= v && v <= math.MaxInt8:
		return 1
	case math.MinInt8 <= v && v <= math.MaxUint8:
		return 2
	case math.MinInt16 <= v && v <= math.MaxUint16:
		return 3
	case math.MinInt32 <= v && v <= math.MaxUint32:
		return 5
	default:
		return 9
	}
}

// packedBytesSize counts the byte in front that tells strings from blobs.
func packedBytesSize(length int) int {
	length++
	switch {
	case length < 32:
		return 1 + length
	case length <= math.MaxUint8:
		return 2 + length
	case length <= math.MaxUint16:
		return 3 + length
	default:
		return 5 + length
	}
}

func packedHeaderSize(entries int) int {
	switch {
	case entries < 16:
		return 1
	case entries <= math.MaxUint16:
		return 3
	default:
		return 5
	}
}
