package asbackend

import (
	"slices"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// A plan is a list of operations in the client's form.
type plan struct {
	ops        []*as.Operation
	writes     bool
	readsAll   bool // all bins, so that the operations have no results of their own
	readsTwice bool // the same bin
}

// planOf returns false for an unknown operation.
func planOf(operations []aerostore.Operation) (plan, bool) {
	p := plan{ops: make([]*as.Operation, 0, len(operations))}
	reads := 0
	for i, o := range operations {
		op := clientOperation(o)
		if op == nil {
			return plan{}, false
		}
		p.ops = append(p.ops, op)
		p.writes = p.writes || o.Writes()
		switch {
		case o.Kind() == aerostore.OperationReadAll,
			o.Kind() == aerostore.OperationRead && o.Bin() == "":
			p.readsAll = true
			reads++
		case o.Kind() == aerostore.OperationRead:
			p.readsTwice = p.readsTwice || isRead(operations[:i], o.Bin())
			reads++
		}
	}
	p.readsTwice = p.readsTwice && !p.readsAll
	if !p.writes && reads > 0 {
		p.dropHeaders(operations)
	}
	return p, true
}

// dropHeaders drops the operations that read only the header, which is returned anyway.
// A batch with such an operation would return no bins.
func (p *plan) dropHeaders(operations []aerostore.Operation) {
	kept := p.ops[:0]
	for i, o := range operations {
		if o.Kind() != aerostore.OperationReadHeader {
			kept = append(kept, p.ops[i])
		}
	}
	p.ops = kept
}

func isRead(operations []aerostore.Operation, bin string) bool {
	return slices.ContainsFunc(operations, func(o aerostore.Operation) bool {
		return o.Kind() == aerostore.OperationRead && o.Bin() == bin
	})
}

// clientOperation returns nil for an unknown operation.
func clientOperation(o aerostore.Operation) *as.Operation {
	switch o.Kind() {
	case aerostore.OperationRead:
		return as.GetBinOp(o.Bin())
	case aerostore.OperationReadAll:
		return as.GetOp()
	case aerostore.OperationReadHeader:
		return as.GetHeaderOp()
	case aerostore.OperationWrite:
		return as.PutOp(clientBin(o.Bin(), o.Value()))
	case aerostore.OperationAdd:
		return as.AddOp(clientBin(o.Bin(), o.Value()))
	case aerostore.OperationAppend:
		return as.AppendOp(clientBin(o.Bin(), o.Value()))
	case aerostore.OperationPrepend:
		return as.PrependOp(clientBin(o.Bin(), o.Value()))
	case aerostore.OperationTouch:
		return as.TouchOp()
	case aerostore.OperationDelete:
		return as.DeleteOp()
	default:
		return nil
	}
}

func clientBin(name string, value any) *as.Bin { return as.NewBin(name, clientValue(value)) }

// markResults converts the results of bins with more than one operation to the type that
// they have in batches.
func markResults(bins as.BinMap, operations []aerostore.Operation) {
	for name, v := range bins {
		if list, ok := v.([]any); ok && isNamedTwice(operations, name) {
			bins[name] = as.OpResults(list)
		}
	}
}

func isNamedTwice(operations []aerostore.Operation, bin string) bool {
	n := 0
	for _, o := range operations {
		if o.Bin() == bin {
			n++
		}
	}
	return n > 1
}

// dropNils drops the nil results of operations that write, or that read a bin that does
// not exist. A value that the client cannot read is also nil, and is dropped.
func dropNils(bins as.BinMap) {
	for name, v := range bins {
		if results, ok := v.(as.OpResults); ok {
			v = withoutNils(results)
			bins[name] = v
		}
		if v == nil {
			delete(bins, name)
		}
	}
}

// dropUnnamed drops the bin with the empty name unless an operation reads it. If there is
// an operation that writes, the client requests that bin in order to read the header.
func dropUnnamed(bins as.BinMap, operations []aerostore.Operation) {
	isReadAll := func(o aerostore.Operation) bool { return o.Kind() == aerostore.OperationReadAll }
	if _, found := bins[""]; found && !isRead(operations, "") && !slices.ContainsFunc(operations, isReadAll) {
		delete(bins, "")
	}
}

// withoutNils returns the results that are not nil: OpResults for several, the result
// itself for one, nil for none.
func withoutNils(results as.OpResults) any {
	kept := slices.DeleteFunc(results, func(r any) bool { return r == nil })
	switch len(kept) {
	case 0:
		return nil
	case 1:
		return kept[0]
	default:
		return kept
	}
}
