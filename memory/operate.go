package memory

import (
	"maps"
	"slices"
	"sync"

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
	p, code := planOf(ops, o, keys)
	if code != aerostore.CodeOK {
		return nil, code, nil
	}
	run := runs.Get().(*running) //nolint:forcetypeassert // New's
	run.ops, run.plan = ops, p
	if p.writes {
		record, code = n.operateWrite(key, run, o)
	} else {
		record, code = n.operateRead(key, run, o)
	}
	why = run.failed
	run.release()
	return record, code, why
}

// A running is a call of Operate on one record.
type running struct {
	ops      []aerostore.Operation
	plan     plan
	operands []any // imported, of the operations on whole bins
	record   *aerostore.Record
	steps    []any   // what each operation returned, of the record
	failed   error   // of an operation in detail
	where    *search // of the job that runs the operations, nil for none
	journal  value.Journal

	midway *midway // what expressions see, nil if there are none
}

var runs = sync.Pool{New: func() any { return new(running) }}

func (run *running) release() {
	run.journal.Reset()
	clear(run.operands)
	if run.midway != nil {
		*run.midway = midway{}
		midways.Put(run.midway)
	}
	*run = running{journal: run.journal, operands: run.operands[:0]}
	runs.Put(run)
}

// begin makes the record of the results.
func (run *running) begin() {
	run.record, run.steps = aerostore.NewStepsRecord(len(run.ops))
}

// importOperands imports what is written to whole bins. It returns the size of it.
func (run *running) importOperands() (size int) {
	for _, op := range run.ops {
		operand, n := operandOf(op.Value())
		run.operands = append(run.operands, operand)
		size += n
	}
	return size
}

func (n *namespace) operateWrite(key *aerostore.Key, run *running, o *aerostore.Options) (*aerostore.Record, aerostore.ResultCode) {
	c := change{mustExist: run.plan.touches, operate: run, where: run.where}
	if run.plan.operands {
		c.heavy = run.importOperands() > heavySize
	}
	if run.plan.inPlace {
		c.journal = &run.journal
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
	} else if _, code := run.apply(r.bins); code != aerostore.CodeOK {
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
				_, code = run.apply(met.bins)
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

// apply carries out the operations. It returns the bins after them and the code of the
// operation that failed, else CodeOK.
func (run *running) apply(old []bin) (draft, aerostore.ResultCode) {
	d := draftOf(old)
	run.begin()
	for i, op := range run.ops {
		if code := run.step(&d, i, op); code != aerostore.CodeOK {
			return d, code
		}
	}
	return d, aerostore.CodeOK
}

func (run *running) step(d *draft, i int, op aerostore.Operation) (code aerostore.ResultCode) {
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
		run.steps[i], code = run.stepWithin(d, i, op.CDT())
	case kind == aerostore.OperationWrite:
		if bad, ok := run.operands[i].(unstorable); ok {
			return aerostore.ResultCode(bad)
		}
		d.write(op.Bin(), run.operands[i])
	case kind == aerostore.OperationDelete:
		d.clear()
	case kind == aerostore.OperationTouch, kind == aerostore.OperationReadHeader:
	default:
		code = d.modify(kind, op.Bin(), run.operands[i])
	}
	return code
}

// stepWithin carries out an operation on a list, map, bits or HyperLogLog.
func (run *running) stepWithin(d *draft, i int, op *cdt.Op) (any, aerostore.ResultCode) {
	result, err := d.carryOut(run.ops[i].Bin(), op, &run.journal)
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
		return maps.Clone(all)
	}
	return results.ByBin(run.ops, run.steps)
}

// A plan describes the operations of a call.
type plan struct {
	writes   bool
	touches  bool // fails if there is no record, even if another operation makes one
	inPlace  bool // works on lists, maps, bits, HyperLogLogs or expressions
	operands bool // writes whole bins
	answers  int  // operations that a server answers even if they write
	readsAll int  // those of them that read all bins

	evaluates bool // expressions
}

// planOf returns the plan of the operations for a call of that many keys. The code is
// that with which a server refuses them, else CodeOK.
func planOf(ops []aerostore.Operation, o *aerostore.Options, keys int) (p plan, code aerostore.ResultCode) {
	for _, op := range ops {
		kind, writes := op.Kind(), op.Writes()
		p.writes = p.writes || writes
		p.touches = p.touches || kind == aerostore.OperationTouch
		p.evaluates = p.evaluates || kind == aerostore.OperationExp
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
			return p, code
		}
	}
	// With writes, all bins can be read once, if nothing else is answered
	// (last_bin_deleted_operate in basic.jsonl). They cannot in a batch of more than
	// one key, where all operations are answered (operate_put_all in batch.jsonl).
	if p.writes && p.readsAll > 0 && (p.answers > 1 || keys > 1) {
		return p, aerostore.CodeParameter
	}
	return p, aerostore.CodeOK
}

// readsAll reports whether the operation reads all bins. So does every read of the bin
// with the empty name, even of a part of it.
func readsAll(op aerostore.Operation) bool {
	return op.Bin() == "" && !op.Writes() && op.Kind() != aerostore.OperationReadHeader
}
