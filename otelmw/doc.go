// Package otelmw instruments a Store with OpenTelemetry. [Tracing] makes a span for
// each operation. [Metrics] measures each operation. Both are middlewares that work
// with every backend and every other layer:
//
//	store := aerostore.Chain(backend,
//		otelmw.Tracing(), // outermost: the span covers all retries
//		otelmw.Metrics(), // directly inside: measures the same, with the span as exemplar
//		retry,
//	)
//
// Both follow the semantic conventions for database clients. Spans are of kind CLIENT.
// The parent of a span is the span in the operation's context, and layers inside Tracing
// find the span in theirs. The span of a query lasts as long as the caller ranges over
// it. [Suppress] excludes operations from both.
//
// # Spans
//
// A span is named after operation, namespace and set: "GET test.users". The set, or both,
// are left out unless all keys share them: "BATCH READ test". [WithQuerySummary] adds the
// steps of Operate, and [WithSpanNameFormatter] changes the names. A batch of exactly one key is named as the operation on a single
// record: GET, PUT, OPERATE or REMOVE.
//
//	db.system.name                 aerospike
//	db.namespace                   if all keys share it
//	db.collection.name             the set, if all keys share it
//	db.operation.name              GET, BATCH READ, …
//	db.operation.batch.size        keys of a batch, unless it is one
//	db.query.summary               OPERATE test.users LIST_APPEND MAP_PUT; see
//	                               WithQuerySummary
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
//	aerospike.attempts.omitted     attempts without a span; see WithAttempts
//
// [WithAttempts] makes a span named "attempt", of kind INTERNAL, for each attempt of an
// operation that took several. Of the attributes above it has those of the attempt's
// outcome: network.peer.address and .port, db.operation.batch.size,
// db.response.status_code, error.type and those that begin with aerospike, except for
// aerospike.key. It also has:
//
//	aerospike.attempt.number       from 1
//	aerospike.attempt.layer        retry, hedge or asbackend
//	aerospike.attempt.pause        s: since the end of the attempt before
//	aerospike.attempt.abandoned    true: the operation ended without its outcome
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
// db.system.name, db.namespace, db.collection.name, db.operation.name, db.query.summary,
// server.address, server.port, error.type and db.response.status_code.
// aerospike.client.operations.active has neither error.type nor
// db.response.status_code. A batch of one key counts as the operation on a single
// record.
//
// The application chooses the names of custom calls, namespaces, sets and error types.
// Beyond a limit they are reported as "other", and an error type as "_OTHER"; see
// [WithCardinalityLimit]. Errors do not count against the limit of operations.
//
// A backend that is an [aerostore.StatsReporter], such as that of package asbackend, has
// counts of its own. Metrics reads them when the provider collects, until the backend is
// closed:
//
//	aerospike.client.nodes.active              up-down counter, {node}: in use
//	db.client.connection.count                 up-down counter, {connection}: open
//	db.client.connection.max                   up-down counter, {connection}: allowed
//	db.client.connection.timeouts              counter, {timeout}: no connection in time
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
// These instruments have db.system.name, server.address, server.port and the attributes
// of [WithAttributes]. All but nodes.active also have those of the node:
// network.peer.address and network.peer.port. Those of the conventions, whose status is
// Development, also have db.client.connection.pool.name, "10.0.0.7:3000": each node has a
// pool. The db.client.connection.state of the count is "open", because the client does not
// report which connections are idle and which are used. A backend under several chains is reported
// once for each provider, with the attributes of the first chain. The counts of several
// backends with the same attributes, such as Stores over one client, are added up.
//
// When the provider collects, Metrics also reads the events and gauges of each
// [aerostore.Layer] beneath it in the chain:
//
//	aerospike.client.layer.events  counter, {event}
//	aerospike.client.layer.gauge   gauge, {gauge}
//
// Both have db.system.name, server.address, server.port, the attributes of [WithAttributes],
// aerospike.layer.name ("retry"), and aerospike.layer.event or aerospike.layer.gauge. A value
// with a scope, which is a namespace or a node, also has aerospike.layer.scope.
//
// Values with the same attributes are combined. Such values come from two layers of a kind in
// one chain, or from chains that share a provider. Events are added up. Gauges are combined by
// their [aerostore.GaugeKind]. A layer in several chains is reported once for each provider.
//
// LayerStats runs on the goroutine that collects. If it panics, the program ends. If it blocks,
// the collection blocks.
//
// A sampled span in the operation's context becomes the exemplar of its measurements.
// With Metrics directly inside Tracing it is the operation's own span. The durations of
// both are then the same, except for the time that it takes to make the span.
//
// # Failures
//
// A failed operation has an error.type, and its span has the status Error. A miss, or a
// record that a filter excluded, is an answer and not a failure. It has a result code,
// but no error.type. [WithErrorClassifier] changes that. A write in doubt is always a
// failure, and so is a batch whose keys all failed.
//
// Neither measurements nor spans contain user keys or bin values, except that [WithKey]
// adds user keys to spans. The description of a span's status is the SafeMessage of an
// [aerostore.Error]. For any other error only the type is reported, because its text may
// contain anything.
//
// # Functions in options
//
// Filters, classifiers, span name formatters and attribute functions run on the goroutine
// of the operation, which waits for them. They must be safe for concurrent use. They may
// use the context and must not modify the call or the result. A formatter must not call
// the store. A panic in one of them reaches the caller of the operation, and the result
// of the operation is lost. The span ends, and the operation no longer counts as active.
//
// # Providers
//
// Without [WithTracerProvider] and [WithMeterProvider] the middlewares use OpenTelemetry's
// global providers. If one is installed or replaced later, the next operation uses it.
// Package otlp installs providers that export over OTLP. While none is installed, nothing
// is recorded, and the two layers together take about 15 ns.
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
