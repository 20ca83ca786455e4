package asbackend

import (
	"slices"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
)

// batch carries out the four batch operations by the client's one call in
// which each key has its own record, policy and answer.
func (r *request) batch() (aerostore.Result, error) {
	if r.call.Len() == 0 {
		return aerostore.Result{}.WithBatch([]aerostore.BatchResult{}), nil
	}
	records, err := r.records()
	if err != nil {
		return aerostore.Result{}, err
	}
	parts := r.sendAll(r.parts(records, nil))
	results := r.results(parts)
	if result, err := failedBatch(parts); err != nil {
		return result.WithBatch(results), err
	}
	result := aerostore.Result{Attempts: attemptsOf(parts)}.WithBatch(results)
	result.Node = r.store.nodes.of(r.store.client, lastNode(parts))
	return result, nil
}

// failedBatch returns the error of a batch in which no key has an answer: that of
// the first part that is in doubt, else of the first that failed.
func failedBatch(parts []*part) (result aerostore.Result, err error) {
	var told *aerostore.Error
	for _, p := range parts {
		if anyAnswered(p.records) {
			return aerostore.Result{}, nil
		}
		if p.ended == nil && p.err == nil || told != nil && told.InDoubt {
			continue
		}
		if e := p.failure(); told == nil || e.InDoubt {
			told, result.Node, result.Attempts = e, e.Node, p.count()
		}
	}
	if told == nil {
		return result, nil
	}
	return result, told
}

func (r *request) sendBatch(records []as.BatchRecordIfc) as.Error {
	if removal, ok := records[0].(*as.BatchDelete); ok && len(records) == 1 {
		return r.removeOne(removal)
	}
	if read, ok := records[0].(*as.BatchRead); ok && len(records) == 1 && slices.Contains(read.BinNames, "") {
		return r.readOne(read)
	}
	policy := r.batchPolicy()
	if len(records) == 1 && r.tries != nil && !r.tries.end.IsZero() && !r.call.Writes() {
		// A single key is read as by Get: the client waits itself, at each replica in turn.
		base := r.store.batchPolicy()
		policy.ExitFastOnExhaustedConnectionPool, policy.ReplicaPolicy = base.ExitFastOnExhaustedConnectionPool, base.ReplicaPolicy
	}
	return r.store.client.BatchOperate(policy, records)
}

// removeOne removes the only key of a batch. The client would do so by an
// operation on a single record, of which the server checks the generation
// before it looks whether there is a record, unlike in larger batches.
func (r *request) removeOne(removal *as.BatchDelete) as.Error {
	policy := newWritePolicy()
	policy.BasePolicy = r.batchPolicy().BasePolicy
	p := removal.Policy
	if p == nil {
		p = r.store.batchRemovePolicy()
	}
	if p.FilterExpression != nil {
		policy.FilterExpression = p.FilterExpression
	}
	policy.CommitLevel, policy.DurableDelete, policy.SendKey = p.CommitLevel, p.DurableDelete, p.SendKey
	policy.GenerationPolicy, policy.Generation = p.GenerationPolicy, p.Generation

	removal.Record, removal.Err = nil, nil
	existed, err := r.store.client.Delete(policy, removal.Key)
	switch {
	case err != nil:
		removal.Err, removal.ResultCode = err, newClientError(err).err.ResultCode
		if removal.ResultCode == types.INVALID_NAMESPACE {
			return nil // not the fault of the batch, as in larger ones
		}
	case !existed:
		removal.ResultCode = types.KEY_NOT_FOUND_ERROR
	default:
		removal.Record, removal.ResultCode = &as.Record{}, types.OK
	}
	return err
}

// readOne reads bins of the only key of a batch, the one with the empty name among
// them. The client would do so by operations, one of which would read all bins.
func (r *request) readOne(read *as.BatchRead) as.Error {
	policy := r.batchPolicy().BasePolicy
	p := read.Policy
	if p == nil {
		p = r.store.batchReadPolicy()
	}
	if p.FilterExpression != nil {
		policy.FilterExpression = p.FilterExpression
	}
	policy.ReadModeAP, policy.ReadModeSC, policy.ReadTouchTTLPercent = p.ReadModeAP, p.ReadModeSC, p.ReadTouchTTLPercent

	read.Err, read.ResultCode = nil, types.OK
	record, err := r.store.client.Get(&policy, read.Key, read.BinNames...)
	if read.Record = record; err == nil {
		return nil
	}
	read.Err, read.ResultCode = err, newClientError(err).err.ResultCode
	if read.ResultCode == types.INVALID_NAMESPACE {
		return nil // not the fault of the batch, as in larger ones
	}
	return err
}

// records returns what the client is to do for each key.
func (r *request) records() ([]as.BatchRecordIfc, error) {
	newRecord, ok := r.store.recordMaker(r.call)
	if !ok {
		return nil, r.call.NewError(aerostore.CodeUnsupportedFeature, nil)
	}
	records := make([]as.BatchRecordIfc, r.call.Len())
	for i := range records {
		k := r.call.KeyAt(i)
		key, err := clientKey(k, k.ID())
		if err != nil {
			return nil, r.fail(err)
		}
		records[i] = newRecord(i, key)
	}
	return records, nil
}

// recordMaker returns what makes the record of the i-th key, false if there is
// an operation that it does not know.
func (s *Store) recordMaker(call aerostore.Call) (newRecord func(i int, key *as.Key) as.BatchRecordIfc, ok bool) {
	switch call.Op {
	case aerostore.OpBatchRead:
		bins := distinct(call.BinNames())
		return func(_ int, key *as.Key) as.BatchRecordIfc {
			if bins != nil && len(bins) == 0 {
				return as.NewBatchReadHeader(s.policies.BatchRead, key)
			}
			return as.NewBatchRead(s.policies.BatchRead, key, bins)
		}, true
	case aerostore.OpBatchRemove:
		policy := s.batchRemovePolicyFor(call.Options)
		return func(_ int, key *as.Key) as.BatchRecordIfc { return as.NewBatchDelete(policy, key) }, true
	case aerostore.OpBatchWrite:
		shared := s.batchWritePolicyFor(call.Options)
		return func(i int, key *as.Key) as.BatchRecordIfc {
			item, policy := call.Items()[i], shared
			if len(item.Options) > 0 {
				policy = s.batchWritePolicyFor(item.Resolve(call.Options))
			}
			return as.NewBatchWrite(policy, key, putOperations(item.Bins)...)
		}, true
	default:
		plan, ok := planOf(call.Operations())
		policy := s.batchWritePolicyFor(call.Options)
		return func(_ int, key *as.Key) as.BatchRecordIfc {
			if !plan.writes {
				return as.NewBatchReadOps(s.policies.BatchRead, key, plan.ops...)
			}
			return as.NewBatchWrite(policy, key, plan.ops...)
		}, ok
	}
}

func putOperations(bins aerostore.Bins) []*as.Operation {
	ops := make([]*as.Operation, 0, len(bins))
	for name, value := range bins {
		ops = append(ops, as.PutOp(clientBin(name, value)))
	}
	return ops
}

// distinct leaves names out that stand there before: a batch would read the
// bin twice. Nil stays nil.
func distinct(names []string) []string {
	for i, name := range names {
		for _, before := range names[:i] {
			if name == before {
				return compacted(names)
			}
		}
	}
	return names
}

func compacted(names []string) []string {
	seen := make(map[string]bool, len(names))
	kept := make([]string, 0, len(names))
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			kept = append(kept, name)
		}
	}
	return kept
}

// results returns what became of each key. Keys without an answer have the
// error of their part as a whole.
func (r *request) results(parts []*part) []aerostore.BatchResult {
	results := make([]aerostore.BatchResult, r.call.Len())
	for _, p := range parts {
		for i, record := range p.records {
			i = p.place(i)
			key := r.call.KeyAt(i)
			results[i].Key = key
			switch br := record.BatchRec(); {
			case br.ResultCode != types.OK || br.Record == nil:
				results[i].Err = p.keyError(key, record)
			case r.call.Op == aerostore.OpBatchOperate:
				if r.call.Writes() {
					dropNils(br.Record.Bins)
					dropUnnamed(br.Record.Bins, r.call.Operations())
				}
				results[i].Record = storeRecord(key, br.Record)
			case r.call.Op == aerostore.OpBatchRead:
				results[i].Record = storeRecord(key, br.Record)
			}
		}
	}
	return results
}

// lastNode returns the node of the last key that the client names one for, or of
// the last part that was answered, nil where neither is known.
func lastNode(parts []*part) *as.Node {
	for _, p := range slices.Backward(parts) {
		for _, record := range slices.Backward(p.records) {
			if br := record.BatchRec(); br.Record != nil && br.Record.Node != nil {
				return br.Record.Node
			}
		}
		if p.node != nil && anyAnswered(p.records) {
			return p.node
		}
	}
	return nil
}

// attemptsOf returns the attempts of the part that took most, 0 where they are not
// known.
func attemptsOf(parts []*part) (n int32) {
	for _, p := range parts {
		n = max(n, p.count())
	}
	return n
}

// keyError returns the error of one key.
func (p *part) keyError(key aerostore.Key, record as.BatchRecordIfc) error {
	br := record.BatchRec()
	e := &aerostore.Error{
		Op: p.call.Op, Namespace: key.Namespace(), Set: key.Set(),
		Code: aerostore.ResultCode(br.ResultCode), InDoubt: p.doubted[br],
	}
	failed := p.ended != nil || p.err != nil
	switch {
	case p.refused && br.ResultCode == types.PARAMETER_ERROR:
		e.Err = errReadAll
	case failed && !isAnswered(record) && (p.ended != nil || len(p.records) == 1):
		e = p.failure() // in doubt if the key is: it was sent in every attempt
		e.Namespace, e.Set = key.Namespace(), key.Set()
	case br.Err != nil:
		cause := newClientError(br.Err)
		e.InDoubt = e.InDoubt || inDoubt(p.call.Writes(), cause.err)
		cause.inDoubt = e.InDoubt
		e.Node = p.store.nodes.of(p.store.client, cause.err.Node)
		e.Err = nested(*e, cause)
	case p.err != nil:
		cause := p.failure()
		cause.Namespace, cause.Set = e.Namespace, e.Set
		e.InDoubt, e.Node, e.Err = cause.InDoubt, cause.Node, cause
	default:
		e.InDoubt = e.InDoubt || p.call.Writes() && br.ResultCode == types.NO_RESPONSE
	}
	return e
}

// anyAnswered reports whether the server answered for any of the keys.
func anyAnswered(records []as.BatchRecordIfc) bool {
	for _, record := range records {
		br := record.BatchRec()
		if br.ResultCode == types.OK || br.Err != nil && isAnswer(newClientError(br.Err).err) {
			return true
		}
	}
	return false
}
