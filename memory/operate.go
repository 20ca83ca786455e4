package memory

import (
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/results"
	value "github.com/aerostore/aerostore/internal/value"
)

// operate carries out the operations on one record, in a call of that many keys. The
// error says why an operation on a list, map, bits or HyperLogLog failed.
func (n *namespace) operate(
	key *aerostore.Key, ops []aerostore.Operation, o *aerostore.Options, keys int,
) (record *aerostore.Record, code aerostore.ResultCode, why error) {
	run := running{ops: ops}
	if code := run.plan.of(ops, o, keys); code != aerostore.CodeOK {
		return nil, code, nil
	}
	if run.plan.writes {
		record, code = n.operateWrite(key, &run, o)
	} else {
		record, code = n.operateRead(key, &run, o)
	}
	return record, code, run.failed
}

// A running is a call of Operate on one record.
type running struct {
	ops      []aerostore.Operation
	plan     plan
	operands []any // imported, of the operations on whole bins; see operand
	record   *aerostore.Record
	steps    []any   // what each operation returned, of the record
	failed   error   // of an operation in detail
	where    *search // of the job that runs the operations, nil for none
	midway   *midway // what expressions see, nil if there are none
}

// nothing is what operations return that return nothing.
var nothing [8]any

// begin makes the record of the results.
func (run *running) begin() {
	if n := len(run.ops); !run.plan.returns && n <= len(nothing) {
		run.record = new(aerostore.Record)
		run.record.SetSteps(nothing[:n])
		return
	}
	run.record, run.steps = aerostore.NewStepsRecord(len(run.ops))
}

// importOperands imports what is written to whole bins, except for plain values, which
// are kept unchanged. It returns the size of all of it.
func (run *running) importOperands() (size int) {
	for i, op := range run.ops {
		v := op.Value()
		switch v := v.(type) {
		case nil, bool, int, float64, string:
			size += value.Size(v)
			continue
		}
		if run.operands == nil {
			run.operands = make([]any, len(run.ops))
		}
		operand, n := operandOf(v)
		run.operands[i] = operand
		size += n
	}
	return size
}

// operand returns what an operation writes to a whole bin, imported.
func (run *running) operand(i int) any {
	if run.operands != nil && run.operands[i] != nil {
		return run.operands[i]
	}
	return run.ops[i].Value()
}

func (n *namespace) operateWrite(key *aerostore.Key, run *running, o *aerostore.Options) (*aerostore.Record, aerostore.ResultCode) {
	c := change{mustExist: run.plan.touches, operate: run, where: run.where}
	if run.plan.operands {
		c.heavy = run.importOperands() > heavySize
	}
	var j value.Journal
	if run.plan.inPlace {
		c.journal = &j
	}
	var r record
	if code := n.update(key, o, &c, &r); code != aerostore.CodeOK {
		return nil, code
	}
	ttl, _ := n.left(r.expires)
	return run.result(key, &r, ttl), aerostore.CodeOK
}

// operateRead is operate without writes. It ignores the options of writes. If any
// operation reads all bins, nothing else is read (op_put_all in basic.jsonl).
func (n *namespace) operateRead(key *aerostore.Key, run *running, o *aerostore.Options) (*aerostore.Record, aerostore.ResultCode) {
	if run.plan.inPlace && run.plan.readsAll == 0 {
		return n.operateReadLocked(key, run, o)
	}
	var r record
	ttl, code := n.find(key, o, &r, run.lend)
	if code != aerostore.CodeOK {
		return nil, code
	}
	if run.plan.readsAll > 0 {
		run.readAll(&r)
	} else if code := run.read(r.bins); code != aerostore.CodeOK {
		return nil, code
	}
	return run.result(key, &r, ttl), aerostore.CodeOK
}

// lend lends the bins that the operations read.
func (run *running) lend(met *record) {
	const few = 8
	if run.plan.readsAll > 0 || len(run.ops) > few {
		met.lend()
		return
	}
	for _, op := range run.ops {
		met.lendBin(op.Bin())
	}
}

// readAll reads all bins for each operation that reads a bin.
func (run *running) readAll(r *record) {
	all := r.all()
	run.begin()
	for i, op := range run.ops {
		switch {
		case readsAll(op):
			run.steps[i] = all
		case op.Kind() == aerostore.OperationRead:
			run.steps[i] = all[op.Bin()]
		}
	}
}

// operateReadLocked reads under the lock, so that a list or map need not be copied as a
// whole.
func (n *namespace) operateReadLocked(key *aerostore.Key, run *running, o *aerostore.Options) (*aerostore.Record, aerostore.ResultCode) {
	set := n.set(key.Set())
	if set == nil {
		return nil, aerostore.CodeNotFound
	}
	var r record
	code := aerostore.CodeNotFound
	set.view(key, func(met *record) {
		if n.alive(met) != nil {
			r = record{expires: met.expires, generation: met.generation}
			if code = n.filtered(o.Filter, key, met); code == aerostore.CodeOK {
				if run.plan.evaluates {
					run.meet(n, key, met)
				}
				code = run.read(met.bins)
			}
			n.extend(met, o.ReadTouch)
		}
	})
	if code != aerostore.CodeOK {
		return nil, code
	}
	ttl, _ := n.left(r.expires)
	return run.result(key, &r, ttl), aerostore.CodeOK
}

// read carries out operations of which none writes.
func (run *running) read(bins []bin) aerostore.ResultCode {
	d := draftOf(bins)
	return run.apply(&d, nil)
}

// apply carries out the operations. It returns the code of the one that failed, else
// CodeOK. Changes in place are recorded in the journal.
func (run *running) apply(d *draft, j *value.Journal) aerostore.ResultCode {
	run.begin()
	for i, op := range run.ops {
		if code := run.step(d, i, op, j); code != aerostore.CodeOK {
			return code
		}
	}
	return aerostore.CodeOK
}

func (run *running) step(d *draft, i int, op aerostore.Operation, j *value.Journal) (code aerostore.ResultCode) {
	switch kind := op.Kind(); {
	case readsAll(op):
		run.steps[i] = copyBins(d.bins)
	case kind == aerostore.OperationRead:
		if at := d.names.find(d.bins, op.Bin()); at >= 0 {
			run.steps[i] = value.Export(d.bins[at].value)
		}
	case kind == aerostore.OperationExp:
		run.steps[i], code = run.evaluate(d, i, op.Exp())
	case kind >= aerostore.OperationList:
		run.steps[i], code = run.stepWithin(d, i, op.CDT(), j)
	case kind == aerostore.OperationWrite:
		operand := run.operand(i)
		if bad, ok := operand.(unstorable); ok {
			return aerostore.ResultCode(bad)
		}
		d.write(op.Bin(), operand)
	case kind == aerostore.OperationDelete:
		d.clear()
	case kind == aerostore.OperationTouch, kind == aerostore.OperationReadHeader:
	default:
		code = d.modify(kind, op.Bin(), run.operand(i))
	}
	return code
}

// stepWithin carries out an operation on a list, map, bits or HyperLogLog.
func (run *running) stepWithin(d *draft, i int, op *cdt.Op, j *value.Journal) (any, aerostore.ResultCode) {
	result, err := d.carryOut(run.ops[i].Bin(), op, j)
	if err == nil {
		return value.Export(result), aerostore.CodeOK
	}
	refused, _ := err.(*engine.Error) //nolint:errorlint // what Apply returns
	return nil, run.fail(i, aerostore.ResultCode(refused.Code), refused)
}

// fail keeps why an operation failed, and returns the code.
func (run *running) fail(i int, code aerostore.ResultCode, why error) aerostore.ResultCode {
	op := run.ops[i]
	run.failed = &operationError{step: i, name: op.Name(), bin: op.Bin(), err: why}
	return code
}

// result returns the record of the results.
func (run *running) result(key *aerostore.Key, r *record, ttl aerostore.TTL) *aerostore.Record {
	result := run.record
	result.Key, result.Generation, result.TTL, result.Bins = *key, uint32(r.generation), ttl, run.bins()
	return result
}

// bins returns the results by bin, or all bins if an operation reads them.
func (run *running) bins() aerostore.Bins {
	if run.plan.readsAll > 0 {
		all, _ := run.steps[slices.IndexFunc(run.ops, readsAll)].(aerostore.Bins)
		return all
	}
	if run.steps == nil {
		return aerostore.Bins{}
	}
	return results.ByBin(run.ops, run.steps)
}

// A plan describes the operations of a call.
type plan struct {
	writes   bool
	touches  bool // fails if there is no record, even if another operation makes one
	inPlace  bool // works on lists, maps, bits, HyperLogLogs or expressions
	operands bool // writes whole bins
	returns  bool // may return something
	answers  int  // operations that a server answers even if they write
	readsAll int  // those of them that read all bins

	evaluates bool // expressions
}

// of makes the plan of the operations for a call of that many keys. It returns the code
// with which a server refuses them, else CodeOK.
func (p *plan) of(ops []aerostore.Operation, o *aerostore.Options, keys int) aerostore.ResultCode {
	for _, op := range ops {
		kind, writes := op.Kind(), op.Writes()
		p.writes = p.writes || writes
		p.touches = p.touches || kind == aerostore.OperationTouch
		p.evaluates = p.evaluates || kind == aerostore.OperationExp
		p.returns = p.returns || kind >= aerostore.OperationList || !writes
		if kind >= aerostore.OperationList {
			p.inPlace = true
		} else {
			p.operands = p.operands || writes
		}
		if !writes || kind >= aerostore.OperationList && kind != aerostore.OperationBit && kind != aerostore.OperationExp {
			p.answers++
		}
		if readsAll(op) {
			p.readsAll++
		}
		if code := admit(op, o); code != aerostore.CodeOK {
			return code
		}
	}
	// With writes, all bins can be read once, if nothing else is answered
	// (last_bin_deleted_operate in basic.jsonl). They cannot in a batch of more than
	// one key, where all operations are answered (operate_put_all in batch.jsonl).
	if p.writes && p.readsAll > 0 && (p.answers > 1 || keys > 1) {
		return aerostore.CodeParameter
	}
	return aerostore.CodeOK
}

// readsAll reports whether the operation reads all bins. So does every read of the bin
// with the empty name, even of a part of it.
func readsAll(op aerostore.Operation) bool {
	return op.Bin() == "" && !op.Writes() && op.Kind() != aerostore.OperationReadHeader
}
