// Package otlp sets OpenTelemetry up for applications that have no set-up of
// their own: two calls, configured by the standard environment variables,
// export spans over OTLP/gRPC.
//
//	func main() {
//		if err := otlp.InitTracing(ctx); err != nil {
//			slog.Warn("tracing is off", "error", err)
//		}
//		defer otlp.ShutdownTracing(context.Background())
//		store := aerostore.Chain(backend, otelmw.Tracing())
//		…
//	}
//
// [InitTracing] installs the global tracer provider, so the application's own
// spans are exported, too. It leaves a provider or propagator alone that
// somebody else installed: middleware follows that one. An application with a
// provider of its own needs nothing of this package.
//
// # Environment
//
//	OTEL_SDK_DISABLED                    true: no spans are made
//	OTEL_TRACES_EXPORTER                 otlp (the default), console, none, or several
//	                                     with commas between; with none, spans are made
//	                                     and passed on and nothing leaves the process
//	OTEL_EXPORTER_OTLP_ENDPOINT          http://localhost:4317; https:// for TLS
//	OTEL_EXPORTER_OTLP_TRACES_ENDPOINT   wins over the former
//	OTEL_EXPORTER_OTLP_PROTOCOL          grpc, the only one there is
//	OTEL_EXPORTER_OTLP_…                 HEADERS, TIMEOUT, COMPRESSION, INSECURE,
//	                                     CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY
//	OTEL_SERVICE_NAME                    aerostore, or see WithServiceName
//	OTEL_RESOURCE_ATTRIBUTES             key=value,…
//	OTEL_PROPAGATORS                     tracecontext,baggage; or none
//	OTEL_TRACES_SAMPLER, …_ARG           parentbased_always_on
//	OTEL_BSP_…                           MAX_QUEUE_SIZE, MAX_EXPORT_BATCH_SIZE,
//	                                     SCHEDULE_DELAY, EXPORT_TIMEOUT
//	OTEL_SPAN_…, OTEL_ATTRIBUTE_…        the limits of the SDK
//
// A value that this package does not know is warned about and the default used.
// An endpoint that makes no sense is an error of InitTracing, since spans would
// go nowhere or elsewhere; operations go on without spans.
//
// # When the collector is away
//
// InitTracing does not wait for a collector. Spans wait in a queue of bounded
// length and are exported in the background, so a collector that is down, slow
// or full never holds an operation up; spans for which there is no room are
// dropped and counted. The log says once that exporting fails, with the
// reason, and once that it works again. [ShutdownTracing] sends what is left,
// for five seconds unless its context says otherwise, and returns an error that
// says how much it could not send.
package otlp
