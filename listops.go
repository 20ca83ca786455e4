package aerostore

import (
	"slices"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// A ListOps makes operations on a list: on the list in a bin or, after [ListOps.In], on
// a list within another list or map. It is immutable, and safe for concurrent use.
//
//	scores := aerostore.ListBin("scores")
//	record, err := store.Operate(ctx, key, []aerostore.Operation{
//		scores.Append(42),
//		scores.Get(cdt.Ranks(-10, 10)), // the ten highest
//	})
//
// An index counts from 0, or from the end with -1. An operation on an index or a rank that
// the list does not have fails with [CodeOpNotApplicable]. Ranges may reach beyond the
// ends. Insert, Set and Increment may too: they fill the list with nil up to the index.
//
// An operation on a bin that is no list fails with [ErrBinType], and so does Sort on a
// missing bin. A read of a missing bin returns nothing, and so does a removal from one.
// The writes that add elements create the bin.
type ListOps struct {
	bin   string
	path  []cdt.Step
	order cdt.ListOrder
	index bool
	flags uint8
}

// ListBin returns a ListOps for the list in a bin.
func ListBin(bin string) ListOps { return ListOps{bin: bin} }

// In returns a ListOps for the list to which the steps lead from l. If there is none and
// no step creates it, an operation fails with [CodeOpNotApplicable].
func (l ListOps) In(steps ...cdt.Step) ListOps {
	l.path = slices.Concat(l.path, steps)
	return l
}

// Map returns a MapOps for the map to which the steps lead from l.
func (l ListOps) Map(steps ...cdt.Step) MapOps {
	return MapOps{bin: l.bin, path: slices.Concat(l.path, steps)}
}

// Create returns a ListOps whose Append and Increment create a missing list in the given
// order. Without Create, a new list is unordered. Create itself does nothing.
func (l ListOps) Create(order cdt.ListOrder) ListOps {
	l.order = order
	return l
}

// With returns a ListOps whose Append, Insert, Set and Increment have the flags.
func (l ListOps) With(flags ...cdt.ListFlag) ListOps {
	l.flags = value.FlagBits(flags)
	return l
}

// WithIndex returns a ListOps whose SetOrder keeps an index with the list, for faster
// access to large ordered lists. At a path it has no effect. Servers up to 8.1.0.3 end
// when a list with an index is sorted, or written beyond its end: prefer a map.
func (l ListOps) WithIndex() ListOps {
	l.index = true
	return l
}

func (l *ListOps) op(op cdt.Op) Operation {
	op.Path = l.path
	return OperationOf(l.bin, op)
}

// write adds the order and the flags to an operation that writes values.
func (l *ListOps) write(op cdt.Op, values []any) Operation {
	op.Order, op.Flags = cdt.Order(l.order), l.flags
	if len(values) == 1 {
		op.Value = values[0]
	} else {
		op.Values = append([]any(nil), values...) // a copy, so that a single value takes no slice on the heap
	}
	return l.op(op)
}

// Append returns an operation that appends values, or that puts them in their places if
// the list is ordered. It returns the new size of the list. Without values it only
// creates the bin if it is missing.
func (l ListOps) Append(values ...any) Operation {
	return l.write(cdt.Op{Kind: cdt.ListAppend}, values)
}

// Insert returns an operation that inserts values before the element at an index. It
// returns the new size of the list. It fails on an ordered list.
func (l ListOps) Insert(index int, values ...any) Operation {
	return l.write(cdt.Op{Kind: cdt.ListInsert, Index: index}, values)
}

// Set returns an operation that replaces the element at an index. It fails on an ordered
// list.
func (l ListOps) Set(index int, value any) Operation {
	return l.op(cdt.Op{Kind: cdt.ListSet, Index: index, Value: value, Flags: l.flags})
}

// Increment returns an operation that adds delta to the number at an index. A nil delta
// is 1. It returns the sum.
func (l ListOps) Increment(index int, delta any) Operation {
	return l.op(cdt.Op{Kind: cdt.ListIncrement, Index: index, Value: delta, Order: cdt.Order(l.order), Flags: l.flags})
}

// Get returns an operation that reads the selected elements. It returns the element at an
// [cdt.Index] or of a [cdt.Rank], and a list of those that others select. A give, of which
// the last counts, makes it return something else of them.
func (l ListOps) Get(selector cdt.OfList, give ...cdt.Give) Operation {
	return l.op(cdt.Op{Kind: cdt.ListGet, Select: selectorOf(selector), Give: listGive(cdt.Elements, give)})
}

// Remove returns an operation that removes the selected elements. It returns nothing, or
// what give says of them, as in Get.
func (l ListOps) Remove(selector cdt.OfList, give ...cdt.Give) Operation {
	return l.op(cdt.Op{Kind: cdt.ListRemove, Select: selectorOf(selector), Give: listGive(cdt.Nothing, give)})
}

// Size returns an operation that returns the number of elements.
func (l ListOps) Size() Operation { return l.op(cdt.Op{Kind: cdt.ListSize}) }

// Clear returns an operation that removes all elements.
func (l ListOps) Clear() Operation { return l.op(cdt.Op{Kind: cdt.ListClear}) }

// Sort returns an operation that sorts the list once.
func (l ListOps) Sort(flags ...cdt.SortFlag) Operation {
	return l.op(cdt.Op{Kind: cdt.ListSort, Flags: value.FlagBits(flags)})
}

// SetOrder returns an operation that gives the list an order from now on. A missing list
// is created.
func (l ListOps) SetOrder(order cdt.ListOrder) Operation {
	return l.op(cdt.Op{Kind: cdt.ListSetOrder, Order: cdt.Order(order), Stored: l.index})
}

// Trim returns an operation that removes all elements but count from an index on:
// Trim(-100, 100) keeps the last hundred. It returns the number of those that it removed.
func (l ListOps) Trim(index, count int) Operation {
	return l.op(ranged(cdt.Op{Kind: cdt.ListTrim, Index: index}, count))
}

// GetAt returns an operation that reads the element at an index.
func (l ListOps) GetAt(index int) Operation { return l.op(cdt.Op{Kind: cdt.ListGetAt, Index: index}) }

// GetRange returns an operation that reads up to count elements from an index on. The
// count may be [cdt.ToEnd].
func (l ListOps) GetRange(index, count int) Operation {
	return l.op(ranged(cdt.Op{Kind: cdt.ListGetRange, Index: index}, count))
}

// Pop returns an operation that removes the element at an index and returns it.
func (l ListOps) Pop(index int) Operation { return l.op(cdt.Op{Kind: cdt.ListPop, Index: index}) }

// PopRange returns an operation that removes up to count elements from an index on and
// returns them. The count may be [cdt.ToEnd].
func (l ListOps) PopRange(index, count int) Operation {
	return l.op(ranged(cdt.Op{Kind: cdt.ListPopRange, Index: index}, count))
}

// RemoveAt returns an operation that removes the element at an index and returns 1.
func (l ListOps) RemoveAt(index int) Operation {
	return l.op(cdt.Op{Kind: cdt.ListRemoveAt, Index: index})
}

// RemoveRange returns an operation that removes up to count elements from an index on,
// and returns how many they were. The count may be [cdt.ToEnd].
func (l ListOps) RemoveRange(index, count int) Operation {
	return l.op(ranged(cdt.Op{Kind: cdt.ListRemoveRange, Index: index}, count))
}

func ranged(op cdt.Op, count int) cdt.Op {
	if count != cdt.ToEnd {
		op.Count, op.Counted = count, true
	}
	return op
}

// selectorOf returns nil for nil, which the check refuses.
func selectorOf(s interface{ Selector() *cdt.Selector }) *cdt.Selector {
	if value.IsNil(s) {
		return nil
	}
	return s.Selector()
}

func listGive(give cdt.Give, gives []cdt.Give) uint8 {
	for _, g := range gives {
		give = g
	}
	return uint8(give)
}
