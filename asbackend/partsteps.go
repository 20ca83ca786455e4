package asbackend

import (
	"cmp"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
)

// operated returns the record of one key with operations. If they write, each has a
// result. Another has none for an operation that returned nothing, so that a
// key is read again, alone, if it is unclear to which operations its results belong.
func (p *part) operated(key aerostore.Key, sent as.BatchRecordIfc, plan *plan) (*aerostore.Record, error) {
	a := answer{each: plan.writes, marked: true}
	if r := plan.record(key, sent.BatchRec().Record, a); r != nil {
		return r, nil
	}
	if read, ok := sent.(*as.BatchRead); ok {
		again, err := p.readAgain(key, read)
		if err != nil {
			return nil, err
		}
		a.each = true
		if r := plan.record(key, again, a); r != nil {
			return r, nil
		}
	}
	e := p.call.NewKeyError(key, aerostore.CodeParse, errResults)
	e.InDoubt = plan.writes
	return nil, e
}

// readAgain sends the operations, which only read, for one key. The client sends a batch
// of one as an Operate, and one that is said to write lets each operation return a result.
func (p *part) readAgain(key aerostore.Key, sent *as.BatchRead) (*as.Record, error) {
	left, late := timeLeft(p.ctx)
	switch p.left = left; {
	case late:
		return nil, p.call.NewContextError(deadlineError(p.ctx))
	case p.ctx.Err() != nil:
		return nil, p.call.NewContextError(aerostore.ContextError(p.ctx))
	}
	read, policy, write := cmp.Or(sent.Policy, p.store.batchReadPolicy()), *p.policy(), as.NewBatchWritePolicy()
	policy.ReadModeAP, policy.ReadModeSC = read.ReadModeAP, read.ReadModeSC
	policy.ReadTouchTTLPercent = read.ReadTouchTTLPercent
	write.FilterExpression = read.FilterExpression
	again := as.NewBatchWrite(write, sent.Key, sent.Ops...)
	err := p.store.client.BatchOperate(&policy, []as.BatchRecordIfc{again})
	record := again.BatchRec()
	if err == nil {
		err = record.Err
	}
	switch {
	case record.ResultCode == types.KEY_NOT_FOUND_ERROR, err == nil && record.Record == nil:
		return nil, p.call.NewKeyError(key, aerostore.CodeNotFound, nil)
	case err != nil:
		e := p.newError(err)
		e.Namespace, e.Set, e.InDoubt = key.Namespace(), key.Set(), false
		return nil, e
	}
	return record.Record, nil
}
