package asbackend

import (
	"slices"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// A part is the command of those keys of a batch that go to one node.
//
// The client would also divide a batch, but it puts the errors of all nodes into
// one chain, in which each error loses its cause. The timeout of one node then
// wraps the error of another node, to which nothing was sent. Each part has its own
// chain, and the time that is left until the context's deadline when it is sent.
// Keys that move to another node before the part is sent, or sent again, form parts
// of their own.
type part struct {
	command
	batch   *batch
	node    *as.Node // nil if no node is known for the keys
	places  []int    // of the records in the batch, nil if the part has all
	records []as.BatchRecordIfc

	refused bool    // and not sent; see errReadAll
	waited  bool    // since it was divided, so that keys may have moved
	moved   []*part // into which it was divided

	doubted map[*as.BatchRecord]bool // keys with an attempt in doubt
	ended   *aerostore.Error         // the call ended before the part was sent, or sent again
	err     as.Error                 // of the part as a whole, from the last send
	failed  *aerostore.Error         // err as the call's error, see failure

	answered   bool     // the server answered for a key; set by collect
	answeredBy *as.Node // for the last key of which it is known
}

func (b *batch) newPart(node *as.Node, records []as.BatchRecordIfc, places []int) *part {
	p := &part{command: command{request: b.request}, batch: b, node: node, records: records, places: places}
	p.allow(b.maxRetries)
	p.begin()
	return p
}

// settle is called when the part has its records. If none is written, the part is a read
// in a batch that writes.
func (p *part) settle() {
	if p.batch.mixed && !slices.ContainsFunc(p.records, isWrite) {
		p.reads = true
		p.allow(p.batch.policy.MaxRetries)
	}
}

func (p *part) maxRetries() int {
	if p.reads {
		return p.batch.policy.MaxRetries
	}
	return p.batch.maxRetries
}

// send sends the part until its keys have answers or no attempt is left.
func (p *part) send() {
	left, late := timeLeft(p.ctx)
	switch p.left = left; {
	case p.refused:
		p.refuse()
		return
	case late:
		p.end(deadlineError(p.ctx))
		return
	case p.ctx.Err() != nil:
		p.end(aerostore.ContextError(p.ctx))
		return
	}
	open := p.records
	for {
		if p.waited && p.hasMoved(open) && p.divide(open) {
			return
		}
		p.err = p.decisive(p.attempt(open))
		if p.err == nil {
			p.succeedAttempt(open)
			return
		}
		if p.retries == nil {
			p.countPoolTimeout(p.err)
			return
		}
		p.retries.err = p.err
		p.reportCall(open)
		open = slices.DeleteFunc(slices.Clone(open), isAnswered)
		pause, more := p.next()
		if p.retries.sent {
			p.doubt(open)
		}
		if !more || len(open) == 0 || !p.sleep(pause) {
			p.countPoolTimeout(p.err)
			return
		}
		p.waited = true
	}
}

// errReadAll is returned for all keys of a batch, wherever they are. A server refuses
// it for several keys, and not for the only key at its node.
var errReadAll error = safe.TextError("operations that write cannot be combined with ReadAll in a batch of several keys: read the bins by name")

// refuse sets the results of a batch that is not sent.
func (p *part) refuse() {
	for _, record := range p.records {
		br := record.BatchRec()
		br.ResultCode = types.PARAMETER_ERROR
		if _, err := p.store.writeNode(as.MASTER, br.Key); err != nil && newClientError(err).err.ResultCode == types.INVALID_NAMESPACE {
			br.ResultCode = types.INVALID_NAMESPACE
		}
	}
}

// end fails the part because its context ended before it was sent.
func (p *part) end(err error) {
	p.ended = p.call.NewContextError(err)
	p.ended.InDoubt = p.retries != nil && p.retries.sent
}

// hasMoved reports whether a part that writes has a record that is now sent to another
// node. A part that only reads does not matter: it is never in doubt.
func (p *part) hasMoved(records []as.BatchRecordIfc) bool {
	return p.batch.writes && !p.reads && slices.ContainsFunc(records, func(record as.BatchRecordIfc) bool {
		node, _ := p.store.firstNode(isWrite(record), &p.batch.policy.BasePolicy, record.BatchRec().Key)
		return node != p.node
	})
}

// divide sends the open records in parts of their own, if they are at several nodes
// or at another one. It reports whether it did.
func (p *part) divide(open []as.BatchRecordIfc) bool {
	var records []as.BatchRecordIfc // the others
	var places, openPlaces []int
	for i, record := range p.records {
		if n := len(openPlaces); n < len(open) && open[n] == record {
			openPlaces = append(openPlaces, p.place(i))
		} else {
			records, places = append(records, record), append(places, p.place(i))
		}
	}
	moved := p.batch.divide(open, openPlaces)
	if len(moved) == 1 && moved[0].node == p.node {
		return false
	}
	for _, m := range moved {
		m.doubted = p.doubted
		if p.retries != nil {
			m.retries = new(*p.retries)
		}
	}
	p.records, p.places, p.err = records, places, nil
	p.moved = p.batch.send(moved)
	return true
}

// place returns the index in the batch of the part's i-th record.
func (p *part) place(i int) int {
	if p.places == nil {
		return i
	}
	return p.places[i]
}

// attempt sends the records once.
func (p *part) attempt(records []as.BatchRecordIfc) as.Error {
	p.unmarked = p.batch.mixed && !isWrite(records[len(records)-1])
	policy := p.policy()
	if len(records) > 1 {
		if p.batch.unnamed && policy != p.batch.policy { // which is shared
			// A further attempt would read at replicas in turn, and so divide the keys.
			policy.ReplicaPolicy = p.batch.policy.ReplicaPolicy
		}
		err := p.operate(policy, records)
		rest := p.leftOut(records, err)
		if rest != nil && !p.writes() {
			return p.attempt(rest)
		}
		p.doubt(rest)
		return err
	}
	switch record := records[0].(type) {
	case *as.BatchDelete:
		return p.removeOne(policy, record)
	case *as.BatchRead:
		if p.batch.unnamed {
			return p.readOne(policy, record)
		}
	}
	if p.retries != nil && !p.retries.deadline.IsZero() && !p.writes() {
		// A single key is read as by Get. The client itself waits, at each replica in turn.
		base := p.batch.policy
		policy.ExitFastOnExhaustedConnectionPool, policy.ReplicaPolicy = base.ExitFastOnExhaustedConnectionPool, base.ReplicaPolicy
	}
	return p.operate(policy, records)
}

// leftOut returns the records that have no answer because that of another record ended the
// command, nil if there are none. The client divides keys that it reads from replicas or that
// have just moved, and the newer one sends the only key at a node by itself. The answer to that
// key hides what happened at another node. Each attempt answers some of the records.
func (p *part) leftOut(records []as.BatchRecordIfc, err as.Error) []as.BatchRecordIfc {
	if err == nil {
		return nil
	}
	answer := newClientError(p.decisive(err)).err
	own := func(record as.BatchRecordIfc) bool {
		br := record.BatchRec()
		return br.Err != nil && isAnswered(record) && newClientError(br.Err).err.ResultCode == answer.ResultCode
	}
	if !isAnswer(answer) || !slices.ContainsFunc(records, own) {
		return nil
	}
	rest := slices.DeleteFunc(slices.Clone(records), isAnswered)
	if len(rest) == 0 || len(rest) == len(records) {
		return nil
	}
	return rest
}

// doubt notes that those of the records that are written may have been sent, and have no
// answer.
func (p *part) doubt(records []as.BatchRecordIfc) {
	if p.doubted == nil && len(records) > 0 {
		p.doubted = make(map[*as.BatchRecord]bool, len(records))
	}
	for _, record := range records {
		if isWrite(record) {
			p.doubted[record.BatchRec()] = true
		}
	}
}

// operate sends the records together. If the client knows the namespace of none of them,
// it may fail as a whole. Each record then has the error that it has beside others.
func (p *part) operate(policy *as.BatchPolicy, records []as.BatchRecordIfc) as.Error {
	err := p.store.client.BatchOperate(policy, records)
	if err != nil && len(p.store.client.GetNodes()) > 0 && newClientError(err).err.ResultCode == types.INVALID_NAMESPACE &&
		!slices.ContainsFunc(records, func(r as.BatchRecordIfc) bool { return r.BatchRec().ResultCode != types.INVALID_NAMESPACE }) {
		return nil
	}
	return err
}

// isAnswered reports whether a key has an answer, or the error of a command of its own
// that the client did not give up.
func isAnswered(record as.BatchRecordIfc) bool {
	br := record.BatchRec()
	if br.Err != nil {
		e := newClientError(br.Err).err
		return !gaveUp(e) && !ranOut(e)
	}
	return br.ResultCode != types.NO_RESPONSE
}

// collect sets the results of the part's keys. A key without an answer has the error
// of the part.
func (p *part) collect(results []aerostore.BatchResult) {
	refusal := p.refusal()
	for i, record := range p.records {
		i = p.place(i)
		key, br := p.call.KeyAt(i), record.BatchRec()
		results[i].Key = key
		switch {
		case br.ResultCode != types.OK || br.Record == nil:
			results[i].Err = p.keyError(key, record)
		case p.batch.planAt(i) != nil:
			results[i].Record, results[i].Err = p.operated(key, record, p.batch.planAt(i))
		case p.call.Op == aerostore.OpBatchRead:
			results[i].Record = storeRecord(key, br.Record)
		}
		p.answered = p.answered || br.ResultCode == types.OK || br.Err != nil && isOwn(newClientError(br.Err).err, refusal)
		if br.Record != nil && br.Record.Node != nil {
			p.answeredBy = br.Record.Node
		}
	}
	if p.answered && p.answeredBy == nil {
		p.answeredBy = p.node
	}
}

// refusal returns the code with which a server refused keys that are read together, OK if
// it refused none.
func (p *part) refusal() types.ResultCode {
	if p.err == nil || p.writes() || !slices.ContainsFunc(p.records, func(r as.BatchRecordIfc) bool { return !isAnswered(r) }) {
		return types.OK
	}
	if e := newClientError(p.err).err; isAnswer(e) {
		return e.ResultCode
	}
	return types.OK
}

// isOwn reports whether the error is an answer of the server for a single key. A key that the
// client sent by itself, beside others that were refused together, was refused like them.
func isOwn(err *as.AerospikeError, refusal types.ResultCode) bool {
	return isAnswer(err) && err.ResultCode != refusal
}

// keyError returns the error of one key.
func (p *part) keyError(key aerostore.Key, record as.BatchRecordIfc) error {
	br := record.BatchRec()
	e := &aerostore.Error{
		Op: p.call.Op, Namespace: key.Namespace(), Set: key.Set(),
		Code: aerostore.ResultCode(br.ResultCode), InDoubt: p.doubted[br],
	}
	failed, writes := p.ended != nil || p.err != nil, p.batch.writes && isWrite(record)
	switch {
	case p.refused && br.ResultCode == types.PARAMETER_ERROR:
		e.Err = errReadAll
	case failed && !isAnswered(record) && (p.ended != nil || len(p.records) == 1):
		e = p.failure() // in doubt if a key that is written is: every attempt included it
		e.InDoubt = e.InDoubt && writes
		e.Namespace, e.Set = key.Namespace(), key.Set()
	case br.Err != nil:
		cause := newClientError(br.Err)
		e.InDoubt = e.InDoubt || inDoubt(writes, cause.err)
		cause.inDoubt, cause.lack = e.InDoubt, p.store.lackOf(cause, nil)
		e.Node = p.store.nodes.of(p.store.client, cause.err.Node)
		e.Err = nested(*e, cause)
	case p.err != nil:
		cause := p.failure()
		cause.Namespace, cause.Set, cause.InDoubt = e.Namespace, e.Set, e.InDoubt || cause.InDoubt && writes
		e.InDoubt, e.Node, e.Err = cause.InDoubt, cause.Node, cause
	default:
		e.InDoubt = e.InDoubt || writes && br.ResultCode == types.NO_RESPONSE
	}
	return e
}

// failure returns the error of the part as a whole, a copy for each caller.
func (p *part) failure() *aerostore.Error {
	switch {
	case p.ended != nil:
		return new(*p.ended)
	case p.failed != nil: // made once, since it names what all keys share
	case p.retries != nil && p.retries.err != nil:
		p.failed = p.finalError()
	default:
		p.failed = p.newError(p.err)
	}
	return new(*p.failed)
}

// attempts returns the attempts of the part, 0 if there was none or it is not known.
func (p *part) attempts() int32 {
	switch {
	case p.err != nil:
		return p.attemptsUntil(p.err)
	case p.ended != nil, p.refused, len(p.records) == 0:
		return 0
	default:
		return p.succeeded().Attempts
	}
}
