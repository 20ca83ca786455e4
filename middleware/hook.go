package middleware

import (
	"context"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// An Event is something that a layer did, as it is told to a [Hook].
type Event struct {
	Layer string // as in [aerostore.LayerStats]: "circuit_breaker"
	Name  string // as in [aerostore.LayerEvent]: "rejected"
	Scope string // the namespace or whatever it is about, "" for the whole store
}

// A Hook is told, as it happens, of each event that a layer counts. It is an
// option of [CircuitBreaker], [Hedge], [RateLimit], [ConcurrencyLimit],
// [Coalesce] and [ReadOnly]; [Retry] and [Timeout] have hooks of their own, which
// tell more.
//
// It is given the operation that brought the event about and called by the
// goroutine that runs it, with no lock held: many goroutines may be in it at
// once, and the operation waits for it. Nil is no hook.
//
// A hook that panics ends the operation with its panic, and leaves nothing
// behind: the operation's slot, probe or place in a shared read is free. Of the
// event panicked, which no caller is left to see, a panic of the hook is counted
// as another one.
type Hook func(ctx context.Context, call aerostore.Call, event Event)

func (h Hook) tell(ctx context.Context, call aerostore.Call, event Event) {
	if h != nil {
		h(ctx, call, event)
	}
}

// tallies count the events of a layer, or of one scope of it.
type tallies struct {
	layer, scope string
	hook         Hook
	names        []string
	counts       []atomic.Int64
}

func newTallies(layer, scope string, hook Hook, names ...string) tallies {
	return tallies{layer: layer, scope: scope, hook: hook, names: names, counts: make([]atomic.Int64, len(names))}
}

// happened counts an event and tells of it.
func (t *tallies) happened(ctx context.Context, call aerostore.Call, event int) {
	t.counts[event].Add(1)
	t.hook.tell(ctx, call, Event{Layer: t.layer, Name: t.names[event], Scope: t.scope})
}

// panickedUnseen counts a panic that no caller is left to go on with, on a
// goroutine where the hook's own panic would end the program. That counts, too.
func (t *tallies) panickedUnseen(ctx context.Context, call aerostore.Call, event int) {
	defer func() {
		if recover() != nil {
			t.counts[event].Add(1)
		}
	}()
	t.happened(ctx, call, event)
}

// appendTo appends what was counted.
func (t *tallies) appendTo(events []aerostore.LayerEvent) []aerostore.LayerEvent {
	for i, name := range t.names {
		events = append(events, aerostore.LayerEvent{Name: name, Scope: t.scope, N: t.counts[i].Load()})
	}
	return events
}
