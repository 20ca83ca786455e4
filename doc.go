// Package aerostore is a small interface over Aerospike, with middleware that
// composes like net/http's.
//
// An application uses a [Store]. Package asbackend implements it over a cluster,
// and package memory in the process, with the same answers. [Chain] wraps a Store
// in middleware:
//
//	store := aerostore.Chain(backend,
//		otelmw.Tracing(),           // outermost: a span for each operation
//		middleware.Retry(middleware.RetryOptions{}),
//		aerostore.Intercept(audit), // a layer of the application's own
//	)
//	record, err := store.Get(ctx, aerostore.NewKey("test", "users", "u1"))
//
// # Two views of an operation
//
// Store has a typed method for each operation, for applications and mocks. A layer
// that handles every operation the same way is written once, as an [Interceptor]:
// it wraps a [Handler], which takes a [Call] and returns a [Result]. [Intercept]
// makes a [Middleware] of Interceptors. [Do] runs a function, such as a truncation,
// through the same layers.
//
// # Errors
//
// A failed operation returns an [*Error]. It says what was tried, on which
// namespace and set, what the server answered and what to do. [InDoubt] reports
// whether a write may have been applied although it failed. Use errors.Is for the
// common outcomes:
//
//	if errors.Is(err, aerostore.ErrNotFound) { … }
//
// # Privacy
//
// No error of this module contains a user key or a bin value. A [Key], a [Call] and an [Operation]
// do not print them, even inside other values. [Bins] print their values.
package aerostore
