package memory

import (
	"errors"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/eval"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// evaluate carries out an operation with an expression. Each is compiled when it is its
// turn, so that the code of an operation before it comes first.
func (run *running) evaluate(d *draft, i int, op *exp.Op) (any, aerostore.ResultCode) {
	p, err := programIn(op)
	if err != nil {
		return nil, run.fail(i, aerostore.CodeParameter, err)
	}
	run.midway.bins = d.bins
	if op.Writes {
		return nil, run.writeValue(d, i, p, op.Flags)
	}
	v, err := p.Value(run.midway)
	if err != nil && op.Flags&eval.EvalNoFail == 0 {
		return nil, run.fail(i, aerostore.CodeOpNotApplicable, err)
	}
	return value.Export(v), aerostore.CodeOK
}

// programIn returns the program of an operation. The error says why a server refuses it,
// with CodeParameter.
func programIn(op *exp.Op) (*eval.Program, error) {
	if op.Flags&^allowed(op) != 0 {
		return nil, errFlags
	}
	return eval.Memoized(op.Expression.Node())
}

// allowed returns the flags that an operation takes.
func allowed(op *exp.Op) uint8 {
	if op.Writes {
		return eval.CreateOnly | eval.UpdateOnly | eval.AllowDelete | eval.PolicyNoFail | eval.EvalNoFail
	}
	return eval.EvalNoFail
}

// writeValue writes the value of an expression to a bin.
func (run *running) writeValue(d *draft, i int, p *eval.Program, flags uint8) aerostore.ResultCode {
	name := run.ops[i].Bin()
	before := run.midway.Bin(name)
	after, code := p.Write(run.midway, before, flags)
	switch {
	case code != 0:
		refused := aerostore.ResultCode(code)
		return run.fail(i, refused, refusals[refused])
	case value.Same(before, after):
		return aerostore.CodeOK
	case after != nil:
		value.Measure(after)
	}
	d.write(name, after)
	return aerostore.CodeOK
}

var errFlags = errors.New("the operation does not take one of its flags")

// refusals are why the value of an expression is not written.
var refusals = map[aerostore.ResultCode]error{
	aerostore.CodeBinExists:       errors.New("the bin exists"),
	aerostore.CodeBinNotFound:     errors.New("the bin does not exist"),
	aerostore.CodeOpNotApplicable: errors.New("the expression is unknown for the record, or nil, which may not delete the bin"),
}

// A midway is a record as expressions see it in the middle of an Operate: it has the bins
// after the operations so far, and the size from before them. A write has set the times.
type midway struct {
	view

	bins   []bin
	before record
}

// Bin implements [eval.Record].
func (m *midway) Bin(name string) any {
	if i := indexOf(m.bins, name); i >= 0 {
		return m.bins[i].value
	}
	return nil
}

// Number implements [eval.Record].
func (m *midway) Number(op expr.Op) int {
	const block = 16 // which a server counts for a new record
	if isSize := op == expr.RecordSize || op == expr.MemorySize; isSize && m.before.bins == nil {
		return block
	}
	return m.view.Number(op)
}

// meet makes a record the one that expressions see, nil for none.
func (run *running) meet(n *namespace, key *aerostore.Key, met *record) {
	if run.midway == nil {
		run.midway = new(midway)
	}
	m := run.midway
	m.view = view{namespace: n, set: key.Set(), id: key.RecordID(), record: &m.before}
	m.before = record{expires: never}
	if met != nil {
		m.before = *met
	}
}

// meetWrite is meet for a write with the options.
func (run *running) meetWrite(n *namespace, key *aerostore.Key, met *record, o *aerostore.Options) {
	run.meet(n, key, met)
	now := n.clock.instant()
	run.midway.before.updated, run.midway.before.expires = now, n.expiry(o.TTL, met, now)
}
