package memory

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/eval"
	"github.com/aerostore/aerostore/internal/expr"
)

// A view is a record as expressions see it.
type view struct {
	namespace *namespace
	set       string
	id        aerostore.RecordID
	record    *record
	digest    [20]byte
}

var _ eval.Record = (*view)(nil)

// Bin implements [eval.Record].
func (v *view) Bin(name string) any {
	if i := indexOf(v.record.bins, name); i >= 0 {
		return v.record.bins[i].value
	}
	return nil
}

// Key implements [eval.Record].
func (v *view) Key() any {
	if v.record.sentKey == nil {
		return nil
	}
	id := v.record.sentKey.ID()
	if n, ok := id.(int64); ok {
		return int(n)
	}
	return id
}

// Digest implements [eval.Record].
func (v *view) Digest() *[20]byte {
	key := v.id.Key(v.namespace.name, v.set)
	v.digest = key.Digest()
	return &v.digest
}

// Set implements [eval.Record].
func (v *view) Set() string { return v.set }

// Number implements [eval.Record]. The numbers are those of a namespace that is kept in
// memory only.
func (v *view) Number(op expr.Op) int {
	const nanos, millis = 1000, 1000 // of a microsecond, and what it is of a millisecond
	clock, r := v.namespace.clock, v.record
	switch op {
	case expr.RecordSize, expr.MemorySize:
		return v.storedSize()
	case expr.LastUpdate:
		return int(clock.unixMicro(r.updated)) / millis * millis * nanos
	case expr.SinceUpdate:
		return int(max(clock.instant()-r.updated, 0)) / millis
	case expr.VoidTime:
		if r.expires == never {
			return -1
		}
		return int(clock.unixMicro(r.expires)) / int(oneSecond) * int(oneSecond) * nanos
	case expr.TTL:
		if r.expires == never {
			return -1
		}
		ttl, _ := v.namespace.left(r.expires)
		return int(ttl / second)
	default: // the size on a device
		return 0
	}
}

// storedSize returns the size of the record as a server stores it, in whole blocks.
func (v *view) storedSize() int {
	const block = 16
	key := v.id.Key(v.namespace.name, v.set)
	size := v.record.size(&key, exactSizeOfBins(v.record.bins))
	return (size + block - 1) / block * block
}
