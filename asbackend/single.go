package asbackend

import (
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// A single is the command of an operation on a single record.
type single struct {
	command
	key *as.Key
}

// doSingle carries out an operation on a single record.
func (r *request) doSingle(left time.Duration) (aerostore.Result, error) {
	s := single{command: command{request: *r, left: left}}
	s.begin()
	if s.sendsID() {
		var err as.Error
		if s.key, err = clientKey(r.call.Key, true); err != nil {
			return s.failed(err)
		}
		return s.send()
	}
	key, err := r.store.keys.get(r.call.Key)
	if err != nil {
		return s.failed(err)
	}
	s.key = key.client
	result, failure := s.send()
	r.store.keys.put(key)
	return result, failure
}

// sendsID reports whether the client sends the id with the digest.
func (s *single) sendsID() bool {
	return (s.call.Options.SendKey || s.store.writePolicy().SendKey) && s.call.Writes()
}

func (s *single) send() (aerostore.Result, error) {
	result, err := s.attempt()
	if err != nil && s.retries != nil {
		return s.resend(result, err)
	}
	return result, err
}

// resend repeats the operation until it succeeds or no attempt is left.
//
//go:noinline
func (s *single) resend(result aerostore.Result, err error) (aerostore.Result, error) {
	for err != nil && s.again() {
		result, err = s.attempt()
	}
	if err != nil && s.retries.err != nil {
		s.countPoolTimeout(s.retries.err)
		e := s.finalError()
		return aerostore.Result{Node: e.Node, Attempts: s.attemptsUntil(s.retries.err)}, e
	}
	if err == nil {
		s.retries.reported.succeed(&s.call, result.Node)
	}
	return result, err
}

func (s *single) attempt() (aerostore.Result, error) {
	client, key := s.store.client, s.key
	switch s.call.Op {
	case aerostore.OpPut:
		return s.write((*as.Client).PutBins)
	case aerostore.OpAppend:
		return s.write((*as.Client).AppendBins)
	case aerostore.OpPrepend:
		return s.write((*as.Client).PrependBins)
	case aerostore.OpIncrement:
		return s.write((*as.Client).AddBins)
	case aerostore.OpTouch:
		return s.wrote(client.Touch(s.writePolicy(false), key))
	case aerostore.OpExists:
		return s.exists(client.GetHeader(s.readPolicy(), key))
	case aerostore.OpRemove:
		existed, err := client.Delete(s.writePolicy(false), key)
		result, failure := s.wrote(err)
		return result.WithExisted(existed && err == nil), failure
	case aerostore.OpGet:
		return s.read(client.Get(s.readPolicy(), key))
	case aerostore.OpSelect:
		return s.selectBins()
	default:
		return s.operate()
	}
}

// exists answers Exists by the header of a record. The client's own Exists sends the
// same and does not name the node.
func (s *single) exists(header *as.Record, err as.Error) (aerostore.Result, error) {
	if err != nil {
		return s.failed(err)
	}
	result := s.succeeded().WithExisted(header != nil)
	if header != nil {
		result.Node = s.store.nodes.of(s.store.client, header.Node)
	}
	return result, nil
}

func (s *single) selectBins() (aerostore.Result, error) {
	if bins := s.call.BinNames(); len(bins) > 0 {
		return s.read(s.store.client.Get(s.readPolicy(), s.key, bins...))
	}
	record, err := s.store.client.GetHeader(s.readPolicy(), s.key)
	if err == nil && record == nil {
		return s.succeeded(), s.call.NewError(aerostore.CodeNotFound, nil)
	}
	return s.read(record, err)
}

// operate takes the answer apart by operations. The client returns several results for
// one bin as a list, like a list that was read once. So each operation must return a
// result if several can have one for the same bin.
func (s *single) operate() (aerostore.Result, error) {
	scratch := s.store.scratches.get()
	plan, err := s.store.planOf(s.call.Operations(), scratch)
	if err != nil {
		return s.unsupported(err)
	}
	policy := s.writePolicyIn(&scratch.policy, plan.several)
	record, failure := s.store.client.Operate(policy, s.key, plan.ops...)
	if failure != nil {
		s.store.scratches.put(scratch)
		return s.failed(failure)
	}
	r := plan.record(s.call.Key, record, answer{each: plan.each || policy.RespondPerEachOp})
	s.store.scratches.put(scratch)
	if r == nil {
		e := s.call.NewError(aerostore.CodeParse, errResults)
		e.InDoubt = plan.writes
		return s.succeeded(), e
	}
	return s.readRecord(r, record.Node), nil
}

// write sends the bins of the call.
func (s *single) write(send func(*as.Client, *as.WritePolicy, *as.Key, ...*as.Bin) as.Error) (aerostore.Result, error) {
	list := s.store.binLists.get(s.call.Bins())
	err := send(s.store.client, s.writePolicy(false), s.key, list.list()...)
	s.store.binLists.put(list)
	return s.wrote(err)
}

func (s *single) wrote(err as.Error) (aerostore.Result, error) {
	if err != nil {
		return s.failed(err)
	}
	result := s.succeeded()
	result.Node = s.master()
	return result, nil
}

// master returns the node that carried out a write, which the client does not
// report: the master of the record's partition. Other nodes forward writes to it.
func (s *single) master() *aerostore.Node {
	node, err := s.store.writeNode(as.MASTER, s.key)
	if err != nil {
		return nil
	}
	return s.store.nodes.of(s.store.client, node)
}

func (s *single) read(record *as.Record, err as.Error) (aerostore.Result, error) {
	if err != nil {
		return s.failed(err)
	}
	return s.readRecord(storeRecord(s.call.Key, record), record.Node), nil
}

func (s *single) readRecord(record *aerostore.Record, node *as.Node) aerostore.Result {
	result := s.succeeded().WithRecord(record)
	result.Node = s.store.nodes.of(s.store.client, node)
	return result
}

func (s *single) failed(err as.Error) (aerostore.Result, error) {
	if s.retries != nil {
		s.retries.err = err
	} else {
		s.countPoolTimeout(err)
	}
	e := s.newError(err)
	return aerostore.Result{Node: e.Node, Attempts: s.attemptsUntil(err)}, e
}
