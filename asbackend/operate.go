package asbackend

import (
	"cmp"
	"slices"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// A plan is a list of operations in the client's form.
type plan struct {
	operations []aerostore.Operation
	ops        []*as.Operation
	siblings   []sibling
	writes     bool
	readsAll   bool // all bins, so that the operations have no results of their own
	several    bool // results that may share a bin, so that each operation must have one
	each       bool // the client lets each operation return a result, for their kinds
	headless   bool // the operations that read the header are not sent
}

// errUnknown is returned for an operation that the client does not have.
var errUnknown error = safe.TextError("the Aerospike client has no such operation")

// planOf returns an error for an operation that cannot be sent. The plan uses the scratch.
func (s *Store) planOf(operations []aerostore.Operation, scratch *scratch) (plan, error) {
	scratch.siblings = siblingsOf(scratch.siblings, operations)
	p := plan{operations: operations, ops: slices.Grow(scratch.ops, len(operations)), siblings: scratch.siblings}
	reads := 0
	for i, o := range operations {
		op, err := s.forms.clientOperation(o, scratch.one[:])
		if op == nil || err != nil {
			return plan{}, cmp.Or(err, errUnknown)
		}
		p.ops = append(p.ops, op)
		p.writes = p.writes || o.Writes()
		p.each = p.each || o.Kind() > aerostore.OperationList
		if next := p.siblings[i].next; next > 0 && p.siblings[i].answered {
			p.several = p.several || mayAnswer(operations[next])
		}
		switch {
		case readsAll(o):
			p.readsAll = true
			reads++
		case mayAnswer(o) && !o.Writes() && o.Kind() != aerostore.OperationReadHeader:
			reads++
		}
	}
	p.several = p.several && !p.readsAll
	if !p.writes && reads > 0 {
		p.dropHeaders()
	}
	scratch.ops = p.ops
	return p, nil
}

// dropHeaders drops the operations that read only the header, which is returned anyway.
// A batch with such an operation would return no bins.
func (p *plan) dropHeaders() {
	kept := p.ops[:0]
	for i, o := range p.operations {
		if o.Kind() != aerostore.OperationReadHeader {
			kept = append(kept, p.ops[i])
		}
	}
	p.ops, p.headless = kept, true
}

// readsAll reports whether the operation reads all bins. The client takes a read of the
// bin with the empty name for one.
func readsAll(o aerostore.Operation) bool {
	return o.Kind() == aerostore.OperationReadAll || o.Kind() == aerostore.OperationRead && o.Bin() == ""
}

// mayAnswer reports whether a server that does not return a result for each operation
// may return one for this operation. For a read of nothing, it may return nil. To read the
// header in a call that writes, the client reads the bin with the empty name.
func mayAnswer(o aerostore.Operation) bool {
	return o.Returns() || !o.Writes()
}
