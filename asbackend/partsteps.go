package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
)

// operated returns the record of one key of a BatchOperate. A batch that writes has a result
// for each operation. Another has none for an operation that returned nothing, so that a
// key is asked again, alone, if it is unclear to which operations its results belong.
func (p *part) operated(key aerostore.Key, br *as.BatchRecord) (*aerostore.Record, error) {
	plan := &p.batch.plan
	steps := plan.takeApart(answer{bins: br.Record.Bins, each: plan.writes, marked: true})
	if steps == nil {
		if plan.writes {
			e := p.call.NewKeyError(key, aerostore.CodeParse, errResults)
			e.InDoubt = true
			return nil, e
		}
		record, err := p.askAgain(key, br.Key)
		if err != nil {
			return nil, err
		}
		if steps = plan.takeApart(answer{bins: record.Bins, each: true, marked: true}); steps == nil {
			return nil, p.call.NewKeyError(key, aerostore.CodeParse, errResults)
		}
		br.Record = record
	}
	record := storeRecord(key, br.Record)
	record.SetSteps(steps)
	return record, nil
}

// askAgain sends the operations, which only read, for one key. The client sends a batch
// of one as an Operate, and one that is said to write lets each operation return a result.
func (p *part) askAgain(key aerostore.Key, clientKey *as.Key) (*as.Record, error) {
	left, late := timeLeft(p.ctx)
	if late {
		return nil, p.call.NewContextError(deadlineError(p.ctx))
	}
	p.left = left
	policy := as.NewBatchWritePolicy()
	if read := p.store.policies.BatchRead; read != nil {
		policy.FilterExpression = read.FilterExpression
	}
	again := as.NewBatchWrite(policy, clientKey, p.batch.plan.ops...)
	err := p.store.client.BatchOperate(p.policy(), []as.BatchRecordIfc{again})
	record := again.BatchRec()
	if err == nil {
		err = record.Err
	}
	switch {
	case record.ResultCode == types.KEY_NOT_FOUND_ERROR, err == nil && record.Record == nil:
		return nil, p.call.NewKeyError(key, aerostore.CodeNotFound, nil)
	case err != nil:
		e := p.newError(err)
		e.Namespace, e.Set = key.Namespace(), key.Set()
		return nil, e
	}
	return record.Record, nil
}
