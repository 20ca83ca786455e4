package memory

import (
	"math/rand/v2"

	"github.com/aerostore/aerostore"
)

// batch carries out a batch, key by key, in their order or in a random one.
func (s *Store) batch(call aerostore.Call) []aerostore.BatchResult {
	results := make([]aerostore.BatchResult, call.Len())
	order := s.batchOrder(len(results))
	for i := range results {
		if order != nil {
			i = order[i]
		}
		key := call.KeyAt(i)
		record, code, why := s.batchOne(call, i, key)
		results[i] = aerostore.BatchResult{Key: key, Record: record}
		if code != aerostore.CodeOK {
			results[i].Err = call.NewKeyError(key, code, why)
		}
	}
	return results
}

// batchOrder returns the order in which a batch of n keys is carried out: nil for
// that of the keys, unless [WithBatchOrder] is set.
func (s *Store) batchOrder(n int) []int {
	if !s.config.randomOrder {
		return nil
	}
	return rand.New(rand.NewPCG(s.config.orderSeed, s.batches.Add(1))).Perm(n) //nolint:gosec // G404: a test wants to repeat it
}

// batchOne carries out a batch's operation on the i-th key.
func (s *Store) batchOne(call aerostore.Call, i int, key aerostore.Key) (record *aerostore.Record, code aerostore.ResultCode, why error) {
	n := s.namespace(key.Namespace())
	if n == nil {
		return nil, aerostore.CodeInvalidNamespace, nil
	}
	switch call.Op {
	case aerostore.OpBatchRead:
		record, code = n.read(&key, call.BinNames(), &call.Options)
		return record, code, nil
	case aerostore.OpBatchWrite:
		return n.batchItem(&call.Items()[i], call)
	case aerostore.OpBatchOperate:
		return n.operate(&key, call.Operations(), &call.Options, call.Len())
	default:
		return nil, n.batchRemove(&key, &call.Options), nil
	}
}

// batchItem does what an item of a BatchWrite says.
func (n *namespace) batchItem(item *aerostore.BatchItem, call aerostore.Call) (record *aerostore.Record, code aerostore.ResultCode, why error) {
	o := item.Resolve(call.Options)
	switch {
	case item.Remove:
		return nil, n.batchRemove(&item.Key, &o), nil
	case item.Operations != nil:
		return n.operate(&item.Key, item.Operations, &o, call.Len())
	default:
		return nil, n.put(&item.Key, item.Bins, &o), nil
	}
}

// batchRemove is remove for a batch, in which a missing record is an error.
func (n *namespace) batchRemove(key *aerostore.Key, o *aerostore.Options) aerostore.ResultCode {
	existed, code := n.remove(key, o)
	if code == aerostore.CodeOK && !existed {
		return aerostore.CodeNotFound
	}
	return code
}
