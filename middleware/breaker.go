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
	"github.com/aerostore/aerostore/internal/safe"
)

// ErrCircuitOpen matches the error of an operation that a [CircuitBreaker]
// rejected.
var ErrCircuitOpen error = safe.NewSentinel("the circuit breaker is open", "circuit_open")

// CircuitBreaker returns a middleware that stops sending operations to a cluster
// that fails them. Callers then fail at once instead of waiting for a timeout,
// and the cluster has time to recover.
//
// # States
//
// A closed circuit lets all operations pass. It opens when, within Window, at
// least MinCalls operations ended and at least the fraction FailureRate of them
// failed. An open circuit rejects all operations for OpenFor. Then it is half
// open and lets Probes operations run at once, the probes. It closes when that
// many have succeeded, and opens again when one fails.
//
// If a probe has not ended after another OpenFor, another operation may take its
// place, so that a hanging probe does not block the circuit. While the circuit is
// half open, the late success of a probe still counts. So does its late failure,
// unless a probe that began later has succeeded.
//
// Other operations are not counted if the circuit changed its state while they
// ran.
//
// # What counts
//
// A failure is an error for which IsFailure returns true, by default
// [IsClusterFailure]. A success is an answer of the cluster: a result, or another
// error that a server returned. Everything else is not counted:
//   - refused input,
//   - the caller's cancellation,
//   - rejections of other layers,
//   - a closed store,
//   - a timeout of an operation that had less time than MinTimeout.
//
// A timeout of an operation that had more time is a failure, even if the caller set
// the deadline. Most services notice only by their deadlines that a cluster hangs.
//
// A batch is counted once. It is a failure if it failed as a whole, or if at
// least the fraction FailureRate of its counted keys failed. A batch without
// counted keys is not counted.
//
// A query is counted when the caller's loop ends. Leaving the loop early is not a
// failure. The time in the body of the loop is subtracted from the time that the
// query had. A timeout is not counted if the body took more time than the cluster.
//
// A custom call is counted by the error of its function. Nil is a success. Do
// not use [aerostore.Do] for a function that may return without contacting the
// cluster. A layer that answers from elsewhere, such as a cache, belongs outside
// the breaker. An operation that panics is not counted.
//
// # Scope
//
// There is one circuit for the whole store, or one for each name that Scope
// returns. With the method ByNode of asbackend's Store, the outcome is attributed
// to the node that the client chooses first, even if the client then tries
// another.
//
// Aerospike's client has its own breaker for each node, on by default: see
// MaxErrorRate and ErrorRateWindow of its ClientPolicy. It counts each attempt of
// the client, also for batches and queries. What it rejects fails with
// [aerostore.CodeMaxErrorRate], which is a failure here.
//
// # Errors
//
// A rejected operation has an error that matches [ErrCircuitOpen] and is never in
// doubt. Its [RejectedError] says when the next probe may pass.
//
// # Events
//
// For each scope, the layer "circuit_breaker" has the events rejected, opened,
// half_opened and closed. It has the gauges state (0 closed, 1 half open, 2 open;
// the highest of several scopes), calls and failures, both within the window.
//
// CircuitBreaker panics if an option is invalid.
func CircuitBreaker(opts BreakerOptions) aerostore.Middleware {
	opts = opts.withDefaults()
	return aerostore.WithLayer(func() *breaker { return newBreaker(&opts) })
}

const breakerLayer = "circuit_breaker"

// The other events of a breaker have the numbers of the states.
const breakerRejected = open + 1

// maxScopes bounds the memory that a scope with many names can use.
const maxScopes = 100

// A breaker has circuits by scope.
type breaker struct {
	*BreakerOptions
	whole *scopedCircuit // nil if there is a scope

	growing sync.Mutex
	byScope atomic.Pointer[map[string]*scopedCircuit] // replaced under growing
}

type scopedCircuit struct {
	circuit
	counters
}

func newBreaker(opts *BreakerOptions) *breaker {
	b := &breaker{BreakerOptions: opts}
	if opts.Scope == nil {
		b.whole = b.newScope("")
	}
	b.byScope.Store(&map[string]*scopedCircuit{})
	return b
}

func (b *breaker) newScope(name string) *scopedCircuit {
	s := &scopedCircuit{}
	s.init(b.BreakerOptions)
	s.counters = newCounters(breakerLayer, name, b.OnEvent, "closed", "half_opened", "opened", "rejected")
	return s
}

func (b *breaker) circuitOf(name string) *scopedCircuit {
	if c := (*b.byScope.Load())[name]; c != nil {
		return c
	}
	return b.grow(name)
}

// grow returns the circuit of a name, which may be new.
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
			c = b.circuitOf(b.Scope(call))
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
			b.settle(ctx, call, c, ticket, b.judge(ctx, call, result, err, given < b.MinTimeout))
			return result, err
		}
		c.succeed(ticket)
		return result, nil
	}
}

// probe rejects a call or lets it pass as a probe. The probe's place is released
// however the call ends.
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
		c.count(ctx, call, became)
	}
	result, v, err = b.try(ctx, call, next)
	return result, err
}

// try runs a call and returns the verdict on the cluster.
func (b *breaker) try(
	ctx context.Context, call aerostore.Call, next aerostore.Handler,
) (aerostore.Result, verdict, error) {
	deadline, limited := ctx.Deadline()
	given := timeGiven(deadline, limited, call.Options.Timeout)
	var loop loopTime
	result, err := next(ctx, loop.around(call))
	hurried := given-loop.body < b.MinTimeout || err != nil && loop.isMostlyBody()
	return result, b.judge(ctx, call, result, err, hurried), err
}

func (b *breaker) settle(ctx context.Context, call aerostore.Call, c *scopedCircuit, ticket uint64, v verdict) {
	if became := c.settle(ticket, v); became >= 0 {
		c.count(ctx, call, became)
	}
}

const unlimited = time.Duration(math.MaxInt64)

// timeGiven returns how long a call may take by its context and its timeout.
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
	c.count(ctx, call, breakerRejected)
	return call.NewError(aerostore.CodeOK, &RejectedError{
		Err: ErrCircuitOpen, Scope: c.scope, RetryAfter: wait, reason: "too many operations failed",
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
