package middleware

import (
	"context"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// A CoalesceOption changes what [Coalesce] does: a [Hook]. Nil is none.
type CoalesceOption interface {
	applyCoalesce(*coalesceConfig)
}

type coalesceConfig struct{ hook Hook }

func (h Hook) applyCoalesce(c *coalesceConfig) { c.hook = h }

// Coalesce returns a middleware that answers reads of one record that run at the
// same time with a single one, so that a record that everybody wants at once is
// read once. Get, Select and Exists are coalesced with others that ask for the
// same with the same options; everything else passes as it is.
//
// # Consistency
//
// Coalescing changes no answer that this store, with this layer, could tell
// apart: a read is joined only if it began when no write to its record was under
// way and no such write has begun since. So a read that begins after a write has
// returned is never answered by one that began before it, whoever wrote. While a
// write to a record is under way each read of it goes alone. Writes by the
// digest of a key and custom calls that write may be to any record and count as
// writes to all; a record read by its digest is not coalesced.
//
// Of a write that did not pass through this layer, such as another process's or
// one in doubt that is applied after it failed, a read may miss what was applied
// while the read that it joined was under way, and no longer.
//
// # Callers
//
// Each caller gets a record of its own, copied where there are several, and is
// answered at once when its own context ends. The read runs on a goroutine of
// its own. Its context has the values of the first caller's, and so its trace,
// and no deadline: nobody's may end it for the others. It is canceled when the
// last caller has left. A limit that holds for all, such as [Timeout] sets,
// belongs inside Coalesce. An error is everybody's; so is a panic, which each
// caller's goroutine goes on with as a [PanicError]. If no caller is left it is
// the event panicked.
//
// The attempts of the shared read are in the result of one caller alone, the
// first one unless it left, so that adding up attempts counts each once. The
// others have 0.
//
// # Counts
//
// The layer "coalesce" has the events joined, reads that were answered by
// another's, and panicked, of which a [Hook] is told, and the level in_flight,
// reads under way.
//
// A read that nobody joins costs a goroutine and a context: some microseconds
// and six allocations.
func Coalesce(opts ...CoalesceOption) aerostore.Middleware {
	var config coalesceConfig
	for _, opt := range opts {
		if opt != nil {
			opt.applyCoalesce(&config)
		}
	}
	return aerostore.WithLayer(func() *coalesce {
		c := &coalesce{tallies: newTallies(coalesceLayer, "", config.hook, "joined", "panicked")}
		c.shards.init()
		return c
	})
}

const coalesceLayer = "coalesce"

// The events of Coalesce.
const (
	coalesceJoined = iota
	coalescePanicked
)

type coalesce struct {
	tallies
	shards  flightShards
	running atomic.Int64
}

// Intercept implements [aerostore.Layer].
func (c *coalesce) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		switch call.Op {
		case aerostore.OpGet, aerostore.OpSelect, aerostore.OpExists:
			if call.Key.IsDigest() || ctx.Err() != nil {
				return next(ctx, call)
			}
			return c.read(ctx, call, next)
		}
		if !call.Writes() {
			return next(ctx, call)
		}
		return c.write(ctx, call, next)
	}
}

func (c *coalesce) read(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	f, joined := c.shards.of(call.Key).board(ctx, call)
	if f == nil {
		return next(ctx, call)
	}
	aboard := true
	defer func() {
		if aboard { // the hook did not return
			f.leave(joined)
		}
	}()
	if joined {
		c.happened(ctx, call, coalesceJoined)
	} else {
		c.running.Add(1)
		go c.fly(f, next)
	}
	select {
	case <-f.landed:
	case <-ctx.Done():
		aboard = false
		if f.leave(joined) {
			return aerostore.Result{}, call.NewContextError(aerostore.ContextError(ctx))
		}
		<-f.landed
	}
	aboard = false
	return f.share(joined)
}

func (c *coalesce) fly(f *flight, next aerostore.Handler) {
	carryOut(f.ctx, f.call, next, func(o outcome) {
		c.running.Add(-1)
		if awaited := f.land(o); !awaited && o.panicked != nil {
			c.panickedUnseen(f.ctx, f.call, coalescePanicked)
		}
	})
}

func (c *coalesce) write(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if !namesRecords(call) {
		c.shards.beginAny()
		defer c.shards.endAny()
		return next(ctx, call)
	}
	for i := range call.Len() {
		key := call.KeyAt(i)
		c.shards.of(key).begin(key)
	}
	defer func() {
		for i := range call.Len() {
			key := call.KeyAt(i)
			c.shards.of(key).end(key)
		}
	}()
	return next(ctx, call)
}

// namesRecords reports whether the call says which records it is about, in the
// way in which reads name them.
func namesRecords(call aerostore.Call) bool {
	for i := range call.Len() {
		if call.KeyAt(i).IsDigest() {
			return false
		}
	}
	return call.Len() > 0 || call.IsBatch()
}

// LayerStats implements [aerostore.Layer].
func (c *coalesce) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{
		Layer:  coalesceLayer,
		Events: c.appendTo(nil),
		Gauges: []aerostore.LayerGauge{{Name: "in_flight", Value: float64(c.running.Load())}},
	}
}
