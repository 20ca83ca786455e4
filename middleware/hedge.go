package middleware

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// Hedge returns a middleware that sends a read a second time if it takes long,
// and answers with whatever comes first, so that one slow node or lost packet
// does not make one slow answer. It helps where most reads are quick and few are
// slow for reasons of their own; where all are slow it would only add to the
// load, which [HedgeBudget] bounds.
//
// Hedged are Get, Select, Exists, BatchRead, and Operate and BatchOperate whose
// operations only read. Everything else passes as it is.
//
// # When
//
// After [HedgeDelay], or [HedgeQuantile] of what operations have taken of late,
// whichever is longer. A failure before that is returned at once: trying again
// is for a retry. Once there are two attempts the first answer wins, also that
// there is no record; a failure waits for the other attempt, and if that fails,
// too, the error is that of the first one. Attempts in the result counts both, and
// for an attempt that has not ended 1.
//
// # What goes on
//
// Attempts run on goroutines of their own, with a context that has the caller's
// values and ends as soon as the caller is answered. The caller is answered at
// once when its own context ends. An attempt that is no longer needed ends when
// what is inside heeds its context; asbackend does not interrupt a command that
// was sent, so that it ends when the command does, by the timeouts of its policy
// at the latest. [HedgeLosers] bounds how many there may be.
//
// An attempt that panics does so on the caller's goroutine, with a [PanicError].
// If the caller has its answer already, it is the event panicked.
//
// # Counts
//
// The layer "hedge" has the events hedged (a second attempt was made), won (it
// answered first), over_budget (there was none to make) and panicked, of which a
// [Hook] is told, and the levels delay, in seconds, in_flight, the attempts under
// way, and losers, those among them that nobody waits for.
//
// A read that is not hedged costs a goroutine, a timer and a context: some
// microseconds and nine allocations.
//
// Hedge panics if the options make no sense.
func Hedge(opts ...HedgeOption) aerostore.Middleware {
	c := newHedgeConfig(opts)
	return aerostore.WithLayer(func() *hedge { return newHedge(c) })
}

const hedgeLayer = "hedge"

// The events of a hedge.
const (
	hedgeHedged = iota
	hedgeWon
	hedgeOverBudget
	hedgePanicked
)

type hedge struct {
	hedgeConfig
	tallies
	usual     quantile
	allowance allowance

	running atomic.Int64 // attempts
	awaited atomic.Int64 // attempts whose callers have no answer yet
}

func newHedge(c hedgeConfig) *hedge {
	h := &hedge{hedgeConfig: c, tallies: newTallies(hedgeLayer, "", c.hook, "hedged", "won", "over_budget", "panicked")}
	h.usual.follow(c.quantile, c.delay)
	h.allowance.part = int64(c.budget * allowanceUnit)
	h.allowance.saved.Store(allowanceMost)
	return h
}

// Intercept implements [aerostore.Layer].
func (h *hedge) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if !canHedge(call) || h.losing() >= h.losers || ctx.Err() != nil {
			return next(ctx, call)
		}
		h.allowance.earn()
		r := &race{hedge: h, ctx: ctx, call: call.Clone(), next: next, arrivals: make(chan arrival, 2)}
		return r.run()
	}
}

// canHedge reports whether the call may be sent twice at once.
func canHedge(call aerostore.Call) bool {
	return call.Op != aerostore.OpQuery && call.Op != aerostore.OpCustom && !call.Writes()
}

// losing returns how many attempts nobody waits for.
func (h *hedge) losing() int64 { return max(h.running.Load()-h.awaited.Load(), 0) }

// after returns how long an operation must take to be hedged.
func (h *hedge) after() time.Duration {
	if h.quantile == 0 {
		return h.delay
	}
	return max(h.usual.now(), h.delay)
}

// LayerStats implements [aerostore.Layer].
func (h *hedge) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{
		Layer:  hedgeLayer,
		Events: h.appendTo(nil),
		Gauges: []aerostore.LayerGauge{
			{Name: "delay", Value: h.after().Seconds(), Kind: aerostore.GaugeMax},
			{Name: "in_flight", Value: float64(h.running.Load())},
			{Name: "losers", Value: float64(h.losing())},
		},
	}
}

// A race is one operation with its attempts.
type race struct {
	*hedge
	ctx      context.Context // the caller's; lives no longer than the attempts
	call     aerostore.Call
	next     aerostore.Handler
	arrivals chan arrival // with room for all
	started  int64
	over     atomic.Bool // the caller has its answer
}

// An arrival is how an attempt ended.
type arrival struct {
	outcome
	second bool
}

// settles reports whether the arrival is the answer, whatever the other attempt
// may come to.
func (a *arrival) settles() bool {
	return a.err == nil || aerostore.IsNoRecord(a.err) || a.panicked != nil || a.exited
}

func (r *race) run() (aerostore.Result, error) {
	ctx, cancel := context.WithCancel(r.ctx)
	defer func() {
		cancel()
		r.awaited.Add(-r.started)
		r.over.Store(true)
		r.drain()
	}()
	start := time.Now()
	r.start(ctx)
	timer := time.NewTimer(r.after())
	defer timer.Stop()
	select {
	case a := <-r.arrivals:
		if a.settles() {
			r.usual.add(time.Since(start))
		}
		return a.give()
	case <-r.ctx.Done():
		return aerostore.Result{}, r.call.NewContextError(aerostore.ContextError(r.ctx))
	case <-timer.C:
	}
	r.usual.longer()
	if r.allowance.spend() {
		r.happened(r.ctx, r.call, hedgeHedged)
		r.start(ctx)
	} else {
		r.happened(r.ctx, r.call, hedgeOverBudget)
	}
	return r.finish()
}

// start begins an attempt.
func (r *race) start(ctx context.Context) {
	second := r.started > 0
	r.started++
	r.awaited.Add(1)
	r.running.Add(1)
	go r.attempt(ctx, second)
}

func (r *race) attempt(ctx context.Context, second bool) {
	carryOut(ctx, r.call, r.next, func(o outcome) {
		r.running.Add(-1)
		r.arrivals <- arrival{o, second}
		if r.over.Load() {
			r.drain()
		}
	})
}

// finish waits for the answer of any attempt.
func (r *race) finish() (aerostore.Result, error) {
	var failed *arrival
	for n := r.started; ; n-- {
		select {
		case a := <-r.arrivals:
			switch {
			case a.settles():
				if a.second {
					r.happened(r.ctx, r.call, hedgeWon)
				}
				return r.answer(&a, failed)
			case n > 1:
				failed = &a
			case failed != nil && r.ctx.Err() != nil:
				return aerostore.Result{Attempts: r.attempts(&a, failed)}, r.cut(failed)
			case failed != nil && a.second:
				return r.answer(failed, &a)
			default:
				return r.answer(&a, failed)
			}
		case <-r.ctx.Done():
			return aerostore.Result{Attempts: r.attempts(nil, failed)}, r.cut(failed)
		}
	}
}

// cut returns the error of an operation whose context ended, and how an attempt
// had failed, if any.
func (r *race) cut(failed *arrival) error {
	x := ending{n: int(r.started), last: r.call.NewContextError(aerostore.ContextError(r.ctx))}
	if failed == nil {
		return x.last
	}
	x.failure = failureOf(failed.err)
	return x.of(r.call)
}

// answer gives what an attempt gave, with the number of all. The other attempt is
// nil while it runs.
func (r *race) answer(a, other *arrival) (aerostore.Result, error) {
	result, err := a.give()
	if r.started > 1 {
		result.Attempts = r.attempts(a, other)
	}
	return result, err
}

// attempts adds up what is known of the attempts that layers inside made; one
// that has not ended is one.
func (r *race) attempts(ended ...*arrival) int32 {
	n := int32(r.started) //nolint:gosec // G115: 1 or 2
	for _, a := range ended {
		if a != nil {
			n += max(a.result.Attempts, 1) - 1
		}
	}
	return n
}

// drain looks at what came too late: nothing but a panic matters.
func (r *race) drain() {
	for {
		select {
		case a := <-r.arrivals:
			if a.panicked != nil {
				r.panickedUnseen(r.ctx, r.call, hedgePanicked)
			}
		default:
			return
		}
	}
}
