package memory

import (
	"maps"
	"sync"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	value "github.com/aerostore/aerostore/internal/value"
)

// operate carries out the operations on one record, in a call of that many keys. The
// error says why an operation on a list, map, bits or HyperLogLog failed.
func (n *namespace) operate(
	key *aerostore.Key, ops []aerostore.Operation, o *aerostore.Options, keys int,
) (*aerostore.Record, aerostore.ResultCode, error) {
	p, code := planOf(ops, o, keys)
	if code != aerostore.CodeOK {
		return nil, code, nil
	}
	run := running{ops: ops, plan: p}
	if p.writes {
		return n.operateWrite(key, &run, o)
	}
	return n.operateRead(key, &run)
}

// A running is a call of Operate on one record.
type running struct {
	ops      []aerostore.Operation
	plan     plan
	operands []any // imported, of the operations on whole bins
	steps    []any // what each operation returned
	failed   error // of an operation in detail
}

var journals = sync.Pool{New: func() any { return new(value.Journal) }}

func (n *namespace) operateWrite(key *aerostore.Key, run *running, o *aerostore.Options) (*aerostore.Record, aerostore.ResultCode, error) {
	heavy := 0
	if run.plan.operands {
		run.operands = make([]any, len(run.ops))
		for i, op := range run.ops {
			operand, code := imported(op.Value())
			if code != aerostore.CodeOK {
				return nil, code, nil
			}
			run.operands[i] = operand
			heavy += value.Size(operand)
		}
	}
	c := change{mustExist: run.plan.touches, heavy: heavy > heavySize, apply: run.apply}
	if run.plan.inPlace {
		c.journal = journals.Get().(*value.Journal) //nolint:forcetypeassert // New's
		defer func() {
			c.journal.Reset()
			journals.Put(c.journal)
		}()
		c.apply = func(old []bin) (draft, aerostore.ResultCode) { return run.applyInPlace(old, c.journal) }
	}
	var r record
	if code := n.update(key, o, &c, &r); code != aerostore.CodeOK {
		return nil, code, run.failed
	}
	ttl, _ := n.left(r.expires)
	return run.record(key, &r, ttl), aerostore.CodeOK, nil
}

// operateRead is operate without writes. It ignores the options. If any operation reads
// all bins, nothing else is read (op_put_all in basic.jsonl).
func (n *namespace) operateRead(key *aerostore.Key, run *running) (*aerostore.Record, aerostore.ResultCode, error) {
	var r record
	if run.plan.inPlace && run.plan.readsAll == 0 {
		return n.operateReadLocked(key, run)
	}
	ttl, found := n.find(key, &r)
	if !found {
		return nil, aerostore.CodeNotFound, nil
	}
	run.steps = make([]any, len(run.ops))
	if run.plan.readsAll > 0 {
		run.readAll(&r)
	} else {
		var in finder
		for i, op := range run.ops {
			if j := in.find(r.bins, op.Bin()); op.Kind() == aerostore.OperationRead && j >= 0 {
				run.steps[i] = value.Export(r.bins[j].value)
			}
		}
	}
	return run.record(key, &r, ttl), aerostore.CodeOK, nil
}

// readAll reads all bins for each operation that reads a bin.
func (run *running) readAll(r *record) {
	all := r.all()
	for i, op := range run.ops {
		switch {
		case readsAll(op):
			run.steps[i] = all
		case op.Kind() == aerostore.OperationRead:
			run.steps[i] = all[op.Bin()]
		}
	}
}

// operateReadLocked reads parts of lists and maps, which are not copied as a whole.
func (n *namespace) operateReadLocked(key *aerostore.Key, run *running) (result *aerostore.Record, code aerostore.ResultCode, err error) {
	code = aerostore.CodeNotFound
	set := n.set(key.Set())
	if set == nil {
		return nil, code, nil
	}
	set.view(key, func(r *record) {
		ttl, alive := n.left(r.expires)
		if !alive {
			return
		}
		d := draft{bins: r.bins}
		run.steps = make([]any, len(run.ops))
		if code = run.carryOut(&d, nil); code == aerostore.CodeOK {
			result = run.record(key, r, ttl)
		}
	})
	return result, code, run.failed
}

// apply returns the bins after the operations.
func (run *running) apply(old []bin) (draft, aerostore.ResultCode) {
	return run.applyInPlace(old, nil)
}

// applyInPlace is apply with operations that change lists and maps in place, as the
// journal records.
func (run *running) applyInPlace(old []bin, j *value.Journal) (draft, aerostore.ResultCode) {
	d := draftOf(old)
	run.steps = make([]any, len(run.ops))
	code := run.carryOut(&d, j)
	return d, code
}

func (run *running) carryOut(d *draft, j *value.Journal) aerostore.ResultCode {
	for i, op := range run.ops {
		var code aerostore.ResultCode
		switch kind := op.Kind(); {
		case readsAll(op):
			run.steps[i] = copyBins(d.bins)
		case kind >= aerostore.OperationList:
			run.steps[i], code = run.cdt(d, i, op.CDT(), j)
		case kind == aerostore.OperationRead:
			if at := d.names.find(d.bins, op.Bin()); at >= 0 {
				run.steps[i] = value.Export(d.bins[at].value)
			}
		case kind == aerostore.OperationWrite:
			d.write(op.Bin(), run.operands[i])
		case kind == aerostore.OperationDelete:
			d.clear()
		case kind == aerostore.OperationTouch, kind == aerostore.OperationReadHeader:
		default:
			code = d.modify(kind, op.Bin(), run.operands[i])
		}
		if code != aerostore.CodeOK {
			return code
		}
	}
	return aerostore.CodeOK
}

// cdt carries out an operation on a list, map, bits or HyperLogLog.
func (run *running) cdt(d *draft, i int, op *cdt.Op, j *value.Journal) (any, aerostore.ResultCode) {
	name := run.ops[i].Bin()
	result, err := d.carryOut(name, op, j)
	if err == nil {
		return value.Export(result), aerostore.CodeOK
	}
	refused, _ := err.(*engine.Error) //nolint:errorlint // what Apply returns
	run.failed = &operationError{step: i, name: op.Kind.String(), bin: name, err: refused}
	return nil, aerostore.ResultCode(refused.Code)
}

// record returns the record of the results.
func (run *running) record(key *aerostore.Key, r *record, ttl aerostore.TTL) *aerostore.Record {
	record := &aerostore.Record{Key: *key, Generation: uint32(r.generation), TTL: ttl, Bins: run.bins()}
	record.SetSteps(run.steps)
	return record
}

// bins returns the results by bin. If several operations on a bin can return something,
// all their results are OpResults. If an operation reads all bins, they are the result.
func (run *running) bins() aerostore.Bins {
	bins := aerostore.Bins{}
	nothing := false
	for i, op := range run.ops {
		switch {
		case readsAll(op):
			all, _ := run.steps[i].(aerostore.Bins)
			return maps.Clone(all)
		case run.plan.readsAll > 0 || !returns(op):
			continue
		}
		name, result := op.Bin(), run.steps[i]
		before, several := bins[name]
		results, collected := before.(aerostore.OpResults)
		switch {
		case collected:
			bins[name] = append(results, result)
		case several:
			bins[name] = aerostore.OpResults{before, result}
		default:
			bins[name] = result
			nothing = nothing || result == nil
		}
	}
	if nothing {
		maps.DeleteFunc(bins, func(_ string, v any) bool { return v == nil })
	}
	return bins
}

// returns reports whether the operation can return something for its bin.
func returns(op aerostore.Operation) bool {
	if op.Kind() == aerostore.OperationRead {
		return true
	}
	c := op.CDT()
	return c != nil && c.Returns()
}

// A plan describes the operations of a call.
type plan struct {
	writes   bool
	touches  bool // fails if there is no record, even if another operation makes one
	inPlace  bool // works on lists, maps, bits or HyperLogLogs
	operands bool // writes whole bins
	answers  int  // operations that a server answers even if they write
	readsAll int  // those of them that read all bins
}

// planOf returns the plan of the operations for a call of that many keys. The code is
// that with which a server refuses them, else CodeOK.
func planOf(ops []aerostore.Operation, o *aerostore.Options, keys int) (p plan, code aerostore.ResultCode) {
	for _, op := range ops {
		kind, writes := op.Kind(), op.Writes()
		p.writes = p.writes || writes
		p.touches = p.touches || kind == aerostore.OperationTouch
		if kind >= aerostore.OperationList {
			p.inPlace = true
		} else {
			p.operands = p.operands || writes
		}
		if !writes || kind >= aerostore.OperationList && kind != aerostore.OperationBit {
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
