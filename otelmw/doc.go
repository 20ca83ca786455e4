// Package otelmw instruments a Store with OpenTelemetry. [Tracing] is a
// middleware that makes one span for each operation, [Metrics] one that
// measures each, over any backend and whatever other layers there are:
//
//	store := aerostore.Chain(backend,
//		otelmw.Tracing(), // outermost: the span covers retries and all
//		otelmw.Metrics(), // directly inside: measures the same, and finds the span
//		retry,
//	)
//
// Both follow the semantic conventions for database clients. Spans are of kind
// CLIENT and their parent is the span in the operation's context; layers inside
// Tracing find them in theirs. A query lasts as long as the caller ranges over
// it. [Suppress] keeps an operation out of both.
//
// # Spans
//
// A span is named after operation, namespace and set, "GET test.users", or as
// much of it as there is one of: "BATCH READ test" where the keys of a batch
// have several sets. [WithSpanNameFormatter] names it otherwise. A batch of
// exactly one key is shown as the operation on a single record that it
// amounts to: GET, PUT, OPERATE or REMOVE.
//
// It has these attributes:
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
//	aerospike.attempts             if there was more than one; of a shared read, for
//	                               one of its callers
//	aerospike.batch.failed         how many keys of a batch failed, if any
//	aerospike.key                  see WithKey
//
// Those that are known before the operation are there for samplers to see.
//
// # Metrics
//
//	db.client.operation.duration        histogram, s: each operation
//	db.client.response.returned_rows    histogram, {row}: queries and batch reads
//	aerospike.client.retries            counter, {retry}: attempts beyond the first,
//	                                    those of a shared read once
//	aerospike.client.operations.active  up-down counter, {operation}: begun and not
//	                                    ended
//
// Their attributes are those of the span, db.system.name, db.namespace,
// db.collection.name, db.operation.name, server.address, server.port,
// error.type and db.response.status_code, with the same values and under the
// same conditions; that an operation is active is told without the last two. A
// batch of one key counts as the operation on a single record.
//
// Names of operations, namespaces, sets and types of errors come from the application,
// which may invent ever new ones. Beyond a limit they are reported as "other", and a
// type of error as "_OTHER"; [WithCardinalityLimit] says how many of each are told
// apart. Errors take no room of what operations are about.
//
// Of a backend that is an [aerostore.StatsReporter], as that of package
// asbackend is, its counts are told, too, read when the provider collects and
// not at all once the backend is closed:
//
//	aerospike.client.nodes.active              up-down counter, {node}: in use
//	aerospike.client.connections.open          up-down counter, {connection}
//	aerospike.client.connections.attempted     counter, {connection}
//	aerospike.client.connections.successful    counter, {connection}
//	aerospike.client.connections.failed        counter, {error}: opening or using one
//	aerospike.client.connections.timed_out     counter, {error}: among the failed
//	aerospike.client.connections.closed        counter, {connection}
//	aerospike.client.connections.idle_dropped  counter, {connection}
//	aerospike.client.pool.empty                counter, {connection}: not opened
//	aerospike.client.pool.overflow             counter, {connection}: closed
//	aerospike.client.circuit_breaker.hits      counter, {command}: refused
//	aerospike.client.tends.attempted           counter, {tend}
//	aerospike.client.tends.successful          counter, {tend}
//	aerospike.client.tends.failed              counter, {tend}
//	aerospike.client.partition_map.updates     counter, {update}
//	aerospike.client.nodes.added               counter, {node}
//	aerospike.client.nodes.removed             counter, {node}
//
// They have db.system.name, server.address, server.port, what [WithAttributes]
// says and, but for the first, the node: network.peer.address and
// network.peer.port. A backend under several chains is told of once for each
// provider, with the attributes of the chain that came first; several that count
// the same, such as Stores over one client, are added up.
//
// Of each [aerostore.Layer] beneath Metrics in the chain it is told what it did
// and how it stands, read when the provider collects:
//
//	aerospike.client.layer.events  counter, {event}
//	aerospike.client.layer.gauge   gauge, {gauge}
//
// They have db.system.name, server.address, server.port, what [WithAttributes]
// says, aerospike.layer.name ("retry"), aerospike.layer.event or
// aerospike.layer.gauge, and aerospike.layer.scope, the namespace or node that it
// is about, where it is about one. What has the same attributes is added up: two
// layers of a kind in one chain, and those of chains that share a provider. A
// layer that is reached through several chains is told of once for each provider.
// LayerStats of a layer of the application's own runs on the goroutine that
// collects: one that panics ends the program, and one that waits holds up the
// collection.
//
// A span in the operation's context that is sampled becomes the exemplar of its
// measurements. With Metrics directly inside Tracing that is the operation's
// own, and both take the same time but for what making the span takes.
//
// # Failures
//
// A failed operation has an error.type, and its span the status Error. That
// there is no record, or that a filter left it out, is an answer and no failure:
// it has the result code and no error. [WithErrorClassifier] draws the line
// elsewhere. A write in doubt has always failed, and a batch has if all of its keys
// have.
//
// No measurement holds a key or a bin value, and no span does, unless [WithKey]
// asks for the key. The SafeMessage of an [aerostore.Error] keeps that promise and
// becomes the description of the status; of another error, whose text may say
// anything, only the type is told.
//
// # Functions of the application's own
//
// Filters, classifiers, span name formatters and functions that make attributes run
// on the goroutine of the operation, from many goroutines at once, and the operation
// waits for them. They may use its context and must not change the call or the
// result. A formatter must not call the store. A panic in one of them goes on to the
// caller of the operation, whose result is lost; the span ends, and the operation is
// no longer active.
//
// # Providers
//
// Without [WithTracerProvider] and [WithMeterProvider], the middlewares follow
// OpenTelemetry's global providers: one that is installed later, or replaced, is
// picked up by the next operation. Package otlp installs some that export over
// OTLP. As long as nobody has installed one, operations cost next to nothing,
// and nothing is made or measured at all. Instrumentation that attaches to a
// process from outside and relies on OpenTelemetry's stand-in provider needs
// WithTracerProvider(otel.GetTracerProvider()): a provider given by hand is
// always asked.
//
// The scope of spans and measurements is this package's path, with the version of
// the module that the program was built with, where the build says it.
//
// What is wrong with an option or a provider is told to OpenTelemetry's error
// handler, with what is used instead. Operations go on. The handler may call the store.
package otelmw
