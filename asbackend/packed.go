package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	value "github.com/aerostore/aerostore/internal/value"
)

// A packed is what a list or map holds, as the client sends it. The client itself packs no
// list or map in order, and no bytes as a key.
//
// The order comes before the elements. It counts as an element of a list, or as an entry
// of a map.
type packed struct {
	count int
	bytes []byte
}

type (
	packedList struct{ packed }
	packedMap  struct{ packed }
)

var (
	_ as.ListIter = packedList{}
	_ as.MapIter  = packedMap{}
)

// pack packs a *value.List or a *value.Map.
func pack(v any) any {
	b := value.AppendPacked(nil, v)
	switch v := v.(type) {
	case *value.List:
		return packedList{packedFrom(b, len(v.Items), v.Order != value.Unordered || v.Indexed)}
	case *value.Map:
		return packedMap{packedFrom(b, len(v.Pairs), v.Order != value.Unordered || v.Indexed)}
	}
	return v
}

// packedFrom drops the head, which the client writes.
func packedFrom(b []byte, count int, ordered bool) packed {
	if ordered {
		count++
	}
	head := 1
	switch {
	case count >= 1<<16:
		head = 5
	case count >= 1<<4:
		head = 3
	}
	return packed{count, b[head:]}
}

// Len returns the number that the client writes into the head.
func (p packed) Len() int { return p.count }

// PackList implements [as.ListIter].
func (p packedList) PackList(buf as.BufferEx) (int, error) { return p.write(buf) }

// PackMap implements [as.MapIter].
func (p packedMap) PackMap(buf as.BufferEx) (int, error) { return p.write(buf) }

// write writes the contents. Without a buffer, it returns only their size.
func (p packed) write(buf as.BufferEx) (int, error) {
	if buf == nil {
		return len(p.bytes), nil
	}
	n, err := buf.Write(p.bytes)
	if err != nil {
		return n, err
	}
	return n, nil
}
