package asbackend

import (
	"cmp"
	"slices"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
)

// A wait is that of a command for a connection where it is not left to the client:
// the client gives up at once, and is asked again after a pause. A cold pool it
// cannot tell from one that is used up.
//
// By itself the client would look for a connection for ever where there is no
// timeout, unheard. And a batch that finds a pool cold it takes to the replicas
// as if that had been an attempt, so that one with a single attempt fails.
type wait struct {
	until   time.Time
	pause   time.Duration // before the last try, 0: there was only the first
	starved bool          // what the client failed with last
	used    int           // attempts that it made before it lacked a connection
	sent    bool          // by one of which a write may have been applied
}

const (
	// noSocketTimeout stands in for a socket timeout; it is the client's.
	noSocketTimeout = 30 * time.Second

	// leastPatience leaves time to open a connection, which no socket timeout counts.
	leastPatience = 5 * time.Second

	firstWait = time.Millisecond
	slowWait  = 16 * time.Millisecond
)

// waits reports whether the wait for a connection is not left to the client.
func (r *request) waits(p *as.BasePolicy, total time.Duration) bool {
	return !p.ExitFastOnExhaustedConnectionPool && (total <= 0 || r.spread && r.retries <= 1)
}

// hasten has the client give up where there is no connection, and try no more often
// in all than the policy says. It waits within the timeout, else for as long as an
// attempt may take.
func (r *request) hasten(p *as.BasePolicy) {
	w := r.wait
	if w == nil {
		limit := cmp.Or(max(p.TotalTimeout, 0), r.store.patienceFor(p.SocketTimeout))
		w = &wait{until: time.Now().Add(limit)}
		r.wait = w
	}
	p.ExitFastOnExhaustedConnectionPool = true
	p.MaxRetries = max(p.MaxRetries-w.used, 1)
	if w.pause == 0 {
		return
	}
	if p.TotalTimeout > 0 {
		p.TotalTimeout = max(time.Until(w.until), time.Millisecond)
	}
	if mayMove(p.ReplicaPolicy) && !r.call.Writes() && p.ReadModeSC != as.ReadModeSCLinearize {
		p.ReplicaPolicy = as.MASTER_PROLES // as further attempts do, which begin anew here
	}
}

// patienceFor returns how long to wait for a connection where there is no timeout.
func (s *Store) patienceFor(socketTimeout time.Duration) time.Duration {
	if socketTimeout <= 0 {
		return noSocketTimeout
	}
	return max(socketTimeout, s.patience)
}

// note takes in how the client failed.
func (r *request) note(err as.Error) {
	e := r.heard(err)
	if r.wait.starved = isStarved(e.err); r.wait.starved {
		r.wait.used += e.err.Iteration
		r.wait.sent = r.wait.sent || inDoubt(r.call.Writes(), e)
	}
}

// isStarved reports whether a command ended since there was no connection, at one
// node or several: the client gave up, as often as there were nodes.
func isStarved(err *as.AerospikeError) bool {
	last, linked := lacking(err)
	for linked && gaveUp(last) {
		last, linked = lacking(last)
	}
	return linked && last.ResultCode == types.NO_AVAILABLE_CONNECTIONS_TO_NODE
}

// isStarvedOnly reports whether that was all, at one node: no chain of which
// something was lost looks like it where the client gives up at once.
func isStarvedOnly(err *as.AerospikeError) bool {
	last, linked := lacking(err)
	return linked && last.ResultCode == types.NO_AVAILABLE_CONNECTIONS_TO_NODE && last.Unwrap() == nil
}

// lacking returns what the client gave up over, if it did.
func lacking(err *as.AerospikeError) (inner *as.AerospikeError, ok bool) {
	if !gaveUp(err) {
		return nil, false
	}
	inner, ok = err.Unwrap().(*as.AerospikeError) //nolint:errorlint // the client wraps its own type
	return inner, ok
}

// again reports whether the command is to be tried once more, after a pause. The
// error says that the call ended meanwhile.
func (r *request) again() (bool, *aerostore.Error) {
	w := r.wait
	left := time.Until(w.until)
	if !w.starved || left <= 0 {
		return false, nil
	}
	w.pause = min(max(2*w.pause, firstWait), slowWait)
	var ended *aerostore.Error
	select {
	case <-time.After(min(w.pause, left)):
		w.starved = false
		return true, nil
	case <-r.ctx.Done():
		ended = r.call.FailContext(aerostore.ContextError(r.ctx))
	case <-r.store.life.abort:
		ended = closedError(r.call)
	}
	ended.InDoubt = w.sent
	return false, ended
}

// singleAgain carries out an operation on a single record for which there was no
// connection.
//
//go:noinline
func (r *request) singleAgain(key *as.Key, result aerostore.Result, err error) (aerostore.Result, error) {
	for err != nil {
		more, ended := r.again()
		switch {
		case ended != nil:
			return aerostore.Result{}, ended
		case !more:
			return result, err
		}
		result, err = r.singleOnce(key)
	}
	return result, err
}

// sendAgain sends a part for which there was no connection once more, until there
// is one: the keys without an answer.
func (p *part) sendAgain() {
	records := p.records
	for p.err != nil {
		p.note(p.err)
		more, ended := p.again()
		if p.ended = ended; !more {
			return
		}
		records = slices.DeleteFunc(slices.Clone(records), func(record as.BatchRecordIfc) bool { return hasAnswer(record.BatchRec()) })
		if len(records) == 0 {
			return
		}
		p.err = p.sendBatch(records)
	}
}

func hasAnswer(br *as.BatchRecord) bool {
	return br.ResultCode != types.NO_RESPONSE && (br.Err == nil || !isStarved(newClientError(br.Err).err))
}
