package middleware

import (
	"context"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// CoalesceOptions are the options of [Coalesce].
type CoalesceOptions struct {
	// OnEvent is called for each event.
	OnEvent Hook
}

// Coalesce returns a middleware that answers reads of one record that run at the
// same time with a single read. It helps when many callers want the same record at
// once. Get, Select and Exists are coalesced with others of the same operation,
// bins and options. Everything else passes unchanged.
//
// # Consistency
//
// A read joins another only if no write to the record was running when the other
// began, and none has begun since. So a read that begins after a write has returned
// is never answered by a read that began before it. While a write to a record
// runs, each read of it goes alone. A write by a key's digest, and a custom call
// that writes, may be to any record and count as a write to all. A read by a digest
// is not coalesced.
//
// This holds for writes through this layer of this store. A read may miss another
// write, such as one of another process, if that was applied while the read that
// it joined was running. The same is true of a write in doubt that is applied
// after its error.
//
// # Callers
//
// Each caller gets its own copy of the record, and is answered at once when its
// own context ends. The read runs on its own goroutine. Its context has the values
// of the first caller's, and so its trace, but no deadline. It is canceled when the
// last caller has left. A limit for all callers, such as [Timeout], belongs inside
// Coalesce.
//
// All callers get the same error. If the read panics, all callers panic with a
// [PanicError]. If no caller is left, that is the event panicked.
//
// The result of one caller has the attempts of the shared read: the first caller,
// unless it left. The results of the others have 0, so that a sum counts each
// attempt once.
//
// # Events
//
// The layer "coalesce" has the events joined, reads that joined another, and
// panicked. It has the gauge in_flight, the reads that run.
//
// A read that no other joins costs a goroutine and a context: some microseconds
// and six allocations.
func Coalesce(opts CoalesceOptions) aerostore.Middleware {
	return aerostore.WithLayer(func() *coalesce {
		c := &coalesce{counters: newCounters(coalesceLayer, "", opts.OnEvent, "joined", "panicked")}
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
	counters
	shards  readShards
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
	shared, joined := c.shards.of(call.Key).join(ctx, call)
	if shared == nil {
		return next(ctx, call)
	}
	waiting := true
	defer func() {
		if waiting { // the hook panicked or exited
			shared.leave(joined)
		}
	}()
	if joined {
		c.count(ctx, call, coalesceJoined)
	} else {
		c.running.Add(1)
		go c.run(shared, next)
	}
	select {
	case <-shared.done:
	case <-ctx.Done():
		waiting = false
		if shared.leave(joined) {
			return aerostore.Result{}, call.NewContextError(aerostore.ContextError(ctx))
		}
		<-shared.done
	}
	waiting = false
	return shared.resultFor(joined)
}

func (c *coalesce) run(shared *sharedRead, next aerostore.Handler) {
	carryOut(shared.ctx, shared.call, next, func(o outcome) {
		c.running.Add(-1)
		if awaited := shared.finish(o); !awaited && o.panicked != nil {
			c.countLostPanic(shared.ctx, shared.call, coalescePanicked)
		}
	})
}

func (c *coalesce) write(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if !namesRecords(call) {
		c.shards.beginAnyWrite()
		defer c.shards.endAnyWrite()
		return next(ctx, call)
	}
	for i := range call.Len() {
		key := call.KeyAt(i)
		c.shards.of(key).beginWrite(key)
	}
	defer func() {
		for i := range call.Len() {
			key := call.KeyAt(i)
			c.shards.of(key).endWrite(key)
		}
	}()
	return next(ctx, call)
}

// namesRecords reports whether the call names its records by keys, as reads do.
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
