package asbackend

import (
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
// and what is left of the context's deadline when its turn comes. Within a part the
// client may still turn to a replica, and then loses links in the same way.
type part struct {
	request
	node    *as.Node // nil where none is known for the keys
	places  []int    // of the records in the batch; nil: as they stand
	records []as.BatchRecordIfc
	err     as.Error         // of the part as a whole
	failed  *aerostore.Error // what the call makes of err, see failure

	ended   *aerostore.Error // the call ended while the part waited to be sent
	refused bool             // as the server would refuse a larger one
}

// parts divides a batch by nodes, in the order in which these come up.
func (r *request) parts(records []as.BatchRecordIfc) []*part {
	policy := r.store.batchPolicy()
	nodes := r.store.client.GetNodes()
	if len(nodes) == 1 {
		return []*part{{request: *r, node: nodes[0], records: records}}
	}
	if !isSteady(policy, r.call) {
		return []*part{{request: *r, records: records}}
	}
	refuses := len(records) > 1 && readsAllAndWrites(r.call)
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
		p.records, p.places = append(p.records, record), append(p.places, i)
	}
	for _, p := range parts {
		p.refused = refuses && len(p.records) == 1
		p.spread = len(p.records) > 1 && mayMove(policy.ReplicaPolicy)
	}
	return parts
}

// mayMove reports whether further attempts go to other nodes.
func mayMove(p as.ReplicaPolicy) bool { return p == as.SEQUENCE || p == as.PREFER_RACK }

// isSteady reports whether the node of a key can be known beforehand.
func isSteady(p *as.BatchPolicy, call aerostore.Call) bool {
	return call.Writes() || mayMove(p.ReplicaPolicy) || p.ReplicaPolicy == as.MASTER
}

// sendAll sends the parts, as many at once as the policy says.
func (r *request) sendAll(parts []*part) {
	atOnce := r.store.batchPolicy().ConcurrentNodes
	if len(parts) == 1 || atOnce == 1 {
		for _, p := range parts {
			p.send()
		}
		return
	}
	if atOnce <= 0 {
		atOnce = len(parts)
	}
	var sent sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for _, p := range parts {
		free <- struct{}{}
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
		p.records[0].BatchRec().ResultCode = types.PARAMETER_ERROR
		return
	case p.isLate():
		p.ended = p.call.FailContext(passed(p.ctx))
		return
	}
	if p.err = p.sendBatch(p.records); p.err != nil && p.wait != nil {
		p.sendAgain()
	}
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
	if p.ended != nil {
		return new(*p.ended)
	}
	if p.failed == nil { // for all keys once: it names what they share
		p.failed = p.fail(p.err)
	}
	return new(*p.failed)
}
