package middleware

import (
	"context"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
)

// A BreakerOption changes what [CircuitBreaker] does: [BreakerFailureRate],
// [BreakerMinCalls], [BreakerWindow], [BreakerOpenFor], [BreakerProbes],
// [BreakerPatience], a [BreakerClassifier], a [BreakerScope] or a [Hook]. Of two
// of a kind the last one counts; nil is none.
type BreakerOption interface {
	applyBreaker(*breakerConfig)
}

// BreakerFailureRate is the part of operations, over 0 and up to 1, that must
// fail for the circuit to open: 0.5 by default.
type BreakerFailureRate float64

// BreakerMinCalls is how many operations must have ended within the window
// before the circuit can open: 20 by default.
type BreakerMinCalls int

// BreakerWindow is how far back operations count, to the nearest tenth: 10
// seconds by default. The clock is looked at when an operation fails and for
// one success in sixteen, so that fifteen successes may count longer.
type BreakerWindow time.Duration

// BreakerOpenFor is how long an open circuit refuses everything before it lets
// probes through: 5 seconds by default.
type BreakerOpenFor time.Duration

// BreakerProbes is how many operations a half-open circuit lets through at
// once, and how many must succeed for it to close: 3 by default.
type BreakerProbes int

// BreakerPatience is how much time an operation must have been given for its
// running out of it to be the cluster's failure: 10 milliseconds by default. One
// that was given less, by its context or by [aerostore.Timeout], says nothing
// about the cluster and does not count when it times out. Of a query, the time in
// the body of the caller's loop is not given to the cluster.
type BreakerPatience time.Duration

// A BreakerClassifier reports whether an error, which is not nil, is a failure
// of the cluster. It is asked about the errors of single keys in a batch, too,
// but never about refused input, rejections of other layers, the caller's
// cancellation and timeouts that are not the cluster's, which do not count at all.
// The default, which nil keeps, is [IsClusterFailure].
type BreakerClassifier func(ctx context.Context, call aerostore.Call, err error) bool

// A BreakerScope says which circuit an operation belongs to, by a name from a
// small fixed set: [ByNamespace], the method ByNode of asbackend's Store, or a
// function of the application's own. Past 100 names the circuit is that of the
// name "other". Without it, or with nil, one circuit is for the whole store. It
// is asked before each operation, by many goroutines at once.
type BreakerScope func(call aerostore.Call) string

// ByNamespace is a [BreakerScope] with a circuit for each namespace. A batch
// over several namespaces, which succeeds and fails with all of them, has a
// circuit of its own with the name "".
func ByNamespace(call aerostore.Call) string {
	if namespace := call.Key.Namespace(); namespace != "" {
		return namespace
	}
	namespace, _ := call.Target()
	return namespace
}

func (o BreakerFailureRate) applyBreaker(c *breakerConfig) { c.rate = float64(o) }
func (o BreakerMinCalls) applyBreaker(c *breakerConfig)    { c.minCalls = int64(o) }
func (o BreakerWindow) applyBreaker(c *breakerConfig)      { c.window = time.Duration(o) }
func (o BreakerOpenFor) applyBreaker(c *breakerConfig)     { c.openFor = time.Duration(o) }
func (o BreakerProbes) applyBreaker(c *breakerConfig)      { c.probes = int(o) }
func (o BreakerPatience) applyBreaker(c *breakerConfig)    { c.patience = time.Duration(o) }
func (o BreakerClassifier) applyBreaker(c *breakerConfig)  { c.failed = o }
func (o BreakerScope) applyBreaker(c *breakerConfig)       { c.scope = o }
func (h Hook) applyBreaker(c *breakerConfig)               { c.hook = h }

type breakerConfig struct {
	rate     float64
	minCalls int64
	window   time.Duration
	openFor  time.Duration
	probes   int
	patience time.Duration
	failed   BreakerClassifier
	scope    BreakerScope
	hook     Hook
}

func newBreakerConfig(opts []BreakerOption) *breakerConfig {
	c := &breakerConfig{
		rate: 0.5, minCalls: 20, window: 10 * time.Second,
		openFor: 5 * time.Second, probes: 3, patience: 10 * time.Millisecond,
	}
	for _, opt := range opts {
		if opt != nil {
			opt.applyBreaker(c)
		}
	}
	if c.failed == nil {
		c.failed = func(_ context.Context, _ aerostore.Call, err error) bool { return IsClusterFailure(err) }
	}
	c.check()
	return c
}

func (c *breakerConfig) check() {
	switch {
	case !(c.rate > 0 && c.rate <= 1): // NaN included
		panic(fmt.Sprintf("middleware: CircuitBreaker with a failure rate of %v", c.rate))
	case c.minCalls < 1:
		panic(fmt.Sprintf("middleware: CircuitBreaker with a minimum of %d calls", c.minCalls))
	case c.window < windowParts:
		panic(fmt.Sprintf("middleware: CircuitBreaker with a window of %v", c.window))
	case c.openFor <= 0:
		panic(fmt.Sprintf("middleware: CircuitBreaker that is open for %v", c.openFor))
	case c.probes < 1:
		panic(fmt.Sprintf("middleware: CircuitBreaker with %d probes", c.probes))
	case c.patience < 0:
		panic(fmt.Sprintf("middleware: CircuitBreaker with a patience of %v", c.patience))
	}
}
