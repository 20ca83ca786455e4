package memory

import (
	"github.com/aerostore/aerostore"
	value "github.com/aerostore/aerostore/internal/value"
)

// operate applies the operations to one record, in a call of that many keys. A server
// adds a nil to the results of a batch for each operation that writes. It has no
// meaning and is left out.
func (n *namespace) operate(
	key *aerostore.Key, ops []aerostore.Operation, o *aerostore.Options, keys int,
) (*aerostore.Record, aerostore.ResultCode) {
	p, code := planOf(ops, o, keys)
	if code != aerostore.CodeOK {
		return nil, code
	}
	if !p.writes {
		return n.operateRead(key, ops, p)
	}
	var bins aerostore.Bins
	heavy := 0
	for _, op := range ops {
		heavy += value.Size(op.Value())
	}
	var r record
	code = n.update(key, o, &change{mustExist: p.touches, heavy: heavy > heavySize, apply: func(old []bin) (draft, aerostore.ResultCode) {
		d := draftOf(old)
		bins = aerostore.Bins{}
		for _, op := range ops {
			if code := d.apply(op, bins); code != aerostore.CodeOK {
				return d, code
			}
		}
		return d, aerostore.CodeOK
	}}, &r)
	if code != aerostore.CodeOK {
		return nil, code
	}
	ttl, _ := n.left(r.expires)
	return &aerostore.Record{Key: *key, Bins: bins, Generation: uint32(r.generation), TTL: ttl}, aerostore.CodeOK
}

// operateRead is operate without writes. It ignores the options, and returns each bin
// once if any operation reads all bins (op_put_all in basic.jsonl).
func (n *namespace) operateRead(
	key *aerostore.Key, ops []aerostore.Operation, p plan,
) (*aerostore.Record, aerostore.ResultCode) {
	var r record
	ttl, found := n.find(key, &r)
	if !found {
		return nil, aerostore.CodeNotFound
	}
	record := &aerostore.Record{Key: *key, Generation: uint32(r.generation), TTL: ttl}
	if p.readsAll > 0 {
		record.Bins = r.all()
		return record, aerostore.CodeOK
	}
	record.Bins = aerostore.Bins{}
	var in finder
	for _, op := range ops {
		if op.Kind() == aerostore.OperationRead {
			addResult(record.Bins, r.bins, in.find(r.bins, op.Bin()), op.Bin())
		}
	}
	return record, aerostore.CodeOK
}

// apply carries out one operation and adds what it reads to results.
func (d *draft) apply(op aerostore.Operation, results aerostore.Bins) aerostore.ResultCode {
	switch {
	case readsAll(op):
		for _, b := range d.bins {
			results[b.name] = clone(b.value)
		}
	case op.Kind() == aerostore.OperationRead:
		addResult(results, d.bins, d.names.find(d.bins, op.Bin()), op.Bin())
	case op.Kind() == aerostore.OperationWrite:
		return d.write(op.Bin(), op.Value())
	case op.Kind() == aerostore.OperationDelete:
		d.clear()
	case op.Kind() == aerostore.OperationTouch, op.Kind() == aerostore.OperationReadHeader:
	default:
		return d.modify(op.Kind(), op.Bin(), op.Value())
	}
	return aerostore.CodeOK
}

// addResult adds the bin at i to the results, if i is not negative. The values of a
// bin that is read more than once become OpResults.
func addResult(results aerostore.Bins, bins []bin, i int, name string) {
	if i < 0 {
		return
	}
	value := clone(bins[i].value)
	switch before := results[name].(type) {
	case nil:
		results[name] = value
	case aerostore.OpResults:
		results[name] = append(before, value)
	default:
		results[name] = aerostore.OpResults{before, value}
	}
}

// A plan describes the operations of a call.
type plan struct {
	writes   bool
	touches  bool // fails if there is no record, even if another operation makes one
	reads    int  // reading operations
	readsAll int  // those of them that read all bins
}

// planOf returns the plan of the operations for a call of that many keys. The code is
// that with which a server refuses them, else CodeOK.
func planOf(ops []aerostore.Operation, o *aerostore.Options, keys int) (p plan, code aerostore.ResultCode) {
	for _, op := range ops {
		if op.Kind() > aerostore.OperationDelete {
			return p, aerostore.CodeUnsupportedFeature
		}
		p.writes = p.writes || op.Writes()
		p.touches = p.touches || op.Kind() == aerostore.OperationTouch
		if !op.Writes() {
			p.reads++
		}
		if readsAll(op) {
			p.readsAll++
		}
		if code := admit(op.Kind(), op.Value(), o); code != aerostore.CodeOK {
			return p, code
		}
	}
	// With writes, all bins can be read once and nothing else can be read
	// (last_bin_deleted_operate in basic.jsonl). They cannot in a batch of more than
	// one key, where all operations have results (operate_put_all in batch.jsonl).
	if p.writes && p.readsAll > 0 && (p.reads > 1 || keys > 1) {
		return p, aerostore.CodeParameter
	}
	return p, aerostore.CodeOK
}

// readsAll reports whether the operation reads all bins. The client takes a read of
// the bin with the empty name for one.
func readsAll(op aerostore.Operation) bool {
	return op.Kind() == aerostore.OperationReadAll || op.Kind() == aerostore.OperationRead && op.Bin() == ""
}
