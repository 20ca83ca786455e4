package asbackend

import (
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// A command is what the client carries out for a request under one policy, in one
// attempt or several. It is that of a single record, of a part of a batch, or of a query.
//
// It has a copy of the request. A pointer would move every request to the heap.
type command struct {
	request

	begun     time.Time     // see begin
	left      time.Duration // until the context's deadline when the command began, 0: none
	byContext bool          // left is the command's timeout, being shorter than any other

	maxAttempts int      // that the policy allows
	reads       bool     // only, although the call writes
	unmarked    bool     // writes, and the client takes it for a read and marks no doubt
	repeats     bool     // asbackend makes the further attempts, not the client
	retries     *retries // nil: the client makes all attempts
}

// begin notes when a write begins, if isLate needs it.
func (c *command) begin() {
	if dropsCauses && c.call.Writes() {
		c.begun = time.Now()
	}
}

// writes reports whether the command may change data.
func (c *command) writes() bool { return !c.reads && c.call.Writes() }

// allow sets the attempts by a policy's retries, of which 0 and 1 both mean a single attempt.
func (c *command) allow(retries int) {
	c.maxAttempts = max(retries, 1)
	c.repeats = c.maxAttempts > 1 && c.writes()
}

// succeeded returns the result of a command that succeeded. The client counts the
// attempts of a read only if it fails.
func (c *command) succeeded() aerostore.Result {
	switch {
	case c.maxAttempts == 1:
		return aerostore.Result{Attempts: 1}
	case c.repeats:
		return aerostore.Result{Attempts: int32(c.retries.attempts) + 1} //nolint:gosec // G115: a count of retries
	default:
		return aerostore.Result{}
	}
}

// attemptsUntil returns the number of attempts of a command that failed with err.
func (c *command) attemptsUntil(err as.Error) int32 {
	switch {
	case c.retries == nil:
		return clientAttempts(err)
	case c.writes():
		return int32(max(c.retries.attempts, 1)) //nolint:gosec // G115: a count of retries
	default:
		return clientAttempts(err) + int32(c.retries.attempts) //nolint:gosec // G115: a count of retries
	}
}

// clientAttempts returns the number of attempts that the client made before it failed.
func clientAttempts(err as.Error) int32 {
	e := newClientError(err).err
	n := e.Iteration + 1
	if aerostore.ResultCode(e.ResultCode) == aerostore.CodeMaxRetries {
		n-- // the client counts the one that it did not make
	}
	return int32(max(n, 1)) //nolint:gosec // G115: a count of retries
}
