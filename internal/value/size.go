package aerostore

import "math"

const (
	lengthSize  = 4 // in front of a string, blob, list or map
	geoOverhead = 11
)

// Size returns the size of a bin that holds the value, as a server stores it,
// without the name of the bin. Of a GeoJSON region it is an estimate, because a
// server stores the cells that the region covers, too.
//
// The value is one that Clean returned.
func Size(value any) int {
	switch v := value.(type) {
	case bool:
		return 1
	case int:
		return 1 + intSize(v)
	case float64:
		return 8
	case string:
		return lengthSize + len(v)
	case []byte:
		return lengthSize + len(v)
	case GeoJSON:
		return lengthSize + geoOverhead + len(v)
	default: // a list or a map
		return lengthSize + packedSize(value)
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
	case GeoJSON:
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

// packedBytesSize includes the byte that tells strings from blobs.
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
