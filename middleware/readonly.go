package middleware

import (
	"context"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// ErrReadOnly matches the error of a write that [ReadOnly] rejected.
var ErrReadOnly error = safe.NewSentinel("the store is read-only", "read_only")

// ReadOnlyOptions are the options of [ReadOnly].
type ReadOnlyOptions struct {
	// While is called before each write and reports whether writes are rejected
	// at the moment. The default is to reject them always.
	While func() bool

	// OnEvent, if not nil, is called for each event.
	OnEvent Hook
}

// ReadOnly returns a middleware that rejects everything that may change data,
// before anything is sent: the operations for which [aerostore.Call.Writes] is
// true. These include an Operate with a single step that writes, and custom
// calls that write. Reads pass.
//
//	var incident atomic.Bool // a switch for the operator
//	store := aerostore.Chain(backend, middleware.ReadOnly(middleware.ReadOnlyOptions{While: incident.Load}))
//
// Writes that passed before the switch may still be running after it.
//
// A rejected operation has an error that matches [ErrReadOnly] and is never in
// doubt.
//
// The layer "read_only" has the event rejected and the gauge active, which is 1
// while writes are rejected.
func ReadOnly(opts ReadOnlyOptions) aerostore.Middleware {
	if opts.While == nil {
		opts.While = func() bool { return true }
	}
	return aerostore.WithLayer(func() *readOnly {
		return &readOnly{while: opts.While, counters: newCounters(readOnlyLayer, "", opts.OnEvent, "rejected")}
	})
}

const readOnlyLayer = "read_only"

type readOnly struct {
	while func() bool
	counters
}

// Intercept implements [aerostore.Layer].
func (r *readOnly) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if call.Writes() && r.while() {
			r.count(ctx, call, 0)
			return aerostore.Result{}, call.NewError(aerostore.CodeOK, &RejectedError{Err: ErrReadOnly})
		}
		return next(ctx, call)
	}
}

// LayerStats implements [aerostore.Layer].
func (r *readOnly) LayerStats() aerostore.LayerStats {
	active := 0.0
	if r.while() {
		active = 1
	}
	return aerostore.LayerStats{
		Layer:  readOnlyLayer,
		Events: r.appendTo(nil),
		Gauges: []aerostore.LayerGauge{{Name: "active", Value: active, Kind: aerostore.GaugeMax}},
	}
}
