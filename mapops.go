package aerostore

import (
	"slices"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// A MapOps makes operations on a map: on the map in a bin or, after [MapOps.In], on a
// map within another list or map. It is immutable, and safe for concurrent use.
//
//	profile := aerostore.MapBin("profile").Create(cdt.KeyOrdered)
//	record, err := store.Operate(ctx, key, []aerostore.Operation{
//		profile.In(cdt.Key("devices").Create(cdt.KeyOrdered)).Put("phone", "seen"),
//		profile.Get(cdt.KeyBetween("a", "f"), cdt.Pairs),
//		profile.Remove(cdt.Not(cdt.Keys("web", "app"))),
//	})
//
// A key is a string, an integer or a []byte. Get of a key that the map does not have
// returns nothing. An index or a rank that it does not have fails with
// [CodeOpNotApplicable].
//
// An operation on a bin that is no map fails with [ErrBinType]. A read of a missing bin
// returns nothing, and so does a removal from one. The writes that add entries create the
// bin.
type MapOps struct {
	bin   string
	path  []cdt.Step
	order cdt.MapOrder
	index bool
	flags uint8
}

// MapBin returns a MapOps for the map in a bin.
func MapBin(bin string) MapOps { return MapOps{bin: bin} }

// In returns a MapOps for the map to which the steps lead from m. If there is none and
// no step creates it, an operation fails with [CodeOpNotApplicable].
func (m MapOps) In(steps ...cdt.Step) MapOps {
	m.path = slices.Concat(m.path, steps)
	return m
}

// List returns a ListOps for the list to which the steps lead from m.
func (m MapOps) List(steps ...cdt.Step) ListOps {
	return ListOps{bin: m.bin, path: slices.Concat(m.path, steps)}
}

// Create returns a MapOps whose writes create a missing map in the given order. Without
// Create, a new map is unordered. Create itself does nothing.
func (m MapOps) Create(order cdt.MapOrder) MapOps {
	m.order = order
	return m
}

// With returns a MapOps whose Put and PutAll have the flags.
func (m MapOps) With(flags ...cdt.MapFlag) MapOps {
	m.flags = value.FlagBits(flags)
	return m
}

// WithIndex returns a MapOps whose writes that create a map, and whose SetOrder, keep an
// index with the map, for faster access to large maps. At a path it has no effect.
func (m MapOps) WithIndex() MapOps {
	m.index = true
	return m
}

func (m *MapOps) op(op cdt.Op) Operation {
	op.Path = m.path
	return OperationOf(m.bin, op)
}

// write adds how a missing map is created.
func (m *MapOps) write(op cdt.Op) Operation {
	op.Order, op.Stored = cdt.Order(m.order), m.index
	return m.op(op)
}

// Put returns an operation that sets the value of a key. It returns the new size of the
// map.
func (m MapOps) Put(key, value any) Operation {
	return m.write(cdt.Op{Kind: cdt.MapPut, Key: key, Value: value, Flags: m.flags})
}

// PutAll returns an operation that sets the values of several keys. The entries are a
// map or a []MapPair. It returns the new size of the map.
func (m MapOps) PutAll(entries any) Operation {
	return m.write(cdt.Op{Kind: cdt.MapPutAll, Values: entries, Flags: m.flags})
}

// Add returns an operation that adds a key. It fails with [CodeElementExists] if the map
// has the key. It returns the new size of the map.
func (m MapOps) Add(key, value any) Operation {
	return m.write(cdt.Op{Kind: cdt.MapAdd, Key: key, Value: value})
}

// AddAll is Add for several keys. The entries are a map or a []MapPair.
func (m MapOps) AddAll(entries any) Operation {
	return m.write(cdt.Op{Kind: cdt.MapAddAll, Values: entries})
}

// Replace returns an operation that replaces the value of a key. It fails with
// [CodeElementNotFound] if the map does not have the key. It returns the size of the map.
func (m MapOps) Replace(key, value any) Operation {
	return m.write(cdt.Op{Kind: cdt.MapReplace, Key: key, Value: value})
}

// ReplaceAll is Replace for several keys. The entries are a map or a []MapPair.
func (m MapOps) ReplaceAll(entries any) Operation {
	return m.write(cdt.Op{Kind: cdt.MapReplaceAll, Values: entries})
}

// Increment returns an operation that adds delta to the number under a key. A missing
// key begins at zero. A nil delta is 1. It returns the sum.
func (m MapOps) Increment(key, delta any) Operation {
	return m.write(cdt.Op{Kind: cdt.MapIncrement, Key: key, Value: delta})
}

// Decrement returns an operation that subtracts delta from the number under a key, and
// otherwise works like Increment.
func (m MapOps) Decrement(key, delta any) Operation {
	return m.write(cdt.Op{Kind: cdt.MapDecrement, Key: key, Value: delta})
}

// Get returns an operation that reads the selected entries. It returns the value of a
// [cdt.Key], [cdt.Index] or [cdt.Rank], and a list of the values that others select. A
// give, of which the last counts, makes it return something else of them.
func (m MapOps) Get(selector cdt.OfMap, give ...cdt.GiveOfMap) Operation {
	return m.op(cdt.Op{Kind: cdt.MapGet, Select: selectorOf(selector), Give: mapGive(cdt.Elements, give)})
}

// Remove returns an operation that removes the selected entries. It returns nothing, or
// what give says of them, as in Get.
func (m MapOps) Remove(selector cdt.OfMap, give ...cdt.GiveOfMap) Operation {
	return m.op(cdt.Op{Kind: cdt.MapRemove, Select: selectorOf(selector), Give: mapGive(cdt.Nothing, give)})
}

// Size returns an operation that returns the number of entries.
func (m MapOps) Size() Operation { return m.op(cdt.Op{Kind: cdt.MapSize}) }

// Clear returns an operation that removes all entries.
func (m MapOps) Clear() Operation { return m.op(cdt.Op{Kind: cdt.MapClear}) }

// SetOrder returns an operation that gives the map an order from now on. A missing map is
// created.
func (m MapOps) SetOrder(order cdt.MapOrder) Operation {
	return m.op(cdt.Op{Kind: cdt.MapSetOrder, Order: cdt.Order(order), Stored: m.index})
}

func mapGive(give cdt.GiveOfMap, gives []cdt.GiveOfMap) uint8 {
	for _, g := range gives {
		if !value.IsNil(g) {
			give = g
		}
	}
	return give.Number()
}
