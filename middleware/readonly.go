package middleware

import (
	"context"

	"github.com/aerostore/aerostore"
)

// ErrReadOnly matches the error of a write that [ReadOnly] turned away.
var ErrReadOnly error = &sentinel{"the store is read-only", "read_only"}

// A ReadOnlyOption changes what [ReadOnly] does: [ReadOnlyWhile] or a [Hook]. Of
// two of a kind the last one counts; nil is none.
type ReadOnlyOption interface {
	applyReadOnly(*readOnly)
}

// ReadOnlyWhile is asked before each write whether writes are turned away at
// the moment. It may be called by many goroutines at once, as the method Load of
// an atomic.Bool may. Nil keeps the default, which is always.
type ReadOnlyWhile func() bool

func (o ReadOnlyWhile) applyReadOnly(r *readOnly) { r.while = o }
func (h Hook) applyReadOnly(r *readOnly)          { r.hook = h }

// ReadOnly returns a middleware that turns away everything that may change
// data, before anything is sent: operations for which [aerostore.Call.Writes]
// is true, an Operate with a single step that writes and custom calls that say
// so included. Reads pass.
//
//	var incident atomic.Bool // to be set by whoever is on call
//	store := aerostore.Chain(backend, middleware.ReadOnly(middleware.ReadOnlyWhile(incident.Load)))
//
// Writes that were let through before the switch may still be under way after
// it.
//
// What is turned away has an error that matches [ErrReadOnly] and is never in
// doubt. The layer "read_only" has the event rejected, of which a [Hook] is
// told, and the level active, which is 1 while writes are turned away.
func ReadOnly(opts ...ReadOnlyOption) aerostore.Middleware {
	var c readOnly
	for _, opt := range opts {
		if opt != nil {
			opt.applyReadOnly(&c)
		}
	}
	if c.while == nil {
		c.while = func() bool { return true }
	}
	return aerostore.WithLayer(func() *readOnly {
		return &readOnly{while: c.while, tallies: newTallies(readOnlyLayer, "", c.hook, "rejected")}
	})
}

const readOnlyLayer = "read_only"

type readOnly struct {
	while ReadOnlyWhile
	tallies
}

// Intercept implements [aerostore.Layer].
func (r *readOnly) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if call.Writes() && r.while() {
			r.happened(ctx, call, 0)
			return aerostore.Result{}, call.NewError(aerostore.CodeOK, &RejectedError{Layer: ErrReadOnly})
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
