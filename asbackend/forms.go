package asbackend

import (
	"hash/maphash"
	"sync/atomic"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// A formCache holds the client's forms of operations without values, such as a read of the
// ten highest or of a key, which programs repeat. A form takes three allocations or more,
// and is only read. A form that is wanted twice in a row replaces the one in its slot, so
// that operations which do not come again cost no more.
type formCache struct {
	slots [64]formSlot
}

type formSlot struct {
	wanted atomic.Uint64 // the hash of the shape that was not found last
	form   atomic.Pointer[form]
}

type form struct {
	what shape
	op   *as.Operation
}

// A shape is an operation on a list, map, bits or HyperLogLog without values. Without a
// kind, it is a read of the bin.
type shape struct {
	bin                                        string
	kind                                       cdt.Kind
	by                                         cdt.SelectorKind
	give, flags, action                        uint8
	order                                      cdt.Order
	stored, counted, signed, ranged, inverted  bool
	index, count, shift, selectAt, selectCount int
	selected                                   any // a key: an int or a short string
}

// maxSelected is the longest key that is kept in a shape, in bytes.
const maxSelected = 64

// shapeOf returns false for an operation with values or a path.
func shapeOf(o aerostore.Operation) (s shape, ok bool) {
	if o.Kind() == aerostore.OperationRead {
		return shape{bin: o.Bin()}, true
	}
	op := o.CDT()
	if op == nil || op.Path != nil || op.Key != nil || op.Value != nil || op.Values != nil {
		return s, false
	}
	s = shape{
		bin: o.Bin(), kind: op.Kind, give: op.Give, flags: op.Flags, action: op.Action, order: op.Order,
		stored: op.Stored, counted: op.Counted, signed: op.Signed, index: op.Index, count: op.Count, shift: op.Shift,
	}
	if op.Select == nil {
		return s, true
	}
	s.by, s.inverted, s.selectAt = op.Select.Kind(), op.Select.Inverted(), op.Select.At()
	s.selectCount, s.ranged = op.Select.Count()
	switch s.by {
	case cdt.ByIndex, cdt.ByRank, cdt.ByIndexRange, cdt.ByRankRange:
		return s, true
	case cdt.ByKey:
		s.selected = op.Select.Value()
		key, isString := s.selected.(string)
		_, isInt := s.selected.(int)
		return s, isInt || isString && len(key) <= maxSelected
	default:
		return s, false
	}
}

var formSeed = maphash.MakeSeed()

// clientOperation is the function of that name, with the forms of the cache.
func (c *formCache) clientOperation(o aerostore.Operation, one []any) (*as.Operation, error) {
	what, ok := shapeOf(o)
	if !ok {
		return clientOperation(o, one)
	}
	hash := maphash.Comparable(formSeed, what)
	slot := &c.slots[hash%uint64(len(c.slots))]
	if cached := slot.form.Load(); cached != nil && cached.what == what {
		return cached.op, nil
	}
	op, err := clientOperation(o, one)
	if op != nil && err == nil && slot.wanted.Swap(hash) == hash {
		slot.form.Store(&form{what, op})
	}
	return op, err
}
