// Package otlp sets OpenTelemetry up for applications that have no set-up of
// their own: two calls for tracing and two for metrics, configured by the
// standard environment variables, export over OTLP/gRPC.
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
// The backend is closed after [Shutdown], since defer calls in reverse: once closed it
// has no counts of its connections for the last export to report.
//
// [InitTracing] and [InitMetrics] install the global providers, so the
// application's own spans and measurements are exported, too. They leave a
// provider or propagator alone that somebody else installed: middleware follows
// that one. An application with providers of its own needs nothing of this
// package.
//
// # Environment
//
//	OTEL_SDK_DISABLED                    true: nothing is made or measured
//	OTEL_TRACES_EXPORTER                 otlp (the default), console, none, or several
//	OTEL_METRICS_EXPORTER                with commas between; with none, spans are made
//	                                     and passed on and nothing leaves the process
//	OTEL_EXPORTER_OTLP_ENDPOINT          http://localhost:4317; https:// for TLS; or a
//	                                     host with a port, or another target of gRPC's
//	OTEL_EXPORTER_OTLP_PROTOCOL          grpc, the only one there is
//	OTEL_EXPORTER_OTLP_…                 HEADERS, TIMEOUT, COMPRESSION, INSECURE,
//	                                     CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY;
//	                                     INSECURE is for an endpoint that begins
//	                                     neither with http:// nor with https://
//	OTEL_EXPORTER_OTLP_TRACES_…          any of these for spans alone; it wins
//	OTEL_EXPORTER_OTLP_METRICS_…         and for metrics alone
//	OTEL_SERVICE_NAME                    aerostore, or see WithServiceName
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
// A value that cannot be used is warned about once, with what is used instead. The
// warning names the variable and not the value, which may hold a password; nor does
// any error or log record hold one. While a signal starts, a variable with such a value
// has what is used instead: the SDK would log the value. An endpoint that makes no
// sense is an error, since telemetry would go nowhere or elsewhere; operations go on
// without it. A user name in it is left out: credentials belong in HEADERS.
//
// A number that is too large becomes the largest that is used: a queue of 1048576 spans,
// a batch of 65536, a day for anything that takes time, 2147483647 for other limits. One
// below the least becomes the default. The least is 1, but 0 for EXPORT_TIMEOUT and
// TIMEOUT, which is no limit, and -1 for the limits of the SDK, which is none either.
//
// # When the collector is away
//
// Neither InitTracing nor InitMetrics waits for a collector. Spans wait in a
// queue of bounded length and measurements are added up in place; both are
// exported in the background, so a collector that is down, slow or full never
// holds an operation up. Spans for which there is no room are dropped and
// counted; of measurements nothing is lost, since each export has the totals.
//
// The log says once that exporting fails, with the reason, and once that it works
// again; once that spans are dropped and once, when most of those that waited are
// gone, that they no longer are. What begins is a warning, and what ends says how
// many spans it has cost. That a collector takes but a part is warned about once, and
// the spans that it refuses are counted as lost. [TracingStats] has the counts at any time.
//
// [Flush] sends what there is, and export goes on. [Shutdown] sends what is left of
// both signals side by side, [ShutdownTracing] and [ShutdownMetrics] of one. All take
// five seconds at most unless their context says otherwise, and return an error that
// says what they could not send. Where the collector's address refuses connections, or
// there is no such address, a shutdown does not wait for another attempt.
//
// A console that takes nothing, such as a pipe that nobody reads, holds nothing up
// either. What was being written then is counted as lost when its time is up, and the
// goroutine that writes it ends with the pipe.
package otlp
