package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// single carries out an operation on a single record.
func (r *request) single() (aerostore.Result, error) {
	if r.sendsKey() {
		key, err := clientKey(r.call.Key, r.call.Key.ID())
		if err != nil {
			return r.failed(err)
		}
		return r.singleWith(key)
	}
	key, err := r.store.keys.lend(r.call.Key)
	if err != nil {
		return r.failed(err)
	}
	result, failure := r.singleWith(key)
	r.store.keys.giveBack(key)
	return result, failure
}

// sendsKey reports whether the client may send the id along.
func (r *request) sendsKey() bool {
	return r.call.Writes() && (r.call.Options.SendKey || r.store.writePolicy().SendKey)
}

// singleWith does so with the client's form of the key, which nothing refers to
// afterwards.
func (r *request) singleWith(key *as.Key) (aerostore.Result, error) {
	result, err := r.singleOnce(key)
	if err != nil && r.tries != nil {
		return r.singleAgain(key, result, err)
	}
	return result, err
}

// singleAgain repeats an operation on a single record as long as it is due.
//
//go:noinline
func (r *request) singleAgain(key *as.Key, result aerostore.Result, err error) (aerostore.Result, error) {
	for err != nil && r.again() {
		result, err = r.singleOnce(key)
	}
	if err != nil && r.tries.last != nil {
		e := r.verdict()
		return aerostore.Result{Node: e.Node, Attempts: r.made(r.tries.last)}, e
	}
	return result, err
}

func (r *request) singleOnce(key *as.Key) (aerostore.Result, error) {
	client := r.store.client
	switch r.call.Op {
	case aerostore.OpPut:
		return r.wrote(key, client.Put(r.writePolicy(false), key, clientBins(r.call.Bins())))
	case aerostore.OpAppend:
		return r.wrote(key, client.Append(r.writePolicy(false), key, clientBins(r.call.Bins())))
	case aerostore.OpPrepend:
		return r.wrote(key, client.Prepend(r.writePolicy(false), key, clientBins(r.call.Bins())))
	case aerostore.OpIncrement:
		return r.wrote(key, client.Add(r.writePolicy(false), key, clientBins(r.call.Bins())))
	case aerostore.OpTouch:
		return r.wrote(key, client.Touch(r.writePolicy(false), key))
	case aerostore.OpExists:
		return r.exists(client.GetHeader(r.readPolicy(), key))
	case aerostore.OpRemove:
		existed, err := client.Delete(r.writePolicy(false), key)
		result, failure := r.wrote(key, err)
		return result.WithExisted(existed), failure
	case aerostore.OpGet:
		return r.read(client.Get(r.readPolicy(), key))
	case aerostore.OpSelect:
		return r.selectBins(key)
	default:
		return r.operate(key)
	}
}

// exists answers Exists by the header of a record, which unlike the client's Exists
// names its node; the server is asked the same.
func (r *request) exists(header *as.Record, err as.Error) (aerostore.Result, error) {
	if err != nil {
		return r.failed(err)
	}
	result := r.done().WithExisted(header != nil)
	if header != nil {
		result.Node = r.store.nodes.of(r.store.client, header.Node)
	}
	return result, nil
}

func (r *request) selectBins(key *as.Key) (aerostore.Result, error) {
	if bins := r.call.BinNames(); len(bins) > 0 {
		return r.read(r.store.client.Get(r.readPolicy(), key, bins...))
	}
	record, err := r.store.client.GetHeader(r.readPolicy(), key)
	if err == nil && record == nil {
		return r.done(), r.call.NewError(aerostore.CodeNotFound, nil)
	}
	return r.read(record, err)
}

func (r *request) wrote(key *as.Key, err as.Error) (aerostore.Result, error) {
	if err != nil {
		return r.failed(err)
	}
	result := r.done()
	result.Node = r.master(key)
	return result, nil
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

func (r *request) read(record *as.Record, err as.Error) (aerostore.Result, error) {
	if err != nil {
		return r.failed(err)
	}
	result := r.done().WithRecord(storeRecord(r.call.Key, record))
	result.Node = r.store.nodes.of(r.store.client, record.Node)
	return result, nil
}

// failed returns error and result of a call that the client failed.
func (r *request) failed(err as.Error) (aerostore.Result, error) {
	if r.tries != nil {
		r.tries.last = err
	}
	e := r.fail(err)
	return aerostore.Result{Node: e.Node, Attempts: r.made(err)}, e
}

// done returns the result of a call that was carried out. How often the client tried
// a read it says only where it failed.
func (r *request) done() aerostore.Result {
	switch {
	case r.most == 1:
		return aerostore.Result{Attempts: 1}
	case r.repeats:
		return aerostore.Result{Attempts: int32(r.tries.attempts) + 1} //nolint:gosec // G115: a count of retries
	default:
		return aerostore.Result{}
	}
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
