// Package otelmw instruments a Store with OpenTelemetry. [Tracing] is a middleware that
// makes a span for each operation. [Metrics] is one that measures each operation. Both
// work with every backend and every other layer:
//
//	store := aerostore.Chain(backend,
//		otelmw.Tracing(), // outermost: the span covers all retries
//		otelmw.Metrics(), // directly inside: measures the same, with the span as exemplar
//		retry,
//	)
//
// Both follow the semantic conventions for database clients. Spans are of kind CLIENT.
// The parent of a span is the span in the operation's context, and layers inside Tracing
// find the span in theirs. A query lasts as long as the caller ranges over it. [Suppress]
// excludes operations from both.
//
// # Spans
//
// A span is named after operation, namespace and set: "GET test.users". The set, or both,
// are left out unless all keys share them: "BATCH READ test". [WithSpanNameFormatter]
// changes the names. A batch of exactly one key is named as the operation on a single
// record: GET, PUT, OPERATE or REMOVE.
//
//	db.system.name                 aerospike
//	db.namespace                   if all keys share it
//	db.collection.name             the set, if all keys share it
//	db.operation.name              GET, BATCH READ, …
//	db.operation.batch.size        keys of a batch, unless it is one
//	server.address, server.port    the configured seed, if the backend is a Describer
//	network.peer.address, .port    the node that served the operation last, if known
//	db.response.returned_rows      of queries and batch reads; see WithReturnedRows
//	db.response.status_code        the server's result code, if not 0: "3"
//	error.type                     GENERATION_ERROR, …; timeout or canceled for a
//	                               context; panic; otherwise the error's Go type
//	aerospike.in_doubt             true: the write may have been applied
//	aerospike.attempts             if there was more than one; of a shared read, for
//	                               one of its callers
//	aerospike.batch.failed         how many keys of a batch failed, if any
//	aerospike.key                  see WithKey
//
// Samplers see the attributes that are known before the operation.
//
// # Metrics
//
//	db.client.operation.duration        histogram, s: each operation
//	db.client.response.returned_rows    histogram, {row}: queries and batch reads
//	aerospike.client.retries            counter, {retry}: attempts after the first,
//	                                    those of a shared read once
//	aerospike.client.operations.active  up-down counter, {operation}: begun and not
//	                                    ended
//
// They have these attributes of the span, with the same values and conditions:
// db.system.name, db.namespace, db.collection.name, db.operation.name, server.address,
// server.port, error.type and db.response.status_code. The active operations have
// neither of the last two. A batch of one key counts as the operation on a single
// record.
//
// The application chooses the names of custom operations, namespaces, sets and error
// types. Beyond a limit they are reported as "other", and an error type as "_OTHER"; see
// [WithCardinalityLimit]. Errors do not count against the limit of operations.
//
// The counts of a backend that is an [aerostore.StatsReporter], such as package
// asbackend's, are read when the provider collects. Nothing is reported once the backend
// is closed:
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
// They have db.system.name, server.address, server.port, the attributes of
// [WithAttributes] and, except nodes.active, those of the node: network.peer.address and
// network.peer.port. A backend under several chains is reported once for each provider,
// with the attributes of the first chain. Several backends with the same attributes, such
// as Stores over one client, are added up.
//
// The events and gauges of each [aerostore.Layer] beneath Metrics in the chain are read
// when the provider collects:
//
//	aerospike.client.layer.events  counter, {event}
//	aerospike.client.layer.gauge   gauge, {gauge}
//
// They have db.system.name, server.address, server.port, the attributes of
// [WithAttributes], aerospike.layer.name ("retry"), and aerospike.layer.event or
// aerospike.layer.gauge. A value with a scope, a namespace or a node, also has
// aerospike.layer.scope. Values with the same attributes are combined: those of two layers of a
// kind in one chain, and those of chains that share a provider. Events are added up, and
// gauges combined by their [aerostore.GaugeKind]. A layer in several chains is reported
// once for each provider. LayerStats runs on the goroutine that collects: if it panics the
// program ends, and if it blocks so does the collection.
//
// A sampled span in the operation's context becomes the exemplar of its measurements.
// With Metrics directly inside Tracing that is the operation's own span. Both durations
// are then the same, except for the time that making the span takes.
//
// # Failures
//
// A failed operation has an error.type, and its span the status Error. A record that does
// not exist, or that a filter left out, is an answer and not a failure: it has the result
// code and no error. [WithErrorClassifier] changes that. A write in doubt is always a
// failure, and so is a batch whose keys all failed.
//
// Measurements have no key and no bin value, and neither have spans without [WithKey].
// The description of a span's status is the SafeMessage of an [aerostore.Error], which has
// neither. Of any other error only the type is reported, since its text may contain
// anything.
//
// # Functions in options
//
// Filters, classifiers, span name formatters and attribute functions run on the goroutine
// of the operation, which waits for them. They must be safe for concurrent use. They may
// use the context and must not modify the call or the result. A formatter must not call
// the store. A panic in one of them reaches the caller of the operation, whose result is
// lost. The span ends, and the operation is no longer active.
//
// # Providers
//
// Without [WithTracerProvider] and [WithMeterProvider] the middlewares use OpenTelemetry's
// global providers. If one is installed or replaced later, the next operation uses it.
// Package otlp installs providers that export over OTLP. While none is installed nothing
// is recorded, and the two layers take some 15 ns.
//
// Instrumentation that attaches to the process from outside and relies on OpenTelemetry's
// stand-in provider needs WithTracerProvider(otel.GetTracerProvider()). A provider set by
// an option is always used.
//
// The scope of spans and metrics is the path of this package. Its version is that of the
// module in the program's build information.
//
// Invalid options and providers are reported to OpenTelemetry's error handler, with what
// is used instead. Operations continue. The error handler may call the store.
package otelmw
