package middleware

import (
	"context"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
)

// ErrConcurrencyLimited matches the error of an operation that a
// [ConcurrencyLimit] turned away.
var ErrConcurrencyLimited error = &sentinel{"too many operations at once", "concurrency_limited"}

// ConcurrencyLimit returns a middleware that lets no more than limit operations
// run at once. What comes beyond waits in a queue, first come, first served;
// what finds the queue full or waits there too long is turned away.
// [ConcurrencyQueue] sets how many may wait and how long.
//
// The limit is that of this process and this store. A limit of L in each of N
// processes lets a cluster that does R operations in a second take N×L/R seconds
// for each of them: have that below the deadline, for a cluster at its slowest.
// Have L above what a node that hangs holds, which is the operations that go to
// it in as long as their deadline.
//
// Each operation holds one slot, a batch too, until it is over, however it
// ends. A query holds its slot while the caller ranges over it. An operation
// within the body of that loop needs another: where queries hold all of them,
// it waits for its own caller, in vain, and is turned away after the time that
// the queue allows. Collect what a query gives before going on with it, or have
// the limit above the number of queries that may run at once.
//
// What is turned away has an error that matches [ErrConcurrencyLimited], is
// never in doubt and says, in its text, why. One whose context ends while it
// waits matches the context's error, too.
//
// The layer "concurrency_limit" has the events waited and rejected, of which a
// [Hook] is told, and the levels limit, in_flight and waiting.
//
// ConcurrencyLimit panics if limit is not positive or the options make no
// sense.
func ConcurrencyLimit(limit int, opts ...ConcurrencyOption) aerostore.Middleware {
	config := newConcurrencyConfig(limit, opts)
	return aerostore.WithLayer(func() *concurrencyLimit {
		c := &concurrencyLimit{
			concurrencyConfig: config,
			tallies:           newTallies(concurrencyLayer, "", config.hook, "waited", "rejected"),
		}
		c.slots.limit = int64(limit)
		return c
	})
}

const concurrencyLayer = "concurrency_limit"

// The events of a concurrency limit.
const (
	concurrencyWaited = iota
	concurrencyRejected
)

type concurrencyLimit struct {
	concurrencyConfig
	tallies
	slots slots
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
	place, ok := c.slots.queueUp(c.queue.Length)
	if !ok {
		return c.reject(ctx, call, fmt.Sprintf("%d run and %d wait", c.limit, c.queue.Length), nil)
	}
	if place == nil {
		return nil
	}
	switch granted, err := c.waitFor(ctx, call, place); {
	case err != nil:
		return c.reject(ctx, call, fmt.Sprintf("no slot of %d was free for it before its context ended", c.limit), err)
	case !granted:
		return c.reject(ctx, call, fmt.Sprintf("no slot of %d was free for it within %v", c.limit, c.queue.Timeout), nil)
	}
	return nil
}

// waitFor waits for a slot and reports whether there was one in time. The place
// in the queue is left however else this ends: by the context, or by what the
// hook does.
func (c *concurrencyLimit) waitFor(ctx context.Context, call aerostore.Call, place *waiter) (granted bool, err error) {
	timer := time.NewTimer(c.queue.Timeout)
	defer timer.Stop()
	defer func() {
		if !granted {
			c.slots.leave(place)
		}
	}()
	c.happened(ctx, call, concurrencyWaited)
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
	c.happened(ctx, call, concurrencyRejected)
	return call.NewError(aerostore.CodeOK, &RejectedError{Layer: ErrConcurrencyLimited, reason: reason, ended: ended})
}

// LayerStats implements [aerostore.Layer].
func (c *concurrencyLimit) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{
		Layer:  concurrencyLayer,
		Events: c.appendTo(nil),
		Gauges: []aerostore.LayerGauge{
			{Name: "limit", Value: float64(c.limit)},
			{Name: "in_flight", Value: float64(c.slots.held.Load())},
			{Name: "waiting", Value: float64(c.slots.queued())},
		},
	}
}
