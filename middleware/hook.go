package middleware

import (
	"context"
	"time"

	"github.com/aerostore/aerostore"
)

// A Hook is called for each event that a layer counts, other than "calls". It is
// the field OnEvent of the options.
//
// The call is the operation that caused the event, and ctx is its context. The
// goroutine of the operation calls the hook and waits for it. No lock is held,
// and many goroutines may call the hook at once. A nil Hook is not called.
//
// A panic in a hook ends the operation with that panic. The operation releases
// its slot, its probe and its place in a queue. The event "panicked" has no
// caller that could see the panic of a hook: it is recovered and counted as
// another "panicked".
type Hook func(ctx context.Context, call aerostore.Call, event Event)

// An Event is something that a layer did.
type Event struct {
	Layer string // as in [aerostore.LayerStats]: "circuit_breaker"
	Name  string // as in [aerostore.LayerEvent]: "rejected"
	Scope string // of a CircuitBreaker with a scope, "" otherwise

	// Err is how an attempt failed, for an event of Retry. For a batch it is the
	// error of the first key that the event is about. For an event of Timeout it
	// is the error that the operation returns. It is nil for other events.
	Err error

	// The following fields are for events of Retry, and zero for others.
	Attempt int           // the number of the attempt, from 1
	Keys    int           // keys of a batch that the event is about, 0 for a single record
	Wait    time.Duration // the pause before the next attempt, for "retries"
}
