// Package middleware has the layers that protect a cluster and its callers:
// retries, timeouts, limits, a circuit breaker, and a log. It imports neither
// OpenTelemetry nor the Aerospike client.
//
//	stack := middleware.Production()
//	stack.Log = middleware.Log(logger, middleware.LogOptions{})
//	store := aerostore.Chain(backend, otelmw.Tracing(), stack.Middleware())
//
// A [Stack] puts layers in their order.
//
// # Options
//
// Each constructor takes a struct of options. The zero value of a field is its
// default. [None] switches off the limit that a field sets, if the comment of
// the field says so. Constructors panic if an option is invalid. Once
// constructed, a layer does not fail because of its options.
//
// Functions in options are called by many goroutines at once. The operation
// that they are called for waits for them.
//
// # Layers
//
// A middleware may wrap any number of stores and is safe for concurrent use.
// Each store that it wraps has its own counters and limits, except that stores
// share the Injector of a [Fault].
//
// All layers but [Log] implement [aerostore.Layer]: [aerostore.Layers] finds them,
// and otelmw exports their events and gauges as metrics.
//
// No layer passes a user key or a bin value to a log, an error or a counter.
package middleware
