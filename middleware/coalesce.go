package middleware

import (
	"context"
	"iter"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// CoalesceOptions are the options of [Coalesce].
type CoalesceOptions struct {
	// OnEvent, if not nil, is called for each event.
	OnEvent Hook
}

// Coalesce returns a middleware that lets concurrent reads of one record share a
// single read. It helps when many callers want the same record at once. A Get,
// Select, Exists or Operate that only reads joins another one of the same record
// with the same bins, operations and options. Everything else passes unchanged.
//
// # Consistency
//
// A read joins another only if no write to the record was running when the other
// began, and none has begun since. So a read that begins after a write has returned
// is never answered by a read that began before it. While a write to a record runs,
// reads of it do not join each other. A write by a key's digest, or a custom call
// that writes, may change any record and is treated as a write to all. A read by a
// digest is not coalesced.
//
// This holds for writes through this layer of this store. A read may miss another
// write, such as one of another process, if that write was applied while the read
// that it joined was running. The same is true of a write in doubt that is
// applied after its error.
//
// # Callers
//
// Each caller gets its own copy of the record, and is answered at once when its own
// context ends. The read runs on its own goroutine. Its context has the values of
// the first caller's context, including the trace, but no deadline. It is canceled
// when the last caller has left. A limit for all callers, such as [Timeout],
// belongs inside Coalesce.
//
// All callers get the same error. If the read panics, all callers panic with a
// [PanicError]. If no caller is left, the panic is counted as the event
// panicked.
//
// Result.Attempts of one caller is the number of attempts of the shared read.
// This is the first caller, or another if the first has left. For all others it
// is 0, so that a sum counts each attempt once.
//
// # Events
//
// The layer "coalesce" has the events joined, for reads that joined another,
// and panicked. Its gauge in_flight is the number of reads that run.
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
		switch {
		case call.Writes():
			return c.write(ctx, call, next)
		case !call.Op.IsSingle(), call.Key.IsDigest(), ctx.Err() != nil:
			return next(ctx, call)
		default:
			return c.read(ctx, call, next)
		}
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
	if !namesWrites(call) {
		c.shards.beginAnyWrite()
		defer c.shards.endAnyWrite()
		return next(ctx, call)
	}
	for key := range written(call) {
		c.shards.of(key).beginWrite(key)
	}
	defer func() {
		for key := range written(call) {
			c.shards.of(key).endWrite(key)
		}
	}()
	return next(ctx, call)
}

// written returns the keys of the records that the call may change.
func written(call aerostore.Call) iter.Seq[aerostore.Key] {
	return func(yield func(aerostore.Key) bool) {
		for i := range call.Len() {
			if call.WritesAt(i) && !yield(call.KeyAt(i)) {
				return
			}
		}
	}
}

// namesWrites reports whether the call names the records that it may change by keys, as
// reads do.
func namesWrites(call aerostore.Call) bool {
	for key := range written(call) {
		if key.IsDigest() {
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
