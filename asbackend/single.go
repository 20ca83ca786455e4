package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// readOne carries out an operation that reads a single record.
func (r *request) readOne() (aerostore.Result, error) {
	key, err := r.store.keys.lend(r.call.Key)
	if err != nil {
		return r.failed(err)
	}
	var record *as.Record
	var existed bool
	client, policy := r.store.client, r.readPolicy()
	bins := r.call.BinNames()
	switch {
	case r.call.Op == aerostore.OpExists:
		existed, err = client.Exists(policy, key)
	case r.call.Op == aerostore.OpSelect && len(bins) == 0:
		record, err = client.GetHeader(policy, key)
	default:
		record, err = client.Get(policy, key, bins...)
	}
	r.store.keys.giveBack(key)
	switch {
	case err != nil:
		return r.failed(err)
	case r.call.Op == aerostore.OpExists:
		return r.done().WithExisted(existed), nil
	case record == nil: // a header
		return r.done(), r.call.Fail(aerostore.CodeNotFound, nil)
	default:
		return r.read(record)
	}
}

// writeOne carries out an operation that writes a single record.
func (r *request) writeOne() (aerostore.Result, error) {
	policy := r.writePolicy(false)
	key, err := r.keyToWrite(policy)
	if err != nil {
		return r.failed(err)
	}
	client, existed := r.store.client, false
	switch r.call.Op {
	case aerostore.OpPut:
		err = client.Put(policy, key, clientBins(r.call.Bins()))
	case aerostore.OpAppend:
		err = client.Append(policy, key, clientBins(r.call.Bins()))
	case aerostore.OpPrepend:
		err = client.Prepend(policy, key, clientBins(r.call.Bins()))
	case aerostore.OpIncrement:
		err = client.Add(policy, key, clientBins(r.call.Bins()))
	case aerostore.OpTouch:
		err = client.Touch(policy, key)
	default:
		existed, err = client.Delete(policy, key)
	}
	if err != nil {
		return r.failed(err)
	}
	result := r.done()
	if r.call.Op == aerostore.OpRemove {
		result = result.WithExisted(existed)
	}
	result.Node = r.master(key)
	if !policy.SendKey {
		r.store.keys.giveBack(key)
	}
	return result, nil
}

// keyToWrite returns the key of a write, with its id if that is to be sent.
func (r *request) keyToWrite(policy *as.WritePolicy) (*as.Key, as.Error) {
	if policy.SendKey {
		return clientKey(r.call.Key)
	}
	return r.store.keys.lend(r.call.Key)
}

// master returns the node that carried a write out, which the client does not
// say: the master of the record's partition, to which other nodes pass writes on.
func (r *request) master(key *as.Key) *aerostore.Node {
	node, err := r.store.writeNode(as.MASTER, key)
	if err != nil {
		return nil
	}
	return r.store.nodes.of(r.store.client, node)
}

func (r *request) read(record *as.Record) (aerostore.Result, error) {
	result := r.done().WithRecord(storeRecord(r.call.Key, record))
	result.Node = r.store.nodes.of(r.store.client, record.Node)
	return result, nil
}

// failed returns error and result of a call that the client failed.
func (r *request) failed(err as.Error) (aerostore.Result, error) {
	e := r.fail(err)
	return aerostore.Result{Node: e.Node, Attempts: attempts(err)}, e
}

// done returns the result of a call that the client carried out. How often it
// tried it says only of calls that fail.
func (r *request) done() aerostore.Result {
	if r.retries > 1 {
		return aerostore.Result{}
	}
	return aerostore.Result{Attempts: 1}
}

// attempts returns how often the client tried before it failed.
func attempts(err as.Error) int32 {
	e := newClientError(err).err
	n := e.Iteration + 1
	if aerostore.ResultCode(e.ResultCode) == aerostore.CodeMaxRetries {
		n-- // it counts the one that it did not make
	}
	return int32(max(n, 1)) //nolint:gosec // G115: a count of retries
}

// storeRecord returns a record that the client read, which it owns.
func storeRecord(key aerostore.Key, record *as.Record) *aerostore.Record {
	return &aerostore.Record{
		Key:        key,
		Bins:       storeBins(record.Bins),
		Generation: record.Generation,
		TTL:        aerostore.TTLFromSeconds(record.Expiration),
	}
}
