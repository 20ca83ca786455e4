// Package aerostore is a small interface over Aerospike, with middleware that
// composes like net/http's.
//
// An application uses a [Store]. Package asbackend is a Store over an Aerospike
// cluster. Package memory is a Store in the process, for tests, that returns the
// same answers. [Chain] wraps a Store in middleware:
//
//	store := aerostore.Chain(backend,
//		otelmw.Tracing(),           // outermost: a span for each operation
//		middleware.Retry(middleware.RetryOptions{}),
//		aerostore.Intercept(audit), // a layer of the application
//	)
//	record, err := store.Get(ctx, aerostore.NewKey("test", "users", "u1"))
//
// # Two views of an operation
//
// [Store] has a typed method for each operation. Applications call these methods,
// and mocks implement them. A layer that treats all operations alike is an
// [Interceptor]. It wraps a [Handler], which takes a [Call] and returns a [Result].
// [Intercept] turns Interceptors into a [Middleware]. [Do] runs any other function,
// such as a user-defined one of the server, through the same layers.
//
// # Errors
//
// A failed operation returns an [*Error]. Its text names the operation, the
// namespace and set, and what the server answered, and says what to do. [InDoubt]
// reports whether a write may have been applied although it failed. Use errors.Is
// for the common outcomes:
//
//	if errors.Is(err, aerostore.ErrNotFound) { … }
//
// # Privacy
//
// No error of this module contains a user key or a bin value. A [Key], a [Call] and an [Operation]
// do not print them, even inside other values. [Bins] print their values.
package aerostore
