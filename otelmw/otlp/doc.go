// Package otlp sets OpenTelemetry up for applications that do not set it up
// themselves. Spans and metrics are exported over OTLP, by gRPC or HTTP, and the
// standard environment variables configure it:
//
//	func run(ctx context.Context) error {
//		backend, err := asbackend.Dial(ctx, "127.0.0.1:3000")
//		if err != nil {
//			return err
//		}
//		defer backend.Close()
//
//		if err := errors.Join(otlp.InitTracing(ctx), otlp.InitMetrics(ctx)); err != nil {
//			slog.Warn("telemetry is off, in part", "error", err)
//		}
//		defer otlp.Shutdown(context.WithoutCancel(ctx))
//
//		store := aerostore.Chain(backend, otelmw.Tracing(), otelmw.Metrics())
//		…
//	}
//
// Close the backend after [Shutdown], as the deferred calls above do. A closed backend
// has no counts of its connections for the last export.
//
// [InitTracing] and [InitMetrics] install the global providers, so the application's
// own spans and metrics are exported as well. If other code has already installed a
// provider or propagator, they keep it, and the middlewares use it. An application
// that sets OpenTelemetry up itself does not need this package.
//
// # Environment
//
//	OTEL_SDK_DISABLED                    true: nothing is recorded
//	OTEL_TRACES_EXPORTER                 otlp (the default), console, none, or a list
//	OTEL_METRICS_EXPORTER                with commas; with none, spans are recorded and
//	                                     propagated, and not exported
//	OTEL_EXPORTER_OTLP_PROTOCOL          grpc (the default) or http/protobuf
//	OTEL_EXPORTER_OTLP_ENDPOINT          http://localhost:4317; https:// for TLS; or a
//	                                     host with a port, or another gRPC target.
//	                                     Over HTTP http://localhost:4318, a URL to which
//	                                     /v1/traces and /v1/metrics are added
//	OTEL_EXPORTER_OTLP_…                 HEADERS, TIMEOUT, COMPRESSION, INSECURE,
//	                                     CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY;
//	                                     INSECURE applies to an endpoint that begins
//	                                     neither with http:// nor with https://
//	OTEL_EXPORTER_OTLP_TRACES_…          any of these for spans only; it takes precedence;
//	                                     over HTTP, its ENDPOINT is the URL as a whole
//	OTEL_EXPORTER_OTLP_METRICS_…         any of these for metrics only
//	OTEL_SERVICE_NAME                    aerostore; see WithServiceName
//	OTEL_RESOURCE_ATTRIBUTES             key=value,…
//	OTEL_PROPAGATORS                     tracecontext,baggage; or none
//	OTEL_TRACES_SAMPLER, …_ARG           parentbased_always_on
//	OTEL_BSP_…                           MAX_QUEUE_SIZE, MAX_EXPORT_BATCH_SIZE,
//	                                     SCHEDULE_DELAY, EXPORT_TIMEOUT
//	OTEL_SPAN_…, OTEL_ATTRIBUTE_…        the limits of the SDK
//	OTEL_METRIC_EXPORT_INTERVAL          60000, in milliseconds
//	OTEL_METRIC_EXPORT_TIMEOUT           30000, in milliseconds
//	OTEL_METRICS_EXEMPLAR_FILTER         trace_based, always_on or always_off
//	OTEL_EXPORTER_OTLP_METRICS_…         TEMPORALITY_PREFERENCE: cumulative, delta or
//	                                     lowmemory; DEFAULT_HISTOGRAM_AGGREGATION
//
// A warning is logged once for an invalid value, with what is used instead. Warnings
// and errors name the variable. They never contain the value, which may hold a
// password. While InitTracing or InitMetrics runs, it replaces a variable with an
// invalid value, because the SDK would log the value. An invalid endpoint is an
// error, because telemetry would go nowhere or elsewhere. Operations continue without
// telemetry. A user name in an endpoint is left out: credentials belong in HEADERS.
//
// A number above the maximum becomes the maximum: a queue of 1048576 spans, a batch of
// 65536, a day for any time, and 2147483647 for other limits. A number below the minimum
// becomes the default. The minimum is 1. For EXPORT_TIMEOUT and TIMEOUT it is 0, and for
// the limits of the SDK -1; both mean no limit.
//
// # When the collector is down
//
// Neither InitTracing nor InitMetrics waits for a collector. Spans wait in a bounded
// queue, and metrics are aggregated in memory. Both are exported in the background, so a
// collector that is down, slow or full does not delay operations. Spans for which there
// is no room are dropped and counted. Metrics are not lost, because each export has the
// totals.
//
// A warning is logged once when exports begin to fail, with the reason, and once when
// spans begin to be dropped. An info record is logged when either ends, with the number
// of spans lost or dropped. If the collector accepts a batch only in part, a warning is
// logged once, and the rejected spans are counted as lost. [TracingStats] returns the
// counts at any time.
//
// [Flush] exports everything recorded so far, and export continues. [Shutdown]
// exports the rest of both signals concurrently and ends the export.
// [ShutdownTracing] and [ShutdownMetrics] do this for one signal. All take until
// their context is done, or at most five seconds if it has no deadline. They return
// an error that says what could not be sent. If the collector's address refuses
// connections or does not exist, a shutdown does not wait for another attempt.
//
// A console that blocks, such as a pipe that is not read, does not delay operations
// either. The spans being written are counted as lost when the export times out, and the
// goroutine that writes them ends with the pipe.
package otlp
