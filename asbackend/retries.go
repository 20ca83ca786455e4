package asbackend

import (
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/attempt"
)

// retries is the state of a command that asbackend sends more than once.
//
// The client makes one attempt of a write. Each further attempt is a command of its
// own, so that the outcome of every attempt is known. The client makes the attempts of
// a read, because only it can send them to the replicas in turn.
//
// A command that found no connection is not an attempt. The client waits for a
// connection, except in three cases, in which asbackend has the client fail at once
// and waits itself:
//   - Without a timeout the client would wait forever, whatever the context.
//   - In a batch with a single attempt or replicas, the client would send the batch to
//     each replica, an attempt each, and fail.
//   - If asbackend repeats a write, each send must use the current partition map.
type retries struct {
	deadline   time.Time     // of the command, or zero
	pause      time.Duration // before the next attempt
	multiplier float64       // of pause from one attempt to the next

	waits     bool          // for connections, in place of the client
	waitUntil time.Time     // when the wait for a connection ends, zero before it begins
	waitPause time.Duration // before the last send of this wait, 0 if there was only one

	attempts int      // that ended
	sent     bool     // one of them may have applied a write
	lost     as.Error // the error of the last attempt without an answer
	err      as.Error // the error of the last send, nil if the client did not fail
	late     bool     // no time was left for another attempt
	closed   bool     // the Store was closed meanwhile
	reported attempts
}

const (
	// defaultConnectionWait applies without a socket timeout; it is the client's
	// default of that.
	defaultConnectionWait = 30 * time.Second

	// minConnectionWait leaves time to open a connection, which the socket timeout
	// does not include.
	minConnectionWait = 5 * time.Second

	firstWaitPause = time.Millisecond
	maxWaitPause   = 16 * time.Millisecond
)

// hasRetries reports whether a command under the policy has retries.
func (c *command) hasRetries(p *as.BasePolicy, total time.Duration) bool {
	return c.retries != nil || c.repeats || c.waits(p, total)
}

// waits reports whether asbackend waits for a connection in place of the client.
func (c *command) waits(p *as.BasePolicy, total time.Duration) bool {
	return !p.ExitFastOnExhaustedConnectionPool &&
		(total <= 0 || c.repeats || c.call.IsBatch() && (c.maxAttempts == 1 || mayMove(p.ReplicaPolicy) && len(c.store.client.GetNodes()) > 1))
}

// prepare makes the policy that of the next send.
func (c *command) prepare(p *as.BasePolicy) {
	t := c.retries
	if t == nil {
		t = &retries{waits: c.waits(p, p.TotalTimeout), pause: p.SleepBetweenRetries, multiplier: p.SleepMultiplier}
		if p.TotalTimeout > 0 {
			t.deadline = time.Now().Add(p.TotalTimeout)
		}
		if c.repeats {
			t.reported.last = attempt.Begin(c.ctx, attemptLayer)
		}
		c.retries = t
	} else if !t.deadline.IsZero() {
		p.TotalTimeout = max(time.Until(t.deadline), time.Millisecond)
	}
	t.reported.begin()
	if t.waits && t.waitUntil.IsZero() {
		t.waitUntil = t.deadline
		if t.deadline.IsZero() {
			t.waitUntil = time.Now().Add(c.store.connectionWait(p.SocketTimeout))
		}
	}
	p.ExitFastOnExhaustedConnectionPool = p.ExitFastOnExhaustedConnectionPool || t.waits
	if c.writes() {
		p.MaxRetries = 0
		return
	}
	p.MaxRetries = max(p.MaxRetries-t.attempts, 1)
	if t.waitPause > 0 && mayMove(p.ReplicaPolicy) && p.ReadModeSC != as.ReadModeSCLinearize {
		p.ReplicaPolicy = as.MASTER_PROLES // as the client's further attempts would go, which begin again at the master
	}
}

// connectionWait returns how long to wait for a connection without a timeout.
func (s *Store) connectionWait(socketTimeout time.Duration) time.Duration {
	if socketTimeout <= 0 {
		return defaultConnectionWait
	}
	return max(socketTimeout, s.minConnectionWait)
}

// again reports, after the pause, whether to send a command that failed again.
func (c *command) again() bool {
	pause, more := c.next()
	return more && c.sleep(pause)
}

// next evaluates the error of the last send. It reports whether to send the command
// again, and after which pause.
func (c *command) next() (pause time.Duration, more bool) {
	t := c.retries
	if t.err == nil {
		return 0, false
	}
	e := newClientError(t.err).err
	if made, starved := c.starved(e); t.waits && starved {
		left := time.Until(t.waitUntil)
		if left <= 0 {
			c.failAttempt(e)
			return 0, false
		}
		if made > 0 {
			t.attempts, t.lost = t.attempts+made, t.err
		}
		t.waitPause = min(max(2*t.waitPause, firstWaitPause), maxWaitPause)
		return min(t.waitPause, left), true
	}
	c.failAttempt(e)
	switch {
	case !c.writes(), gaveUp(e) && !ranOut(e):
		return 0, false
	case !ranOut(e):
		t.attempts++
		return 0, false
	}
	t.attempts++
	t.lost, t.sent = t.err, t.sent || c.inDoubt(e)
	if t.attempts >= c.maxAttempts {
		return 0, false
	}
	if pause = t.pause; t.multiplier > 1 {
		t.pause = time.Duration(float64(t.pause) * t.multiplier)
	}
	t.waitUntil, t.waitPause = time.Time{}, 0
	t.late = !t.deadline.IsZero() && time.Until(t.deadline) <= pause
	return pause, !t.late
}

// sleep pauses before another send. It reports whether neither the context nor the
// Store ended meanwhile.
func (c *command) sleep(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ctx.Done():
	case <-c.store.life.abort:
		c.retries.closed = true
		return false
	}
	if c.ctx.Err() != nil {
		return false
	}
	c.retries.err = nil
	return true
}

// finalError returns the error of a command that is not sent again.
func (c *command) finalError() *aerostore.Error {
	t := c.retries
	switch {
	case t.closed:
		e := closedError(c.call)
		e.InDoubt = t.sent
		return e
	case t.lost != nil && gaveUp(newClientError(t.err).err):
		t.late = true
		return c.newError(t.lost) // more useful than the error of an attempt without a connection
	default:
		return c.newError(t.err)
	}
}

// decisive returns the error that decides the outcome of a send. That is a server's answer
// if there is one, though not its timeout: an answer ends a command.
//
// The client may put other errors around the answer to a batch. It divides a batch that may
// go to replicas, and then joins the errors of all nodes. In a write, only the errors of
// nodes to which nothing was sent may be left out.
func (c *command) decisive(err as.Error) as.Error {
	if err == nil {
		return nil
	}
	for e, ok := newClientError(err).err, true; ok; e, ok = linked(e) {
		if isAnswer(e) && e.ResultCode != types.TIMEOUT {
			return e
		}
		if c.writes() && !gaveUp(e) {
			break
		}
	}
	return err
}

// starved reports whether a send failed because there was no connection, so that the
// command is to be sent again. It returns the attempts that a read made before.
func (c *command) starved(err *as.AerospikeError) (made int, ok bool) {
	if isStarved(err) {
		return err.Iteration, true
	}
	if c.writes() || !c.call.IsBatch() || !gaveUp(err) && !ranOut(err) { // such as an answer after a lack
		return 0, false
	}
	made, lacked := countAttempts(err)
	return made, lacked && c.retries.attempts+made < c.maxAttempts
}

// countAttempts counts the attempts in the error chain of a batch that reads, which is
// at least one if the client ran out of attempts. It reports whether the chain has an
// error for lack of a connection: the client counts that as an attempt and goes on.
func countAttempts(err *as.AerospikeError) (made int, lacked bool) {
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

// isStarved reports whether a command failed because no node had a connection. The
// client then gives up once for each node.
func isStarved(err *as.AerospikeError) bool {
	last, linked := gaveUpOver(err)
	for linked && gaveUp(last) {
		last, linked = gaveUpOver(last)
	}
	return linked && last.ResultCode == types.NO_AVAILABLE_CONNECTIONS_TO_NODE
}

// gaveUpOver returns the error over which the client gave up, if it did.
func gaveUpOver(err *as.AerospikeError) (inner *as.AerospikeError, ok bool) {
	if !gaveUp(err) {
		return nil, false
	}
	return linked(err)
}

// ranOut reports whether the client ran out of attempts at one node or more.
func ranOut(err *as.AerospikeError) bool {
	for ok := true; ok; err, ok = gaveUpOver(err) {
		if err.ResultCode == types.MAX_RETRIES_EXCEEDED {
			return true
		}
	}
	return false
}
