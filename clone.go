package aerostore

import (
	"slices"

	value "github.com/aerostore/aerostore/internal/value"
)

// Clone returns a copy of the record that shares nothing with it that could be
// changed. The copy of nil is nil.
func (r *Record) Clone() *Record {
	if r == nil {
		return nil
	}
	c := *r
	c.Bins = cloneBins(r.Bins)
	return &c
}

// Clone returns a copy of the call that shares nothing with it that the caller
// may change once the operation has returned. A layer or backend that goes on
// with a call after it returned, as one that hedges does, works on a clone.
//
// A query and a custom call hold functions of the caller and are returned as
// they are: they must not be gone on with. A value that holds itself has no
// clone; [Call.Validate] refuses it.
func (c Call) Clone() Call {
	args := c.Op.info().args
	if args.has(argBins) {
		c = c.WithBins(cloneBins(c.Bins()))
	}
	if args.has(argBinNames) {
		c = c.WithBinNames(slices.Clone(c.BinNames()))
	}
	if args.has(argOperations) {
		c = c.WithOperations(cloneOperations(c.Operations()))
	}
	if args.has(argKeys) {
		c = c.WithKeys(slices.Clone(c.Keys()))
	}
	if args.has(argItems) {
		c = c.WithItems(cloneItems(c.Items()))
	}
	return c
}

func cloneItems(items []BatchItem) []BatchItem {
	items = slices.Clone(items)
	for i := range items {
		items[i].Bins = cloneBins(items[i].Bins)
		items[i].Options = slices.Clone(items[i].Options)
	}
	return items
}

func cloneOperations(ops []Operation) []Operation {
	ops = slices.Clone(ops)
	for i := range ops {
		ops[i].value = hideValue(value.Clone(ops[i].Value()))
	}
	return ops
}

func cloneBins(bins Bins) Bins {
	if bins == nil {
		return nil
	}
	c := make(Bins, len(bins))
	for name, v := range bins {
		c[name] = value.Clone(v)
	}
	return c
}
