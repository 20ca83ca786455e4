package middleware

import (
	"context"
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// ErrCircuitOpen matches the error of an operation that a [CircuitBreaker]
// turned away.
var ErrCircuitOpen error = &sentinel{"the circuit breaker is open", "circuit_open"}

// CircuitBreaker returns a middleware that stops sending operations to a
// cluster that fails them, so that callers fail at once instead of waiting for
// their timeouts and the cluster is left to recover.
//
// # States
//
// A closed circuit lets everything through. It opens when, of the operations
// that ended within [BreakerWindow], at least [BreakerMinCalls] and at least
// the part [BreakerFailureRate] failed. An open circuit turns everything away
// for [BreakerOpenFor]. Then it is half open: it lets [BreakerProbes]
// operations through at once; it closes when that many have succeeded, and
// opens again when one fails.
//
// Probes that have not ended after another BreakerOpenFor give up their places,
// so that one that hangs does not hold up all. While the circuit is half open
// their success still counts, and so does their failure, unless a probe that
// began after them has succeeded.
//
// An operation that began before the circuit changed does not count after it.
//
// # What counts
//
// A failure is what [IsClusterFailure], or a [BreakerClassifier], says. A success is
// an answer of the cluster: a result, or any other error that a server returned.
// What says nothing about the cluster is neither, does not count and closes no
// circuit: refused input, the caller's cancellation, what another layer turned
// away, a closed store, and a timeout of an operation that was given less time
// than [BreakerPatience]. A longer deadline of the caller's is a failure, since a
// cluster that hangs shows itself to most services in no other way.
//
// A batch counts once, by those of its keys that count. It failed if it did as a
// whole, or if the part BreakerFailureRate of those keys did; without any, as
// where it is empty, it does not count.
//
// A query counts when the caller is through with it: breaking off is no failure.
// Time in the body of the caller's loop is the caller's: it is taken off the time
// that the query was given, and a timeout of a query that spent more time there
// than in the cluster does not count.
//
// A custom call counts by the error that its function returns: nil is a success,
// so that a function that may return without contacting the cluster is better run
// without [aerostore.Do]. The same holds for a layer further in that answers from
// elsewhere, such as a cache: it belongs outside the breaker. An operation that
// panics, in the body of the caller's loop or elsewhere, does not count.
//
// # Scope
//
// One circuit is for the whole store, unless a [BreakerScope] tells them apart:
// [ByNamespace], or a function that says to which node an operation will be sent.
// Only the client knows that; the method ByNode of asbackend's Store asks it, for
// operations on single records. What an operation came to counts for the node
// that it was to be sent to first, though the client may have tried another.
//
// Aerospike's client has a breaker of its own for each node, after its own
// attempts and for batches and queries, too: MaxErrorRate and ErrorRateWindow of
// its ClientPolicy, on by default. What it refuses fails with
// [aerostore.CodeMaxErrorRate], which is a failure here.
//
// # Errors
//
// What is turned away has an error that matches [ErrCircuitOpen], is never in
// doubt and says, in its [RejectedError], when a probe will be let through.
//
// # Counts
//
// The layer "circuit_breaker" has, for each scope, the events rejected,
// opened, half_opened and closed, of which a [Hook] is told, and the levels
// state (0 closed, 1 half open, 2 open; over several scopes the highest), calls
// and failures, which are those of the window.
//
// CircuitBreaker panics if the options make no sense.
func CircuitBreaker(opts ...BreakerOption) aerostore.Middleware {
	config := newBreakerConfig(opts)
	return aerostore.WithLayer(func() *breaker { return newBreaker(config) })
}

const breakerLayer = "circuit_breaker"

// The events of a breaker. The first three have the numbers of the states.
const breakerRejected = open + 1

// maxScopes bounds what made-up names can do.
const maxScopes = 100

// breaker is the layer: circuits by scope.
type breaker struct {
	*breakerConfig
	whole *scopedCircuit // nil if there is a scope

	growing sync.Mutex
	byScope atomic.Pointer[map[string]*scopedCircuit] // replaced under growing
}

type scopedCircuit struct {
	circuit
	tallies
}

func newBreaker(config *breakerConfig) *breaker {
	b := &breaker{breakerConfig: config}
	if config.scope == nil {
		b.whole = b.newScope("")
	}
	b.byScope.Store(&map[string]*scopedCircuit{})
	return b
}

func (b *breaker) newScope(name string) *scopedCircuit {
	s := &scopedCircuit{}
	s.init(b.breakerConfig)
	s.tallies = newTallies(breakerLayer, name, b.hook, "closed", "half_opened", "opened", "rejected")
	return s
}

func (b *breaker) circuitOf(name string) *scopedCircuit {
	if c := (*b.byScope.Load())[name]; c != nil {
		return c
	}
	return b.grow(name)
}

// grow returns the circuit of a name that may be new.
func (b *breaker) grow(name string) *scopedCircuit {
	b.growing.Lock()
	defer b.growing.Unlock()
	known := *b.byScope.Load()
	if known[name] == nil && len(known) >= maxScopes {
		name = "other"
	}
	if c := known[name]; c != nil {
		return c
	}
	more := make(map[string]*scopedCircuit, len(known)+1)
	for name, c := range known {
		more[name] = c
	}
	more[name] = b.newScope(name)
	b.byScope.Store(&more)
	return more[name]
}

// Intercept implements [aerostore.Layer].
func (b *breaker) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		c := b.whole
		if c == nil {
			c = b.circuitOf(b.scope(call))
		}
		ticket := c.state.Load()
		if stateOf(ticket) != closed {
			return b.probe(ctx, call, c, next)
		}
		if call.Op == aerostore.OpQuery {
			result, v, err := b.try(ctx, call, next)
			b.settle(ctx, call, c, ticket, v)
			return result, err
		}
		given := unlimited
		if deadline, ok := ctx.Deadline(); ok || call.Options.Timeout > 0 {
			given = timeGiven(deadline, ok, call.Options.Timeout)
		}
		result, err := next(ctx, call)
		if err != nil || call.IsBatch() {
			b.settle(ctx, call, c, ticket, b.judge(ctx, call, result, err, given < b.patience))
			return result, err
		}
		c.succeed(ticket)
		return result, nil
	}
}

// probe lets a call through that may close the circuit or open it again, or
// turns it away. Its place is given back however it ends.
func (b *breaker) probe(
	ctx context.Context, call aerostore.Call, c *scopedCircuit, next aerostore.Handler,
) (result aerostore.Result, err error) {
	ticket, wait, became := c.admit()
	if wait > 0 {
		return aerostore.Result{}, c.reject(ctx, call, wait)
	}
	v := neither
	defer func() { b.settle(ctx, call, c, ticket, v) }()
	if became >= 0 {
		c.happened(ctx, call, became)
	}
	result, v, err = b.try(ctx, call, next)
	return result, err
}

// try carries a call out and returns what it said about the cluster.
func (b *breaker) try(
	ctx context.Context, call aerostore.Call, next aerostore.Handler,
) (aerostore.Result, verdict, error) {
	deadline, limited := ctx.Deadline()
	given := timeGiven(deadline, limited, call.Options.Timeout)
	var loop loopTime
	result, err := next(ctx, loop.around(call))
	hurried := given-loop.body < b.patience || err != nil && loop.isMostlyBody()
	return result, b.judge(ctx, call, result, err, hurried), err
}

func (b *breaker) settle(ctx context.Context, call aerostore.Call, c *scopedCircuit, ticket uint64, v verdict) {
	if became := c.settle(ticket, v); became >= 0 {
		c.happened(ctx, call, became)
	}
}

const unlimited = time.Duration(math.MaxInt64)

// timeGiven returns how long a call may take, by its context and its own timeout.
func timeGiven(deadline time.Time, limited bool, timeout time.Duration) time.Duration {
	given := unlimited
	if timeout > 0 {
		given = timeout
	}
	if limited {
		given = min(given, time.Until(deadline))
	}
	return given
}

func (c *scopedCircuit) reject(ctx context.Context, call aerostore.Call, wait time.Duration) error {
	c.happened(ctx, call, breakerRejected)
	return call.NewError(aerostore.CodeOK, &RejectedError{
		Layer: ErrCircuitOpen, Scope: c.scope, RetryAfter: wait, reason: "too many operations failed",
	})
}

// LayerStats implements [aerostore.Layer].
func (b *breaker) LayerStats() aerostore.LayerStats {
	stats := aerostore.LayerStats{Layer: breakerLayer}
	if b.whole != nil {
		b.whole.addTo(&stats)
		return stats
	}
	known := *b.byScope.Load()
	for _, name := range slices.Sorted(maps.Keys(known)) {
		known[name].addTo(&stats)
	}
	return stats
}

func (c *scopedCircuit) addTo(stats *aerostore.LayerStats) {
	stats.Events = c.appendTo(stats.Events)
	calls, failures := c.window.sum()
	state := stateOf(c.state.Load())
	stats.Gauges = append(stats.Gauges,
		aerostore.LayerGauge{Name: "state", Scope: c.scope, Value: float64(state), Kind: aerostore.GaugeMax},
		aerostore.LayerGauge{Name: "calls", Scope: c.scope, Value: float64(calls)},
		aerostore.LayerGauge{Name: "failures", Scope: c.scope, Value: float64(failures)},
	)
}
