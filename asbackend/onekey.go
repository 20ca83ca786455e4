package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"
)

// removeOne removes the only key of a part. The client would use Operate, for which the
// server compares the generation before it looks for the record. In larger batches it
// looks for the record first.
func (p *part) removeOne(batch *as.BatchPolicy, removal *as.BatchDelete) as.Error {
	policy := newWritePolicy()
	policy.BasePolicy = batch.BasePolicy
	own := removal.Policy
	if own == nil {
		own = p.store.batchRemovePolicy()
	}
	if own.FilterExpression != nil {
		policy.FilterExpression = own.FilterExpression
	}
	policy.CommitLevel, policy.DurableDelete, policy.SendKey = own.CommitLevel, own.DurableDelete, own.SendKey
	policy.GenerationPolicy, policy.Generation = own.GenerationPolicy, own.Generation

	removal.Record, removal.Err = nil, nil
	existed, err := p.store.client.Delete(policy, removal.Key)
	switch {
	case err != nil:
		return failOne(&removal.BatchRecord, err)
	case !existed:
		removal.ResultCode = types.KEY_NOT_FOUND_ERROR
	default:
		removal.Record, removal.ResultCode = &as.Record{}, types.OK
	}
	return nil
}

// readOne reads bins, one of which has the empty name, of the only key of a part. The
// client would use operations, and that for the empty name would read all bins.
func (p *part) readOne(batch *as.BatchPolicy, read *as.BatchRead) as.Error {
	policy := batch.BasePolicy
	own := read.Policy
	if own == nil {
		own = p.store.batchReadPolicy()
	}
	if own.FilterExpression != nil {
		policy.FilterExpression = own.FilterExpression
	}
	policy.ReadModeAP, policy.ReadModeSC, policy.ReadTouchTTLPercent = own.ReadModeAP, own.ReadModeSC, own.ReadTouchTTLPercent

	read.Err, read.ResultCode = nil, types.OK
	var err as.Error
	if read.Record, err = p.store.client.Get(&policy, read.Key, read.BinNames...); err != nil {
		return failOne(&read.BatchRecord, err)
	}
	return nil
}

// failOne sets the error of the only key of a part, and returns the error of the
// part. That is nil for an unknown namespace, which is an error only of the key, as
// in larger batches.
func failOne(record *as.BatchRecord, err as.Error) as.Error {
	record.Err, record.ResultCode = err, newClientError(err).err.ResultCode
	if record.ResultCode == types.INVALID_NAMESPACE {
		return nil
	}
	return err
}
