package asbackend

import (
	"slices"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// newRecords returns what the client is to do for each key.
func (b *batch) newRecords() ([]as.BatchRecordIfc, error) {
	records := make([]as.BatchRecordIfc, b.call.Len())
	for i := range records {
		record, err := b.newRecord(i)
		if err != nil {
			c := command{request: b.request}
			return nil, c.newError(err)
		}
		records[i] = record
	}
	return records, nil
}

func (b *batch) newRecord(i int) (as.BatchRecordIfc, as.Error) {
	if b.call.Op == aerostore.OpBatchWrite {
		return b.newItem(i)
	}
	key, err := clientKey(b.call.KeyAt(i), b.sendsIDs || b.removalIDs)
	if err != nil {
		return nil, err
	}
	switch {
	case b.call.Op == aerostore.OpBatchRead && b.bins != nil && len(b.bins) == 0:
		return as.NewBatchReadHeader(b.readPolicy, key), nil
	case b.call.Op == aerostore.OpBatchRead:
		return as.NewBatchRead(b.readPolicy, key, b.bins), nil
	case b.call.Op == aerostore.OpBatchRemove:
		return as.NewBatchDelete(b.removal, key), nil
	case b.plan.writes:
		return as.NewBatchWrite(b.writePolicy, key, b.plan.ops...), nil
	default:
		return as.NewBatchReadOps(b.readPolicy, key, b.plan.ops...), nil
	}
}

func putOperations(bins aerostore.Bins) []*as.Operation {
	ops := make([]*as.Operation, 0, len(bins))
	for name, value := range bins {
		ops = append(ops, as.PutOp(clientBin(name, value)))
	}
	return ops
}

// distinct drops repeated names, for which a batch would read the bin twice. Nil stays
// nil.
func distinct(names []string) []string {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			kept := append(make([]string, 0, len(names)), names[:i]...)
			for _, name := range names[i:] {
				if !slices.Contains(kept, name) {
					kept = append(kept, name)
				}
			}
			return kept
		}
	}
	return names
}
