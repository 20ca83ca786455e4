package middleware

import (
	"context"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// counters count the events of a layer, or of one of its scopes, and call its
// hook.
type counters struct {
	layer, scope string
	hook         Hook
	names        []string
	counts       []atomic.Int64
}

func newCounters(layer, scope string, hook Hook, names ...string) counters {
	return counters{layer: layer, scope: scope, hook: hook, names: names, counts: make([]atomic.Int64, len(names))}
}

// count counts an event once.
func (c *counters) count(ctx context.Context, call aerostore.Call, event int) {
	c.add(ctx, call, event, 1, Event{})
}

// add counts an event n times and calls the hook once. The detail has the
// fields of the event that are not the same for all events of its name.
func (c *counters) add(ctx context.Context, call aerostore.Call, event int, n int64, detail Event) {
	c.counts[event].Add(n)
	if c.hook != nil {
		detail.Layer, detail.Name, detail.Scope = c.layer, c.names[event], c.scope
		c.hook(ctx, call, detail)
	}
}

// countLostPanic counts a panic that no caller is left for. It recovers a panic
// of the hook, which would end the program, and counts that too.
func (c *counters) countLostPanic(ctx context.Context, call aerostore.Call, event int) {
	defer func() {
		if recover() != nil {
			c.counts[event].Add(1)
		}
	}()
	c.count(ctx, call, event)
}

// appendTo appends the counts.
func (c *counters) appendTo(events []aerostore.LayerEvent) []aerostore.LayerEvent {
	for i, name := range c.names {
		events = append(events, aerostore.LayerEvent{Name: name, Scope: c.scope, N: c.counts[i].Load()})
	}
	return events
}
