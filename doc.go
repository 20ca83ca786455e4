// Package aerostore gives Go services one small interface over Aerospike and a
// chain of middleware around it that works like net/http's.
//
// An application holds a [Store]. Behind it stands a real cluster
// (package asbackend) or a store in memory that answers like one (package
// memory), and around it whatever the application composed at start-up:
//
//	store := aerostore.Chain(backend,
//		otelmw.Tracing(),             // outermost: a span for each operation
//		aerostore.Intercept(audit),   // something of one's own
//	)
//	record, err := store.Get(ctx, aerostore.NewKey("test", "users", "u1"))
//
// # Two shapes
//
// Applications and mocks want typed methods: Store has fifteen, each under a
// context. A layer that cares about all of them wants to be written once: a
// [Handler] takes any operation as a [Call] and returns a [Result], an
// [Interceptor] wraps a Handler, and [Intercept] turns Interceptors into a
// [Middleware]. [Chain] stacks Middlewares, the first one outermost. [Do] runs
// anything else, such as a truncation, through the same layers.
//
// # Errors
//
// Operations fail with an [*Error] that says what was tried, where, what the
// server answered and, by [InDoubt], whether a write may have been applied all
// the same. Match the common outcomes with errors.Is:
//
//	if errors.Is(err, aerostore.ErrNotFound) { … }
//
// No error, and nothing that prints a [Key], a [Call] or an [Operation], holds a
// user key or a bin value, wherever they stand. [Bins] print their values.
package aerostore
