package aerostore

import (
	"slices"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// Clone returns a deep copy of the record. The clone of nil is nil.
func (r *Record) Clone() *Record {
	if r == nil {
		return nil
	}
	c := *r
	c.Bins = cloneBins(r.Bins)
	if r.steps != nil {
		c.SetSteps(cloneSteps(*r.steps))
	}
	return &c
}

// Clone returns a deep copy of the call. A layer or backend that still uses a call
// after returning, as a hedging layer does, must use a clone. The application may
// then modify the arguments.
//
// An OpQuery or OpCustom call holds functions of the application. Clone returns it
// unchanged, and it must not be used after the layer or backend has returned. Clone
// must not be called on a call with a value that contains itself; [Call.Validate]
// refuses such a call.
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
		items[i].Operations = cloneOperations(items[i].Operations)
		items[i].Options = slices.Clone(items[i].Options)
	}
	return items
}

func cloneOperations(ops []Operation) []Operation {
	ops = slices.Clone(ops)
	for i := range ops {
		switch op := ops[i].CDT(); {
		case op != nil:
			ops[i] = OperationOf(ops[i].bin, cloneCDT(*op))
		case ops[i].kind != OperationExp: // expressions are immutable
			ops[i].value = hideValue(value.Clone(ops[i].Value()))
		}
	}
	return ops
}

// cloneCDT copies the values. Steps and selectors are immutable.
func cloneCDT(op cdt.Op) cdt.Op {
	op.Key, op.Value, op.Values = value.Clone(op.Key), value.Clone(op.Value), value.Clone(op.Values)
	op.Path = slices.Clone(op.Path)
	return op
}

func cloneSteps(steps []any) []any {
	steps = slices.Clone(steps)
	for i, v := range steps {
		if bins, ok := v.(Bins); ok {
			steps[i] = cloneBins(bins)
		} else {
			steps[i] = value.Clone(v)
		}
	}
	return steps
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
