package middleware

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// Hedge returns a middleware that sends a read a second time if the first attempt
// takes long, and returns the first answer. A slow node or a lost packet then
// does not slow down the answer. Hedge helps if most reads are quick and a few
// are slow by chance. If all reads are slow it adds load, which Budget limits.
//
// Hedge applies to Get, Select, Exists and BatchRead, and to Operate, BatchOperate
// and BatchWrite if all of their operations read. Everything else passes unchanged.
//
// # When
//
// The second attempt begins after MinDelay or the Quantile of the times of recent
// operations, whichever is longer. A failure before that is returned at once. With
// two attempts the first answer wins, even the answer that there is no record. If
// one attempt fails, the other decides. If both fail, Hedge returns the error of
// the first attempt. Result.Attempts counts both. An attempt that has not ended
// counts as 1.
//
// # Abandoned attempts
//
// Attempts run on their own goroutines. Their context has the caller's values and
// ends when the caller has its answer. The caller is answered at once when its
// own context ends. An abandoned attempt ends when the layers inside react to
// their context. asbackend does not interrupt a command that was sent. The
// command ends with its answer or a timeout of its policy. MaxAbandoned limits
// the number of abandoned attempts.
//
// If an attempt panics, the caller's goroutine panics with a [PanicError]. If the
// caller already has its answer, the panic is counted as the event panicked.
//
// # Events
//
// The layer "hedge" has the events
//
//	hedged       a second attempt began
//	won          the second attempt answered first
//	over_budget  a second attempt was due, but the budget was empty
//	panicked     an attempt panicked after its caller had an answer
//
// and the gauges
//
//	delay      the delay before a second attempt, in seconds
//	in_flight  attempts that run
//	abandoned  attempts that run although their caller has an answer
//
// A read that is not hedged costs a goroutine, a timer and a context: some
// microseconds and nine allocations.
//
// Hedge panics if an option is invalid.
func Hedge(opts HedgeOptions) aerostore.Middleware {
	opts = opts.withDefaults()
	return aerostore.WithLayer(func() *hedge { return newHedge(opts) })
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
	HedgeOptions
	counters
	usual  quantile
	budget hedgeBudget

	running atomic.Int64 // attempts
	awaited atomic.Int64 // attempts whose callers have no answer yet
}

func newHedge(opts HedgeOptions) *hedge {
	h := &hedge{
		HedgeOptions: opts,
		counters:     newCounters(hedgeLayer, "", opts.OnEvent, "hedged", "won", "over_budget", "panicked"),
	}
	h.usual.init(opts.Quantile, opts.MinDelay)
	h.budget.init(opts.Budget)
	return h
}

// Intercept implements [aerostore.Layer].
func (h *hedge) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if !canHedge(call) || h.abandoned() >= int64(h.MaxAbandoned) || ctx.Err() != nil {
			return next(ctx, call)
		}
		h.budget.earn()
		r := &race{hedge: h, ctx: ctx, call: call.Clone(), next: next, arrivals: make(chan arrival, 2)}
		return r.run()
	}
}

// canHedge reports whether the call may be sent twice at once.
func canHedge(call aerostore.Call) bool {
	return call.Op != aerostore.OpQuery && call.Op != aerostore.OpCustom && !call.Writes()
}

// abandoned returns how many attempts run whose callers have an answer.
func (h *hedge) abandoned() int64 { return max(h.running.Load()-h.awaited.Load(), 0) }

// delay returns how long the first attempt must take before the second begins.
func (h *hedge) delay() time.Duration {
	if h.Quantile == 0 {
		return h.MinDelay
	}
	return max(h.usual.value(), h.MinDelay)
}

// LayerStats implements [aerostore.Layer].
func (h *hedge) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{
		Layer:  hedgeLayer,
		Events: h.appendTo(nil),
		Gauges: []aerostore.LayerGauge{
			{Name: "delay", Value: h.delay().Seconds(), Kind: aerostore.GaugeMax},
			{Name: "in_flight", Value: float64(h.running.Load())},
			{Name: "abandoned", Value: float64(h.abandoned())},
		},
	}
}
