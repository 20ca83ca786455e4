package middleware

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/aerostore/aerostore"
)

// A TimeoutOption changes what [Timeout] does: [TimeoutOps], a [TimeoutCap] or a
// [TimeoutHook].
// Where two say something about the same the last one counts; nil is none.
type TimeoutOption interface {
	applyTimeout(*timeoutConfig)
}

// TimeoutOps sets another limit for some operations: longer for queries and
// batches, say. With [None] for the Limit they are unbounded; zero is the limit
// that Timeout was given. Timeout panics if it is negative otherwise, or if Ops
// names none or an unknown one.
type TimeoutOps struct {
	Limit time.Duration
	Ops   []aerostore.Op
}

// TimeoutCap is the longest [aerostore.Timeout] that a call may ask for; one that
// asks for more has this. Without it a call has what it asks for. Timeout panics if
// it is not positive or less than one of the limits.
type TimeoutCap time.Duration

// A TimeoutHook is told of each operation that the limit ended, with the
// caller's context and the error that it goes on to return. It is called by
// many goroutines at once and delays the operation. Nil is none.
type TimeoutHook func(ctx context.Context, call aerostore.Call, err error)

func (o TimeoutOps) applyTimeout(c *timeoutConfig) {
	if o.Limit < None {
		panic(fmt.Sprintf("middleware: Timeout of %v for some operations", o.Limit))
	}
	if len(o.Ops) == 0 {
		panic("middleware: Timeout with a limit for no operations")
	}
	limit := newLimit(o.Limit, false)
	switch o.Limit {
	case 0:
		limit = c.general
	case None:
		limit = nil
	}
	for _, op := range o.Ops {
		if op == 0 || op > aerostore.OpCustom {
			panic(fmt.Sprintf("middleware: Timeout with a limit for operation %d", op))
		}
		c.limits[op] = limit
	}
}

func (o TimeoutCap) applyTimeout(c *timeoutConfig) {
	if o <= 0 {
		panic(fmt.Sprintf("middleware: Timeout with a cap of %v", time.Duration(o)))
	}
	c.longest = time.Duration(o)
}

func (o TimeoutHook) applyTimeout(c *timeoutConfig) { c.hook = o }

type timeoutConfig struct {
	general *TimeoutError
	limits  [aerostore.OpCustom + 1]*TimeoutError // nil: no limit
	longest time.Duration                         // that a call may ask for
	hook    TimeoutHook
}

func newTimeoutConfig(limit time.Duration, opts []TimeoutOption) timeoutConfig {
	if limit <= 0 {
		panic(fmt.Sprintf("middleware: Timeout of %v", limit))
	}
	c := timeoutConfig{general: newLimit(limit, false), longest: math.MaxInt64}
	for op := range c.limits {
		c.limits[op] = c.general
	}
	for _, opt := range opts {
		if opt != nil {
			opt.applyTimeout(&c)
		}
	}
	for _, l := range append(c.limits[:], c.general) {
		if l != nil && l.Limit > c.longest {
			panic(fmt.Sprintf("middleware: Timeout with a cap of %v, below a limit of %v", c.longest, l.Limit))
		}
	}
	return c
}

// limitOf returns the limit of a call of an operation that asks for a timeout, or
// for none. Operations that do not exist yet have the general one.
func (c *timeoutConfig) limitOf(op aerostore.Op, asked time.Duration) *TimeoutError {
	if asked > 0 {
		return newLimit(min(asked, c.longest), false)
	}
	if int(op) < len(c.limits) {
		return c.limits[op]
	}
	return c.general
}
