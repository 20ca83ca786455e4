package memory

import (
	"time"

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

// Number implements [eval.Record].
func (v *view) Number(op expr.Op) int {
	switch op {
	case expr.RecordSize, expr.MemorySize:
		return v.storedSize()
	case expr.TTL:
		if ttl, _ := v.namespace.left(v.record.expires); ttl != aerostore.NeverExpire {
			return int(time.Duration(ttl) / time.Second)
		}
		return -1
	case expr.VoidTime:
		if expires := v.record.expires; expires != never {
			return int(v.namespace.clock.unix(expires)) * int(time.Second)
		}
		return -1
	default:
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
