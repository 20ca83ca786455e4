// Package middleware holds the layers that a Store is wrapped in and that need
// neither OpenTelemetry nor the Aerospike client.
//
//	stack := middleware.Production()
//	stack.Log = middleware.Log(logger) // inside Tracing: records find the span in their context
//	store := aerostore.Chain(backend, otelmw.Tracing(), stack.Middleware())
//
// [Stack] says in which order they belong and what goes wrong in another one.
// Those that keep count are an [aerostore.Layer].
//
// Each is an [aerostore.Middleware] that may wrap any number of stores, is safe
// for concurrent use and changes neither calls nor results beyond what it is
// for. What makes no sense is refused at wiring time, with a panic; what is
// valid never fails later.
//
// No layer shows a user key or a bin value to anybody.
package middleware
