package asbackend

import (
	"cmp"
	"slices"
	"sync"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// A batch is a request on several keys. It is sent in parts, one to each node.
//
// What all keys share is resolved once, in newBatch.
type batch struct {
	request
	writes      bool
	mixed       bool            // writes, and reads other keys
	policy      *as.BatchPolicy // of the call
	maxRetries  int             // of the policy, or of the write policy for a batch that writes
	sendsIDs    bool            // of all keys that are written
	removalIDs  bool            // sends the ids of all keys that are removed
	removesByID bool            // removes a record with its id
	readPolicy  *as.BatchReadPolicy
	writePolicy *as.BatchWritePolicy
	removal     *as.BatchDeletePolicy
	bins        []string // to read, nil: all
	unnamed     bool     // bins has the empty name, see readOne
	plan        plan     // of a BatchOperate
	plans       []*plan  // of the items of a BatchWrite, nil if no item has operations
	refused     bool     // a key is; see refuses
}

// doBatch carries out an operation on several keys.
func (r *request) doBatch() (aerostore.Result, error) {
	if r.call.Len() == 0 {
		return aerostore.Result{}.WithBatch([]aerostore.BatchResult{}), nil
	}
	b, cannot := newBatch(r)
	if cannot != nil {
		return r.unsupported(cannot)
	}
	records, err := b.newRecords()
	if err != nil {
		return aerostore.Result{}, err
	}
	return b.collect(b.send(b.divide(records, nil)))
}

// newBatch returns an error if the batch has an operation that cannot be sent.
func newBatch(r *request) (b *batch, cannot error) {
	s := r.store
	options := &r.call.Options
	b = &batch{request: *r, writes: r.call.Writes(), policy: s.batchPolicyFor(options)}
	b.maxRetries = b.policy.MaxRetries
	if b.writes {
		b.maxRetries = s.writePolicy().MaxRetries
	}
	switch r.call.Op {
	case aerostore.OpBatchRead:
		b.bins = distinct(r.call.BinNames())
		if b.unnamed = slices.Contains(b.bins, ""); b.unnamed {
			b.readAtMaster()
		}
		b.setRead()
	case aerostore.OpBatchRemove:
		b.setRemoval()
	case aerostore.OpBatchOperate:
		b.plan, cannot = s.planOf(r.call.Operations(), new(scratch))
		b.refused = b.refuses(0)
		b.setRead()
		b.setWrite()
	default:
		cannot = b.planItems()
		b.setRead()
		b.setWrite()
	}
	return b, cannot
}

// setRead sets what is shared by all keys that are read.
func (b *batch) setRead() {
	b.readPolicy = b.store.batchReadPolicyFor(&b.call.Options, &b.call.Options)
}

// setWrite sets what is shared by all keys that are written.
func (b *batch) setWrite() {
	b.writePolicy = b.store.batchWritePolicyFor(&b.call.Options, &b.call.Options)
	b.sendsIDs = b.writes && (b.call.Options.SendKey || b.store.batchWritePolicy().SendKey)
}

// setRemoval sets what is shared by all keys that are removed.
func (b *batch) setRemoval() {
	b.removal = b.store.batchRemovePolicyFor(&b.call.Options, &b.call.Options)
	b.removalIDs = b.call.Options.SendKey || b.store.batchRemovePolicy().SendKey
	b.removesByID = b.removalIDs
}

// divide returns the parts of the records, in the order in which their nodes first
// occur. The places are those of the records in the batch, nil if they are all of it.
func (b *batch) divide(records []as.BatchRecordIfc, places []int) []*part {
	nodes, replica := b.store.client.GetNodes(), b.policy.ReplicaPolicy
	switch {
	case b.refused:
	case len(nodes) == 1:
		p := b.newPart(nodes[0], records, places)
		p.settle()
		return []*part{p}
	case !b.writes && !mayMove(replica) && replica != as.MASTER: // the client chooses a node at random, or in turn
		return []*part{b.newPart(nil, records, places)}
	}
	var parts []*part
	var refused *part
	byNode := make(map[*as.Node]*part, len(nodes))
	for i, record := range records {
		if places != nil {
			i = places[i]
		}
		var p *part
		if b.refused && b.refuses(i) {
			p = refused
		} else {
			node, _ := b.store.firstNode(isWrite(record), &b.policy.BasePolicy, record.BatchRec().Key)
			if p = byNode[node]; p == nil {
				p = b.newPart(node, nil, nil)
				byNode[node] = p
				parts = append(parts, p)
			}
		}
		if p == nil {
			p = b.newPart(nil, nil, nil)
			p.refused, refused = true, p
			parts = append(parts, p)
		}
		p.records, p.places = append(p.records, record), append(p.places, i)
	}
	for _, p := range parts {
		p.settle()
	}
	return parts
}

// isWrite reports whether the client writes the record.
func isWrite(record as.BatchRecordIfc) bool {
	_, reads := record.(*as.BatchRead)
	return !reads
}

// send sends the parts, as many at once as the policy allows. It returns them with
// those into which they were divided.
func (b *batch) send(parts []*part) []*part {
	atOnce := b.policy.ConcurrentNodes
	if atOnce <= 0 || len(parts) == 1 {
		atOnce = len(parts)
	}
	if atOnce == 1 {
		for i, p := range parts {
			p.waited = i > 0
			p.send()
		}
	} else {
		b.sendConcurrently(parts, atOnce)
	}
	for _, p := range parts {
		parts = append(parts, p.moved...)
	}
	return parts
}

func (b *batch) sendConcurrently(parts []*part, atOnce int) {
	var sent sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i, p := range parts {
		free <- struct{}{}
		p.waited = i >= atOnce
		sent.Go(func() {
			defer func() { <-free }()
			p.send()
		})
	}
	sent.Wait()
}

// collect returns the results of the parts. Its node is that of the last key for which
// one is known, its attempts those of the part that took most.
func (b *batch) collect(parts []*part) (aerostore.Result, error) {
	results := make([]aerostore.BatchResult, b.call.Len())
	var attempts int32
	var node *as.Node
	answered := false
	for _, p := range parts {
		p.collect(results)
		attempts, answered = max(attempts, p.attempts()), answered || p.answered
		node = cmp.Or(p.answeredBy, node)
	}
	if p := worst(parts); p != nil && !answered {
		err := p.failure()
		return aerostore.Result{Node: err.Node, Attempts: p.attempts()}.WithBatch(results), err
	}
	return aerostore.Result{Node: b.store.nodes.of(b.store.client, node), Attempts: attempts}.WithBatch(results), nil
}

// worst returns the part whose error is that of a batch without any answer: the first
// in doubt, or else the first that failed. It returns nil if none failed.
func worst(parts []*part) (failed *part) {
	for _, p := range parts {
		if p.ended == nil && p.err == nil {
			continue
		}
		if p.failure().InDoubt {
			return p
		}
		if failed == nil {
			failed = p
		}
	}
	return failed
}
