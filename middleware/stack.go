package middleware

import (
	"reflect"
	"time"

	"github.com/aerostore/aerostore"
)

// A Stack has a field for each layer, from the outermost to the one next to the
// backend. A layer that is nil is left out.
//
//	stack := middleware.Production()
//	stack.Log = middleware.Log(logger, middleware.LogOptions{})
//	stack.ConcurrencyLimit = middleware.ConcurrencyLimit(64, middleware.ConcurrencyOptions{})
//	store := aerostore.Chain(backend, otelmw.Tracing(), otelmw.Metrics(), stack.Middleware())
//
// Tracing and Metrics go around the stack. They then report the operation that
// the application called, with all of its attempts. [Fault] goes inside, next to
// the backend. docs/production.md shows what goes wrong in another order.
type Stack struct {
	// Log writes one record for each operation, with the outcome of all of its
	// attempts.
	Log aerostore.Middleware

	// ReadOnly rejects a write before it uses anything of the layers inside.
	ReadOnly aerostore.Middleware

	// Coalesce is outside the layers that limit and try again: callers that
	// share a read share its attempts, its token and its slot.
	Coalesce aerostore.Middleware

	// Timeout bounds all attempts of an operation and the pauses between them.
	// It is inside Coalesce, so that it bounds the shared read too.
	Timeout aerostore.Middleware

	// Retry is outside the layers that count and limit, so that they see each
	// attempt.
	Retry aerostore.Middleware

	// Hedge is outside the layers that count and limit, so that they see both
	// attempts.
	Hedge aerostore.Middleware

	// CircuitBreaker is outside the limits. What an open circuit rejects takes
	// no token and no slot. What the limits reject is not a failure of the
	// cluster.
	CircuitBreaker aerostore.Middleware

	// RateLimit is outside ConcurrencyLimit: what it rejects or holds in its
	// queue takes no slot.
	RateLimit aerostore.Middleware

	// ConcurrencyLimit counts what runs in the cluster, including the attempts
	// that a hedge has abandoned.
	ConcurrencyLimit aerostore.Middleware
}

// Production returns the layers that suit most services: Timeout, Retry and
// CircuitBreaker.
//
// The timeout is one second, unless a call has its own [aerostore.Timeout].
// Queries and [aerostore.Do] have no timeout. There is one circuit for each
// namespace.
//
// Production leaves out Log, which needs a logger, and the limits, which need a
// number. It leaves out ReadOnly, which needs a switch. It leaves out Hedge and
// Coalesce, which start a goroutine for each read and help only with some loads.
func Production() Stack {
	return Stack{
		Timeout: Timeout(time.Second, TimeoutOptions{
			Limits: map[aerostore.Op]time.Duration{aerostore.OpQuery: None, aerostore.OpCustom: None},
		}),
		Retry:          Retry(RetryOptions{}),
		CircuitBreaker: CircuitBreaker(BreakerOptions{Scope: ByNamespace}),
	}
}

// Middleware returns the layers as one middleware, in the order of the fields.
func (s Stack) Middleware() aerostore.Middleware {
	var layers []aerostore.Middleware
	for _, field := range reflect.ValueOf(s).Fields() {
		layers = append(layers, field.Interface().(aerostore.Middleware))
	}
	return func(next aerostore.Store) aerostore.Store { return aerostore.Chain(next, layers...) }
}
