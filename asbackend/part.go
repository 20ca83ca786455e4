package asbackend

import (
	"slices"
	"sync"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// A part is what of a batch goes to one node.
//
// The client would divide a batch, too, and put the errors of all nodes into one
// chain, in which each loses what it wraps: a command that timed out stands
// around another's that was never sent. Sent by parts, each has its own chain,
// and what is left of the context's deadline when its turn comes. Keys that move to
// another node before the part is sent, or sent again, make parts of their own.
type part struct {
	request
	node    *as.Node // nil where none is known for the keys
	places  []int    // of the records in the batch; nil: as they stand
	records []as.BatchRecordIfc
	err     as.Error         // of the part as a whole
	failed  *aerostore.Error // what the call makes of err, see failure

	waited  bool                     // since it was divided from others, in which keys may move
	moved   []*part                  // which it was divided into
	doubted map[*as.BatchRecord]bool // the keys of which an attempt is in doubt
	ended   *aerostore.Error         // the call ended while the part waited to be sent
	refused bool                     // without being sent
}

// parts divides records of a batch by nodes, in the order in which these come up.
func (r *request) parts(records []as.BatchRecordIfc, places []int) []*part {
	if r.call.Len() > 1 && readsAllAndWrites(r.call) {
		return []*part{{request: *r, records: records, places: places, refused: true}}
	}
	policy := r.store.batchPolicy()
	nodes := r.store.client.GetNodes()
	if len(nodes) == 1 {
		return []*part{{request: *r, node: nodes[0], records: records, places: places}}
	}
	if !isSteady(policy, r.call) {
		return []*part{{request: *r, records: records, places: places}}
	}
	var parts []*part
	byNode := make(map[*as.Node]*part, len(nodes))
	for i, record := range records {
		node, _ := r.store.firstNode(r.call.Writes(), &policy.BasePolicy, record.BatchRec().Key)
		p := byNode[node]
		if p == nil {
			p = &part{request: *r, node: node}
			parts = append(parts, p)
			byNode[node] = p
		}
		if places != nil {
			i = places[i]
		}
		p.records, p.places = append(p.records, record), append(p.places, i)
	}
	return parts
}

// mayMove reports whether further attempts go to other nodes.
func mayMove(p as.ReplicaPolicy) bool { return p == as.SEQUENCE || p == as.PREFER_RACK }

// isSteady reports whether the node of a key can be known beforehand.
func isSteady(p *as.BatchPolicy, call aerostore.Call) bool {
	return call.Writes() || mayMove(p.ReplicaPolicy) || p.ReplicaPolicy == as.MASTER
}

// sendAll sends the parts, as many at once as the policy says. It returns them with
// those that they were divided into.
func (r *request) sendAll(parts []*part) []*part {
	r.sendEach(parts)
	for _, p := range parts {
		parts = append(parts, p.moved...)
	}
	return parts
}

func (r *request) sendEach(parts []*part) {
	atOnce := r.store.batchPolicy().ConcurrentNodes
	if len(parts) == 1 || atOnce == 1 {
		for i, p := range parts {
			p.waited = i > 0
			p.send()
		}
		return
	}
	if atOnce <= 0 {
		atOnce = len(parts)
	}
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

// errReadAll is what a server refuses for several keys at once, and not for one, so
// that it would depend on the other keys and on where they are.
var errReadAll error = safe.TextError("ReadAll beside an operation that writes is for one key alone")

func readsAllAndWrites(call aerostore.Call) bool {
	if call.Op != aerostore.OpBatchOperate || !call.Writes() {
		return false
	}
	plan, _ := planOf(call.Operations())
	return plan.readsAll
}

func (p *part) send() {
	switch {
	case p.refused:
		p.refuse()
		return
	case p.isLate():
		p.cut(passed(p.ctx))
		return
	case p.ctx.Err() != nil:
		p.cut(aerostore.ContextError(p.ctx))
		return
	}
	open := p.records
	for {
		if p.waited && p.hasMoved(open) && p.divide(open) {
			return
		}
		p.err = p.sendBatch(open)
		if p.err == nil || p.tries == nil {
			return
		}
		p.tries.last = p.err
		open = slices.DeleteFunc(slices.Clone(open), isAnswered)
		pause, more := p.next()
		if p.tries.sent && p.doubted == nil {
			p.doubted = make(map[*as.BatchRecord]bool, len(open))
			for _, record := range open {
				p.doubted[record.BatchRec()] = true
			}
		}
		if !more || len(open) == 0 || !p.sleep(pause) {
			return
		}
		p.waited = true
	}
}

// refuse answers for a server, which would refuse the records together but not the
// only one of a node or of a namespace.
func (p *part) refuse() {
	for _, record := range p.records {
		br := record.BatchRec()
		br.ResultCode = types.PARAMETER_ERROR
		if _, err := p.store.writeNode(as.MASTER, br.Key); err != nil && newClientError(err).err.ResultCode == types.INVALID_NAMESPACE {
			br.ResultCode = types.INVALID_NAMESPACE
		}
	}
}

// cut has the part fail because the context ended before it was sent.
func (p *part) cut(ended error) {
	p.ended = p.call.NewContextError(ended)
	p.ended.InDoubt = p.tries != nil && p.tries.sent
}

// isAnswered reports whether a key has an answer, or else the error of an operation
// of its own that the client did not give up.
func isAnswered(record as.BatchRecordIfc) bool {
	br := record.BatchRec()
	if br.Err != nil {
		e := newClientError(br.Err).err
		return !gaveUp(e) && !ranOut(e)
	}
	return br.ResultCode != types.NO_RESPONSE
}

// hasMoved reports whether a record that the part writes belongs to another node by
// now. Of reads nothing is in doubt.
func (p *part) hasMoved(records []as.BatchRecordIfc) bool {
	policy := p.store.batchPolicy()
	return p.call.Writes() && slices.ContainsFunc(records, func(record as.BatchRecordIfc) bool {
		node, _ := p.store.writeNode(policy.ReplicaPolicy, record.BatchRec().Key)
		return node != p.node
	})
}

// divide sends what is left of the part in parts of their own, if there are several
// or it goes to another node.
func (p *part) divide(open []as.BatchRecordIfc) bool {
	left := make(map[as.BatchRecordIfc]bool, len(open))
	for _, record := range open {
		left[record] = true
	}
	var records []as.BatchRecordIfc
	var places, openPlaces []int
	for i, record := range p.records {
		if left[record] {
			openPlaces = append(openPlaces, p.place(i))
		} else {
			records, places = append(records, record), append(places, p.place(i))
		}
	}
	moved := p.parts(open, openPlaces)
	if len(moved) == 1 && moved[0].node == p.node {
		return false
	}
	for _, m := range moved {
		m.doubted = p.doubted
		if p.tries != nil {
			m.tries = new(*p.tries)
		}
	}
	p.records, p.places, p.err = records, places, nil
	p.moved = p.sendAll(moved)
	return true
}

// place returns where in the batch the i-th record of the part stands.
func (p *part) place(i int) int {
	if p.places == nil {
		return i
	}
	return p.places[i]
}

// failure returns the error of the part as a whole.
func (p *part) failure() *aerostore.Error {
	switch {
	case p.ended != nil:
		return new(*p.ended)
	case p.failed != nil: // for all keys once: it names what they share
	case p.tries != nil && p.tries.last != nil:
		p.failed = p.verdict()
	default:
		p.failed = p.fail(p.err)
	}
	return new(*p.failed)
}

// count returns how many attempts the part took, 0 if it is not known or none.
func (p *part) count() int32 {
	switch {
	case p.err != nil:
		return p.made(p.err)
	case p.ended != nil, p.refused, len(p.records) == 0:
		return 0
	default:
		return p.done().Attempts
	}
}
