package middleware

import (
	"sync"
	"sync/atomic"
	"time"
)

// The states of a circuit, with the values of the gauge.
const (
	closed = iota
	halfOpen
	open
)

// A verdict is how an operation counts.
type verdict uint8

const (
	neither verdict = iota
	success
	failure
)

// A circuit is the state machine of a breaker, for one scope.
type circuit struct {
	*BreakerOptions
	start  time.Time
	window window

	// state has the state in its low bits and the number of state changes above
	// them. An operation keeps the value that it found as its ticket. If it is
	// another one when the operation ends, the operation is not counted.
	state atomic.Uint64

	// until is when an open circuit lets probes pass, or when probes of a
	// half-open circuit lose their places. It is in nanoseconds since start, and
	// set before state.
	until atomic.Int64

	changing  sync.Mutex // guards changes of state, and the fields below
	probing   int        // probes that run, without those that lost their places
	succeeded int        // probes that succeeded since the circuit is half open
	since     uint64     // the ticket of the first probe since then
	recovered uint64     // the newest ticket of those that succeeded
}

func (c *circuit) init(opts *BreakerOptions) {
	c.BreakerOptions = opts
	c.start = time.Now()
	c.window.start = c.start
	c.window.width = opts.Window / windowParts
}

func (c *circuit) now() time.Duration { return time.Since(c.start) }

const (
	stateBits = 2
	stateMask = 1<<stateBits - 1
)

func stateOf(ticket uint64) int { return int(ticket & stateMask) }

// change sets the state. It must be called with changing held.
func (c *circuit) change(to uint64, until time.Duration) {
	c.renew(to, until)
	c.succeeded, c.since, c.recovered = 0, c.state.Load(), 0
}

// renew makes a new ticket for the operations from now on. It must be called
// with changing held.
func (c *circuit) renew(to uint64, until time.Duration) {
	c.probing = 0
	c.until.Store(int64(until))
	c.state.Store((c.state.Load()>>stateBits+1)<<stateBits | to)
}

// admit returns the ticket of an operation that may pass. If none may pass,
// wait is how long. became is the state that the circuit changed to, or -1.
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
	case state == open && wait > 0, state == halfOpen && c.probing >= c.Probes && wait > 0:
		return 0, wait, -1
	case state == open:
		c.change(halfOpen, now+c.OpenFor)
		became = halfOpen
	case c.probing >= c.Probes: // they lose their places
		c.renew(halfOpen, now+c.OpenFor)
	}
	c.probing++
	return c.state.Load(), 0, became
}

// succeed is settle for a success with the ticket of a closed circuit.
func (c *circuit) succeed(ticket uint64) {
	if c.state.Load() == ticket {
		c.window.success()
	}
}

// settle counts an operation that passed. It returns the state that the circuit
// changed to, -1 for no change.
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
	if calls < int64(c.MinCalls) || float64(failures) < c.FailureRate*float64(calls) {
		return -1
	}
	c.changing.Lock()
	defer c.changing.Unlock()
	if c.state.Load() != ticket {
		return -1
	}
	c.change(open, c.now()+c.OpenFor)
	return open
}

func (c *circuit) settleProbe(ticket uint64, v verdict) (became int) {
	c.changing.Lock()
	defer c.changing.Unlock()
	current := c.state.Load()
	if stateOf(current) != halfOpen || ticket < c.since {
		return -1
	}
	if ticket == current { // else it has lost its place
		c.probing--
	}
	switch {
	case v == success:
		c.recovered = max(c.recovered, ticket)
		if c.succeeded++; c.succeeded < c.Probes {
			return -1
		}
		c.window.clear()
		c.change(closed, 0)
		return closed
	case v == failure && ticket >= c.recovered:
		c.change(open, c.now()+c.OpenFor)
		return open
	default:
		return -1
	}
}
