package middleware

import (
	"time"

	"github.com/aerostore/aerostore"
)

// A Stack is layers in the places where they belong. The settings are those of
// each layer, the order is the Stack's; a layer that is nil is left out.
//
//	stack := middleware.Production()
//	stack.Log = middleware.Log(logger)
//	stack.ConcurrencyLimit = middleware.ConcurrencyLimit(64)
//	store := aerostore.Chain(backend, otelmw.Tracing(), otelmw.Metrics(), stack.Middleware())
//
// # The order
//
// From the outermost to the one next to the backend:
//
//	Log               one record for each operation, with all that became of it
//	ReadOnly          nothing else has to be asked about a write that is refused
//	Coalesce          what is joined costs nothing further in: no attempt, no slot
//	Timeout           bounds all attempts with their pauses; inside Coalesce, so
//	                  that it holds for the read that is shared
//	Retry             sees what a single attempt came to, and each attempt is
//	                  counted, limited and refused like any other
//	Hedge             both attempts are load like any other
//	CircuitBreaker    counts what the cluster answered, and not what limits refuse
//	RateLimit         an attempt that is refused takes no slot
//	ConcurrencyLimit  holds as many as run in the cluster
//
// Tracing and metrics go around all of it: they tell of the operation that the
// application asked for. A layer that injects faults stands in for the backend
// and goes beneath.
//
// # Another order
//
// What goes wrong where two change places:
//
//   - CircuitBreaker outside Retry: it sees one failure where there were three
//     attempts, so that a cluster that fails gets three times as many before the
//     circuit opens, and failures that a retry mended are never seen.
//   - Timeout inside Retry: it bounds each attempt, and an operation may take as
//     long as all of them with their pauses. That is what [RetryAttemptTimeout] is
//     for.
//   - Coalesce inside a limit: everybody takes a slot or a turn to wait for one
//     read, and is turned away for want of one.
//   - Coalesce inside Timeout: the read that is shared has nobody's deadline, and
//     goes on as long as somebody waits.
//   - A limit outside Retry or Hedge: it lets through operations, not attempts,
//     and the cluster gets several times as many when it can bear it least.
//   - A limit outside CircuitBreaker: what an open circuit refuses takes turns
//     and slots from what it does not.
//   - Log inside Retry: a record for each attempt, none for the operation.
type Stack struct {
	Log              aerostore.Middleware
	ReadOnly         aerostore.Middleware
	Coalesce         aerostore.Middleware
	Timeout          aerostore.Middleware
	Retry            aerostore.Middleware
	Hedge            aerostore.Middleware
	CircuitBreaker   aerostore.Middleware
	RateLimit        aerostore.Middleware
	ConcurrencyLimit aerostore.Middleware
}

// Production returns the layers that serve most services without a number that
// only they know: a Timeout of one second, unless a call asks for another, which
// holds neither for queries nor for [aerostore.Do]; a Retry; and a CircuitBreaker for each namespace. An
// application changes what it wants to.
//
// It leaves out Log, which needs a logger; the limits, which need a number;
// ReadOnly, which is for those who want a switch; and Hedge and Coalesce, which
// cost a goroutine for each read and pay off for some loads only.
func Production() Stack {
	return Stack{
		Timeout:        Timeout(time.Second, TimeoutOps{Limit: None, Ops: []aerostore.Op{aerostore.OpQuery, aerostore.OpCustom}}),
		Retry:          Retry(),
		CircuitBreaker: CircuitBreaker(BreakerScope(ByNamespace)),
	}
}

// Middleware returns the layers as one.
func (s Stack) Middleware() aerostore.Middleware {
	return func(next aerostore.Store) aerostore.Store {
		return aerostore.Chain(next,
			s.Log,
			s.ReadOnly,
			s.Coalesce,
			s.Timeout,
			s.Retry,
			s.Hedge,
			s.CircuitBreaker,
			s.RateLimit,
			s.ConcurrencyLimit,
		)
	}
}
