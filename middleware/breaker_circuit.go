package middleware

import (
	"sync"
	"sync/atomic"
	"time"
)

// The states of a circuit, in the order in which a level tells them.
const (
	closed = iota
	halfOpen
	open
)

// verdict is what an operation says about the cluster.
type verdict uint8

const (
	neither verdict = iota
	success
	failure
)

// A circuit is the state machine of a breaker, for one scope.
type circuit struct {
	*breakerConfig
	stopwatch
	window window

	// state is the state with, above it, the number of the change that led to
	// it. An operation keeps what it found: should there have been a change
	// when it ends, it belongs to the past and does not count.
	state atomic.Uint64

	// until is when an open circuit lets probes through and when a half-open
	// one gives up those that did not come back. It is set before state.
	until atomic.Int64

	changing  sync.Mutex // guards changes of state, and:
	probing   int        // probes under way, without those that were given up
	succeeded int        // probes that succeeded since the circuit is half open
	since     uint64     // the ticket of the first of them
	recovered uint64     // the newest ticket among those that succeeded
}

func (c *circuit) init(config *breakerConfig) {
	c.breakerConfig = config
	c.stopwatch = startStopwatch()
	c.window.stopwatch = c.stopwatch
	c.window.width = config.window / windowParts
}

const (
	stateBits = 2
	stateMask = 1<<stateBits - 1
)

func stateOf(ticket uint64) int { return int(ticket & stateMask) }

// change moves on to a state. It must be called with changing held.
func (c *circuit) change(to uint64, until time.Duration) {
	c.renew(to, until)
	c.succeeded, c.since, c.recovered = 0, c.state.Load(), 0
}

// renew gives operations a new ticket from now on. It must be called with
// changing held.
func (c *circuit) renew(to uint64, until time.Duration) {
	c.probing = 0
	c.until.Store(int64(until))
	c.state.Store((c.state.Load()>>stateBits+1)<<stateBits | to)
}

// admit lets an operation through, with the ticket to settle it by, or says how
// long none will be. became is the state that this led to, -1 for no change.
func (c *circuit) admit() (ticket uint64, wait time.Duration, became int) {
	now := c.now()
	if wait = time.Duration(c.until.Load()) - now; wait > 0 && stateOf(c.state.Load()) == open {
		return 0, wait, -1
	}
	c.changing.Lock()
	defer c.changing.Unlock()
	became = -1
	wait = time.Duration(c.until.Load()) - now
	switch state := stateOf(c.state.Load()); {
	case state == closed:
		return c.state.Load(), 0, -1
	case state == open && wait > 0, state == halfOpen && c.probing >= c.probes && wait > 0:
		return 0, wait, -1
	case state == open:
		c.change(halfOpen, now+c.openFor)
		became = halfOpen
	case c.probing >= c.probes: // they are given up
		c.renew(halfOpen, now+c.openFor)
	}
	c.probing++
	return c.state.Load(), 0, became
}

// succeed is settle for a success that was let through by a closed circuit.
func (c *circuit) succeed(ticket uint64) {
	if c.state.Load() == ticket {
		c.window.success()
	}
}

// settle takes in how an operation that was let through ended. It returns the
// state that this led to, -1 for no change.
func (c *circuit) settle(ticket uint64, v verdict) (became int) {
	switch {
	case stateOf(ticket) == halfOpen:
		return c.settleProbe(ticket, v)
	case c.state.Load() != ticket || v == neither:
		return -1
	case v == success:
		c.succeed(ticket)
		return -1
	}
	c.window.failure()
	calls, failures := c.window.sum()
	if calls < c.minCalls || float64(failures) < c.rate*float64(calls) {
		return -1
	}
	c.changing.Lock()
	defer c.changing.Unlock()
	if c.state.Load() != ticket {
		return -1
	}
	c.change(open, c.now()+c.openFor)
	return open
}

func (c *circuit) settleProbe(ticket uint64, v verdict) (became int) {
	c.changing.Lock()
	defer c.changing.Unlock()
	current := c.state.Load()
	if stateOf(current) != halfOpen || ticket < c.since {
		return -1
	}
	if ticket == current { // or it was given up
		c.probing--
	}
	switch {
	case v == success:
		c.recovered = max(c.recovered, ticket)
		if c.succeeded++; c.succeeded < c.probes {
			return -1
		}
		c.window.clear()
		c.change(closed, 0)
		return closed
	case v == failure && ticket >= c.recovered:
		c.change(open, c.now()+c.openFor)
		return open
	default:
		return -1
	}
}
