//nolint:gosec // G115: numbers are cut to the bits that they are stored in.
package aerostore

import (
	"encoding/binary"
	"math"
)

// The kinds of bytes in packed values.
const (
	packedString = 3
	packedBytes  = 4
	packedHLL    = 18
	packedGeo    = 23
)

// AppendPacked appends v as the server stores it inside a list or map, and as
// a client sends it: MessagePack, in which strings, bytes and GeoJSON are
// strings that begin with their kind.
func AppendPacked(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, 0xc0)
	case bool:
		if v {
			return append(b, 0xc3)
		}
		return append(b, 0xc2)
	case int:
		return appendInt(b, v)
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 0xcb), math.Float64bits(v))
	case string:
		return append(appendBytes(b, packedString, len(v)), v...)
	case []byte:
		return append(appendBytes(b, packedBytes, len(v)), v...)
	case HLL:
		return append(appendBytes(b, packedBytes, len(v)), v...)
	case NestedHLL:
		return append(appendBytes(b, packedHLL, len(v)), v...)
	case Uint:
		return binary.BigEndian.AppendUint64(append(b, 0xcf), uint64(v))
	case GeoJSON:
		return append(appendBytes(b, packedGeo, len(v)), v...)
	case Edge:
		if v == Infinity {
			return append(b, 0xd4, 0xff, 0x01)
		}
		return append(b, 0xd4, 0xff, 0x00)
	case *List:
		flags := byte(v.Order)
		if v.Indexed {
			flags |= persisted
		}
		if flags != 0 { // the order comes before the elements
			b = append(appendLen(b, 0x90, 0xdc, len(v.Items)+1), 0xc7, 0x00, flags)
		} else {
			b = appendLen(b, 0x90, 0xdc, len(v.Items))
		}
		for _, e := range v.Items {
			b = AppendPacked(b, e)
		}
		return b
	case *Map:
		flags := byte(v.Order)
		if v.Indexed {
			flags |= persisted
		}
		if flags != 0 {
			b = append(appendLen(b, 0x80, 0xde, len(v.Pairs)+1), 0xc7, 0x00, flags, 0xc0)
		} else {
			b = appendLen(b, 0x80, 0xde, len(v.Pairs))
		}
		for _, p := range v.Pairs {
			b = AppendPacked(AppendPacked(b, p.Key), p.Value)
		}
		return b
	default:
		panic("value: not a value")
	}
}

const persisted = 0x10

func appendInt(b []byte, n int) []byte {
	switch {
	case n >= 0 && n < 1<<7, n < 0 && n >= -1<<5:
		return append(b, byte(n))
	case n >= 0 && n < 1<<8:
		return append(b, 0xcc, byte(n))
	case n >= 0 && n < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, 0xcd), uint16(n))
	case n >= 0 && n < 1<<32:
		return binary.BigEndian.AppendUint32(append(b, 0xce), uint32(n))
	case n >= 0:
		return binary.BigEndian.AppendUint64(append(b, 0xcf), uint64(n))
	case n >= math.MinInt8:
		return append(b, 0xd0, byte(n))
	case n >= math.MinInt16:
		return binary.BigEndian.AppendUint16(append(b, 0xd1), uint16(n))
	case n >= math.MinInt32:
		return binary.BigEndian.AppendUint32(append(b, 0xd2), uint32(n))
	default:
		return binary.BigEndian.AppendUint64(append(b, 0xd3), uint64(n))
	}
}

// appendBytes appends the head of n bytes and their kind.
func appendBytes(b []byte, kind byte, n int) []byte {
	n++ // the kind counts
	switch {
	case n < 1<<5:
		b = append(b, 0xa0|byte(n))
	case n < 1<<8:
		b = append(b, 0xd9, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0xda), uint16(n))
	default:
		b = binary.BigEndian.AppendUint32(append(b, 0xdb), uint32(n))
	}
	return append(b, kind)
}

// appendLen appends the head of a list or map.
func appendLen(b []byte, small, large byte, n int) []byte {
	switch {
	case n < 1<<4:
		return append(b, small|byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, large), uint16(n))
	default:
		return binary.BigEndian.AppendUint32(append(b, large+1), uint32(n))
	}
}
