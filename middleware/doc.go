// Package middleware holds the layers that a Store is wrapped in and that need
// nothing but the standard library: no OpenTelemetry, no Aerospike client.
//
//	store := aerostore.Chain(backend,
//		otelmw.Tracing(),
//		middleware.Log(logger), // inside Tracing: records find the span in their context
//	)
//
// Each is an [aerostore.Middleware] that may wrap any number of stores, is safe
// for concurrent use and changes neither calls nor results beyond what it is
// for. What makes no sense is refused at wiring time, with a panic; what is
// valid never fails later.
//
// No layer shows a user key or a bin value to anybody.
package middleware
