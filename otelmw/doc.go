// Package otelmw instruments a Store with OpenTelemetry. [Tracing] is a
// middleware that makes one span for each operation, over any backend and
// whatever other layers there are:
//
//	store := aerostore.Chain(backend,
//		otelmw.Tracing(), // outermost: the span covers retries and all
//		retry,
//	)
//
// Spans follow the semantic conventions for database clients. They are of kind
// CLIENT and their parent is the span in the operation's context; layers
// inside Tracing find them in theirs. The span of a query lasts as long as the
// caller ranges over it.
//
// # Names
//
// A span is named after operation, namespace and set, "GET test.users", or as
// much of it as there is one of: "BATCH READ test" where the keys of a batch
// have several sets. [WithSpanNameFormatter] names it otherwise. A batch of
// exactly one key is shown as the operation on a single record that it
// amounts to: GET, PUT, OPERATE or REMOVE.
//
// # Attributes
//
//	db.system.name                 aerospike
//	db.namespace                   where all keys share it
//	db.collection.name             the set, where all keys share it
//	db.operation.name              GET, BATCH READ, …
//	db.operation.batch.size        keys of a batch, unless it is one
//	server.address, server.port    the configured seed, where the backend tells
//	network.peer.address, .port    the node that served it last, where known
//	db.response.returned_rows      of queries and batch reads; see WithRows
//	db.response.status_code        the server's result code, if not 0: "3"
//	error.type                     GENERATION_ERROR, …; timeout or canceled for
//	                               a context; panic; else the error's Go type
//	aerospike.in_doubt             true: the write may have been applied
//	aerospike.attempts             if there was more than one
//	aerospike.batch.failed         how many keys of a batch failed, if any
//	aerospike.key                  see WithKey
//
// Those that are known before the operation are there for samplers to see.
//
// # Failures
//
// A span of a failed operation has the status Error. That there is no record,
// or that a filter left it out, is an answer and no failure: such a span has
// the result code and no error. [WithErrorClassifier] draws the line
// elsewhere. A batch has failed if all of its keys have.
//
// No span holds a key, unless [WithKey] asks for it, or a bin value. The text
// of an [aerostore.Error] keeps that promise and becomes the description of
// the status; of another error, whose text may say anything, only the type is
// told.
//
// # Providers
//
// Without [WithTracerProvider], Tracing follows OpenTelemetry's global tracer
// provider: one that is installed later, or replaced, is picked up by the next
// operation. Package otlp installs one that exports over OTLP. As long as
// nobody has installed one, operations cost next to nothing and no span is
// made at all. Instrumentation that attaches to a process from outside and
// relies on OpenTelemetry's stand-in provider needs
// WithTracerProvider(otel.GetTracerProvider()): a provider given by hand is
// always asked.
package otelmw
