package asbackend

import (
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
)

// tries are those of a command that asbackend repeats itself.
//
// The client makes one attempt of a write. Each further one is a command of its own,
// so that what became of every attempt is known. Reads keep the attempts of the
// client, which alone can send them to the replicas in turn.
//
// A try that lacks a connection is no attempt. The client waits for one itself where
// it can: not without a timeout, since it would do so for ever, unheard; nor in a batch
// with a single attempt or replicas, to which it would take it, an attempt each, and
// fail; nor where each try is to go by the partition map of its moment. There it gives
// up at once.
type tries struct {
	end    time.Time     // of the command, zero: none
	rest   time.Duration // before the next attempt
	growth float64       // of rest from one attempt to the next

	waits    bool          // for connections, which is else left to the client
	waitsEnd time.Time     // of the wait of this attempt, zero: it has not begun
	pause    time.Duration // before the last try of this wait, 0: there was only one

	attempts int      // that ended
	sent     bool     // by one of them a write may have been applied
	why      as.Error // the last of them failed, if it ran out
	last     as.Error // the last try failed, nil: not by the client
	late     bool     // no time was left for another one
	closed   bool     // the Store was closed meanwhile
}

const (
	// noSocketTimeout stands in for a socket timeout; it is the client's.
	noSocketTimeout = 30 * time.Second

	// leastPatience leaves time to open a connection, which no socket timeout counts.
	leastPatience = 5 * time.Second

	firstWait = time.Millisecond
	slowWait  = 16 * time.Millisecond
)

// tried reports whether a command under the policy has tries.
func (r *request) tried(p *as.BasePolicy, total time.Duration) bool {
	return r.tries != nil || r.repeats || r.waits(p, total)
}

// waits reports whether the wait for a connection is not left to the client.
func (r *request) waits(p *as.BasePolicy, total time.Duration) bool {
	return !p.ExitFastOnExhaustedConnectionPool &&
		(total <= 0 || r.repeats || r.call.IsBatch() && (r.most == 1 || mayMove(p.ReplicaPolicy) && len(r.store.client.GetNodes()) > 1))
}

// try makes the policy that of the next try.
func (r *request) try(p *as.BasePolicy) {
	t := r.tries
	if t == nil {
		t = &tries{waits: r.waits(p, p.TotalTimeout), rest: p.SleepBetweenRetries, growth: p.SleepMultiplier}
		if p.TotalTimeout > 0 {
			t.end = time.Now().Add(p.TotalTimeout)
		}
		r.tries = t
	} else if !t.end.IsZero() {
		p.TotalTimeout = max(time.Until(t.end), time.Millisecond)
	}
	if t.waits && t.waitsEnd.IsZero() {
		t.waitsEnd = t.end
		if t.end.IsZero() {
			t.waitsEnd = time.Now().Add(r.store.patienceFor(p.SocketTimeout))
		}
	}
	p.ExitFastOnExhaustedConnectionPool = p.ExitFastOnExhaustedConnectionPool || t.waits
	if r.call.Writes() {
		p.MaxRetries = 0
		return
	}
	p.MaxRetries = max(p.MaxRetries-t.attempts, 1)
	if t.pause > 0 && mayMove(p.ReplicaPolicy) && p.ReadModeSC != as.ReadModeSCLinearize {
		p.ReplicaPolicy = as.MASTER_PROLES // as further attempts do, which start over here
	}
}

// patienceFor returns how long to wait for a connection where there is no timeout.
func (s *Store) patienceFor(socketTimeout time.Duration) time.Duration {
	if socketTimeout <= 0 {
		return noSocketTimeout
	}
	return max(socketTimeout, s.patience)
}

// again reports whether there is another try after one that failed, once the pause
// before it is over.
func (r *request) again() bool {
	pause, more := r.next()
	return more && r.sleep(pause)
}

// next takes in how a try failed. It reports whether there is to be another one, and
// after which pause.
func (r *request) next() (pause time.Duration, more bool) {
	t := r.tries
	if t.last == nil {
		return 0, false
	}
	e := newClientError(t.last).err
	made, starved := r.starved(e)
	switch {
	case t.waits && starved:
		left := time.Until(t.waitsEnd)
		if left <= 0 {
			return 0, false
		}
		if made > 0 {
			t.attempts, t.why = t.attempts+made, t.last
		}
		t.pause = min(max(2*t.pause, firstWait), slowWait)
		return min(t.pause, left), true
	case !r.call.Writes(), gaveUp(e) && !ranOut(e):
		return 0, false
	case !ranOut(e):
		t.attempts++
		return 0, false
	}
	t.attempts++
	t.why, t.sent = t.last, t.sent || inDoubt(true, e)
	if t.attempts >= r.most {
		return 0, false
	}
	if pause = t.rest; t.growth > 1 {
		t.rest = time.Duration(float64(t.rest) * t.growth)
	}
	t.waitsEnd, t.pause = time.Time{}, 0
	t.late = !t.end.IsZero() && time.Until(t.end) <= pause
	return pause, !t.late
}

// sleep reports whether the call goes on after a pause, for another try.
func (r *request) sleep(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.ctx.Done():
	case <-r.store.life.abort:
		r.tries.closed = true
		return false
	}
	if r.ctx.Err() != nil {
		return false
	}
	r.tries.last = nil
	return true
}

// verdict returns the error of a call that is not tried again.
func (r *request) verdict() *aerostore.Error {
	t := r.tries
	switch {
	case t.closed:
		e := closedError(r.call)
		e.InDoubt = t.sent
		return e
	case t.why != nil && gaveUp(newClientError(t.last).err):
		t.late = true
		return r.fail(t.why) // which says more than that there was no connection for another attempt
	default:
		return r.fail(t.last)
	}
}

// made returns how many attempts a call took that failed with err.
func (r *request) made(err as.Error) int32 {
	switch {
	case r.tries == nil:
		return attempts(err)
	case r.call.Writes():
		return int32(max(r.tries.attempts, 1)) //nolint:gosec // G115: a count of retries
	default:
		return attempts(err) + int32(r.tries.attempts) //nolint:gosec // G115: a count of retries
	}
}

// starved reports whether a try failed for want of a connection, so that another one
// is due, and how many attempts a read had made before.
func (r *request) starved(err *as.AerospikeError) (made int, ok bool) {
	if isStarved(err) {
		return err.Iteration, true
	}
	if r.call.Writes() || !r.call.IsBatch() {
		return 0, false
	}
	made, lacked := tally(err)
	return made, lacked && r.tries.attempts+made < r.most
}

// tally counts the attempts in the chain of a batch that reads, which is at least one
// where the client had none left. It reports whether the chain tells of a connection
// that was lacking. The client gives such a try at a replica up, counts it and goes on.
func tally(err *as.AerospikeError) (made int, lacked bool) {
	least := 0
	for ok := true; ok; err, ok = linked(err) {
		switch {
		case gaveUp(err), err.ResultCode == types.NO_AVAILABLE_CONNECTIONS_TO_NODE:
			lacked = true
		case err.ResultCode == types.MAX_RETRIES_EXCEEDED:
			least = 1
		default:
			made++
		}
	}
	return max(made, least), lacked
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

// lacking returns what the client gave up over, if it did.
func lacking(err *as.AerospikeError) (inner *as.AerospikeError, ok bool) {
	if !gaveUp(err) {
		return nil, false
	}
	return linked(err)
}

// ranOut reports whether the client had no attempt left, at one node at least.
func ranOut(err *as.AerospikeError) bool {
	for ok := true; ok; err, ok = lacking(err) {
		if err.ResultCode == types.MAX_RETRIES_EXCEEDED {
			return true
		}
	}
	return false
}
