package asbackend

import (
	"fmt"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// planItems plans the items of a BatchWrite. It returns an error if an item has an
// operation that cannot be sent.
func (b *batch) planItems() error {
	items := b.call.Items()
	reads, removes := false, false
	for i := range items {
		removes = removes || items[i].Remove
		if items[i].Operations == nil {
			continue
		}
		if b.plans == nil {
			b.plans = make([]*plan, len(items))
		}
		if i > 0 && sameSlice(items[i].Operations, items[i-1].Operations) {
			b.plans[i] = b.plans[i-1]
			continue
		}
		p, cannot := b.store.planOf(items[i].Operations, new(scratch))
		if cannot != nil {
			return safe.TextError(fmt.Sprintf("item %d: %v", i, cannot))
		}
		b.plans[i] = &p
		b.refused = b.refused || b.refuses(i)
		reads = reads || !p.writes
	}
	if removes {
		b.setRemoval()
	}
	if b.mixed = b.writes && reads; b.mixed {
		b.readAtMaster()
	}
	return nil
}

func sameSlice(a, b []aerostore.Operation) bool {
	return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0]
}

// readAtMaster makes a batch read at the nodes to which it would write. In one that also
// writes, a node gets one command, and an item that reads sees an item before it that writes.
// In one that reads the bin with the empty name, a key that is alone at its node is known.
func (b *batch) readAtMaster() {
	if replica := b.policy.ReplicaPolicy; replica == as.MASTER || replica == as.SEQUENCE {
		return
	}
	policy := *b.policy
	policy.ReplicaPolicy = as.SEQUENCE
	b.policy = &policy
}

// planAt returns the plan of the operations on the i-th key, nil if there are none.
func (b *batch) planAt(i int) *plan {
	switch {
	case b.call.Op == aerostore.OpBatchOperate:
		return &b.plan
	case b.plans != nil:
		return b.plans[i]
	default:
		return nil
	}
}

// refuses reports whether a server would refuse the operations on the i-th key in a batch
// of several keys; see errReadAll.
func (b *batch) refuses(i int) bool {
	p := b.planAt(i)
	return p != nil && p.writes && p.readsAll && b.call.Len() > 1
}

// newItem returns what the client is to do for an item of a BatchWrite.
func (b *batch) newItem(i int) (as.BatchRecordIfc, as.Error) {
	item, plan := &b.call.Items()[i], b.planAt(i)
	options, differs := b.call.Options, len(item.Options) > 0
	if differs {
		options = item.Resolve(options)
	}
	switch {
	case item.Remove:
		policy, sendsID := b.removal, b.removalIDs
		if differs {
			policy, sendsID = b.store.batchRemovePolicyFor(&options, &b.call.Options), sendsID || options.SendKey
			b.removesByID = b.removesByID || sendsID
		}
		key, err := clientKey(item.Key, sendsID)
		return as.NewBatchDelete(policy, key), err
	case plan != nil && !plan.writes:
		policy := b.readPolicy
		if differs {
			policy = b.store.batchReadPolicyFor(&options, &b.call.Options)
		}
		key, err := clientKey(item.Key, false)
		return as.NewBatchReadOps(policy, key, plan.ops...), err
	default:
		policy, sendsID := b.writePolicy, b.sendsIDs
		if differs {
			policy, sendsID = b.store.batchWritePolicyFor(&options, &b.call.Options), sendsID || options.SendKey
		}
		key, err := clientKey(item.Key, sendsID)
		if plan != nil {
			return as.NewBatchWrite(policy, key, plan.ops...), err
		}
		return as.NewBatchWrite(policy, key, putOperations(item.Bins)...), err
	}
}
