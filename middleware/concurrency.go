package middleware

import (
	"context"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// ErrConcurrencyLimited matches the error of an operation that a
// [ConcurrencyLimit] rejected.
var ErrConcurrencyLimited error = safe.NewSentinel("too many operations at once", "concurrency_limited")

// ConcurrencyOptions are the options of [ConcurrencyLimit].
type ConcurrencyOptions struct {
	// Queue is how many operations may wait for a slot. The default is as many as
	// the limit. With [None] no operation waits.
	Queue int

	// MaxWait is how long an operation may wait for a slot. The default is
	// 100 ms. An operation whose context ends earlier does not wait longer.
	MaxWait time.Duration

	// OnEvent, if not nil, is called for each event.
	OnEvent Hook
}

// ConcurrencyLimit returns a middleware that lets at most limit operations run at
// once. Further operations wait in a queue, first in, first out. An operation is
// rejected if the queue is full, or if it waited for MaxWait.
//
// The limit is for this process and this store. Say that N processes have a limit
// of L each, and the cluster does R operations per second. When all slots are
// taken, an operation takes N×L/R seconds. Keep that below the deadline, for the
// lowest R that you expect. Keep L above the number of operations that a hanging
// node can hold: those sent to it per second, times their deadline in seconds.
//
// Each operation holds one slot until it ends, a batch too. A query holds its slot
// during the caller's loop. An operation in the body of that loop needs another
// slot. If queries hold all slots, that operation waits for a slot that its own
// caller holds, and is rejected after MaxWait. Collect the records before you work
// on them, or keep the limit above the number of queries at once.
//
// A rejected operation has an error that matches [ErrConcurrencyLimited] and is
// never in doubt. The text says why. If its context ended while it waited, the
// error matches the context's error too.
//
// The layer "concurrency_limit" has the events waited and rejected, and the gauges
// limit, in_flight and waiting.
//
// ConcurrencyLimit panics if limit is not positive or an option is invalid.
func ConcurrencyLimit(limit int, opts ConcurrencyOptions) aerostore.Middleware {
	switch {
	case limit < 1:
		panic(fmt.Sprintf("middleware: ConcurrencyLimit of %d: must be positive", limit))
	case opts.Queue < None:
		panic(fmt.Sprintf("middleware: ConcurrencyLimit with a queue of %d: must be positive, or None", opts.Queue))
	case opts.MaxWait < 0:
		panic(fmt.Sprintf("middleware: ConcurrencyLimit with a wait of %v: must be positive", opts.MaxWait))
	}
	opts.Queue = orDefault(opts.Queue, limit)
	opts.MaxWait = orDefault(opts.MaxWait, 100*time.Millisecond)
	return aerostore.WithLayer(func() *concurrencyLimit {
		return &concurrencyLimit{
			ConcurrencyOptions: opts,
			counters:           newCounters(concurrencyLayer, "", opts.OnEvent, "waited", "rejected"),
			slots:              semaphore{limit: int64(limit)},
		}
	})
}

const concurrencyLayer = "concurrency_limit"

// The events of a concurrency limit.
const (
	concurrencyWaited = iota
	concurrencyRejected
)

type concurrencyLimit struct {
	ConcurrencyOptions
	counters
	slots semaphore
}

// Intercept implements [aerostore.Layer].
func (c *concurrencyLimit) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if !c.slots.try() {
			if err := c.await(ctx, call); err != nil {
				return aerostore.Result{}, err
			}
		}
		defer c.slots.free()
		return next(ctx, call)
	}
}

// await waits for a slot.
func (c *concurrencyLimit) await(ctx context.Context, call aerostore.Call) error {
	if err := aerostore.ContextError(ctx); err != nil {
		return call.NewContextError(err)
	}
	place, ok := c.slots.queueUp(c.Queue)
	if !ok {
		return c.reject(ctx, call, fmt.Sprintf("%d run and %d wait", c.slots.limit, c.Queue), nil)
	}
	if place == nil {
		return nil
	}
	switch granted, err := c.waitFor(ctx, call, place); {
	case err != nil:
		return c.reject(ctx, call, fmt.Sprintf("no slot of %d was free for it before its context ended", c.slots.limit), err)
	case !granted:
		return c.reject(ctx, call, fmt.Sprintf("no slot of %d was free for it within %v", c.slots.limit, c.MaxWait), nil)
	}
	return nil
}

// waitFor waits for a slot and reports whether there was one in time. If there
// was none, it leaves the queue, also if the hook panics or exits.
func (c *concurrencyLimit) waitFor(ctx context.Context, call aerostore.Call, place *waiter) (granted bool, err error) {
	timer := time.NewTimer(c.MaxWait)
	defer timer.Stop()
	defer func() {
		if !granted {
			c.slots.leave(place)
		}
	}()
	c.count(ctx, call, concurrencyWaited)
	select {
	case <-place.granted:
		return true, nil
	case <-timer.C:
		return false, nil
	case <-ctx.Done():
		return false, aerostore.ContextError(ctx)
	}
}

func (c *concurrencyLimit) reject(ctx context.Context, call aerostore.Call, reason string, ended error) error {
	c.count(ctx, call, concurrencyRejected)
	return call.NewError(aerostore.CodeOK, &RejectedError{Err: ErrConcurrencyLimited, reason: reason, ended: ended})
}

// LayerStats implements [aerostore.Layer].
func (c *concurrencyLimit) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{
		Layer:  concurrencyLayer,
		Events: c.appendTo(nil),
		Gauges: []aerostore.LayerGauge{
			{Name: "limit", Value: float64(c.slots.limit)},
			{Name: "in_flight", Value: float64(c.slots.held.Load())},
			{Name: "waiting", Value: float64(c.slots.queued())},
		},
	}
}
