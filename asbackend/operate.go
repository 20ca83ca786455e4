package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// A plan is a list of operations in the client's form.
type plan struct {
	ops        []*as.Operation
	writes     bool
	readsAll   bool // all bins, which rules a result of each operation out
	readsTwice bool // one bin
}

// planOf returns false if it does not know an operation.
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

// dropHeaders leaves out the operations that read the header alone, which is
// returned in any case: a batch with one of them returns no bins.
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
	for _, o := range operations {
		if o.Kind() == aerostore.OperationRead && o.Bin() == bin {
			return true
		}
	}
	return false
}

// clientOperation returns nil for an operation that it does not know.
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

// markResults gives the results of bins with more than one operation the type
// that the client gives them in batches.
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

// dropNils drops the results of operations that give none: those that write,
// and those that read a bin that is not there. Where each operation answers, a bin
// that the client cannot read looks the same and is dropped, too.
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

// dropUnnamed drops the bin with the empty name unless an operation reads it. Beside
// an operation that writes, the client asks for it where a header is to be read.
func dropUnnamed(bins as.BinMap, operations []aerostore.Operation) {
	if _, found := bins[""]; !found {
		return
	}
	for _, o := range operations {
		if o.Bin() == "" && (o.Kind() == aerostore.OperationReadAll || o.Kind() == aerostore.OperationRead) {
			return
		}
	}
	delete(bins, "")
}

// withoutNils returns the results that are not nil: several as OpResults, one
// as it is, none as nil.
func withoutNils(results as.OpResults) any {
	kept := results[:0]
	for _, r := range results {
		if r != nil {
			kept = append(kept, r)
		}
	}
	switch len(kept) {
	case 0:
		return nil
	case 1:
		return kept[0]
	default:
		return kept
	}
}
