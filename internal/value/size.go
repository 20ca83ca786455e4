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
// The value is one that Import returned. A list or map counts with its Bound.
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
	case HLL:
		return lengthSize + len(v)
	case GeoJSON:
		return lengthSize + geoOverhead + len(v)
	case *List:
		return lengthSize + int(v.Bound) + v.indexSize(int(v.Bound))
	case *Map:
		return lengthSize + int(v.Bound) + v.indexSize(int(v.Bound))
	default: // nil
		return 0
	}
}

// ExactSize is Size with the packed size of a list or map.
func ExactSize(value any) int {
	switch v := value.(type) {
	case *List:
		n := PackedSize(v)
		return lengthSize + n + v.indexSize(n)
	case *Map:
		n := PackedSize(v)
		return lengthSize + n + v.indexSize(n)
	default:
		return Size(value)
	}
}

// indexSize returns the size of the index that is stored with a list of that packed
// size: where each element is, or each 128th of an unordered list.
func (l *List) indexSize(packed int) int {
	if !l.Indexed {
		return 0
	}
	n := len(l.Items)
	if l.Order == Unordered {
		const each = 128
		n = (n + each - 1) / each
	}
	return storedSize(n, packed-l.headerSize(), 0)
}

// indexSize returns the size of the index that is stored with a map of that packed size:
// where each pair is, and for some maps the order of the values.
func (m *Map) indexSize(packed int) int {
	if !m.Indexed {
		return 0
	}
	ranks := 0
	if m.Order == KeyValueOrdered {
		ranks = len(m.Pairs) * numberSize(len(m.Pairs))
	}
	return storedSize(len(m.Pairs), packed-m.headerSize(), ranks)
}

// storedSize returns by how much an index of n offsets into contents of a size, and
// more bytes, grows the header of a list or map.
func storedSize(n, contents, more int) int {
	if n <= 1 {
		return 0
	}
	switch data := n*numberSize(contents) + more; {
	case data == 2, data == 4, data == 8, data == 16:
		return data - 1
	case data <= math.MaxUint8:
		return data
	case data <= math.MaxUint16:
		return data + 1
	default:
		return data + 3
	}
}

// numberSize returns the size of a number up to that one.
func numberSize(most int) int {
	switch {
	case most <= math.MaxUint8:
		return 1
	case most <= math.MaxUint16:
		return 2
	default:
		return 3
	}
}

// Measure sets the Bound of a list or map to its packed size.
func Measure(value any) {
	switch v := value.(type) {
	case *List:
		v.Bound = uint32(PackedSize(v)) //nolint:gosec // G115: no record is that large
	case *Map:
		v.Bound = uint32(PackedSize(v)) //nolint:gosec // G115
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

// PackedSize returns the number of bytes that AppendPacked appends for the value.
func PackedSize(value any) int {
	switch v := value.(type) {
	case int:
		return packedIntSize(v)
	case float64:
		return 9
	case string:
		return packedBytesSize(len(v))
	case []byte:
		return packedBytesSize(len(v))
	case HLL:
		return packedBytesSize(len(v))
	case NestedHLL:
		return packedBytesSize(len(v))
	case Uint:
		return 9
	case GeoJSON:
		return packedBytesSize(len(v))
	case Edge:
		return 3
	case *List:
		n := v.headerSize()
		for _, element := range v.Items {
			n += PackedSize(element)
		}
		return n
	case *Map:
		n := v.headerSize()
		for _, p := range v.Pairs {
			n += PackedSize(p.Key) + PackedSize(p.Value)
		}
		return n
	default: // nil and bool
		return 1
	}
}

// headerSize includes the order, which is stored like an element.
func (l *List) headerSize() int {
	if l.Order == Unordered && !l.Indexed {
		return packedHeaderSize(len(l.Items))
	}
	return packedHeaderSize(len(l.Items)+1) + 3
}

// headerSize includes the order, which is stored like a pair.
func (m *Map) headerSize() int {
	if m.Order == Unordered && !m.Indexed {
		return packedHeaderSize(len(m.Pairs))
	}
	return packedHeaderSize(len(m.Pairs)+1) + 4
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
