package otlp

import (
	"log/slog"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// An Option configures [InitTracing] or [InitMetrics]. Both take the same options. An
// option for the other one has no effect, and neither has a nil Option.
type Option func(*config)

type config struct {
	handler     *asyncHandler
	log         *slog.Logger // on it
	replace     bool
	serviceName string
	processors  []sdktrace.SpanProcessor
	readers     []sdkmetric.Reader
}

func newConfig(opts []Option) config {
	c := config{log: slog.Default(), serviceName: "aerostore"}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	c.handler = &asyncHandler{to: c.log.Handler()}
	c.log = slog.New(c.handler)
	return c
}

// WithLogger sets the logger for warnings. Nil keeps the default, slog.Default() at the
// time of the call. Its handler runs on its own goroutine, one record at a time, and may
// call this package. InitTracing, InitMetrics, Flush and the shutdowns wait for the
// handler for at most a tenth of a second. Nothing else waits for it.
func WithLogger(log *slog.Logger) Option {
	return func(c *config) {
		if log != nil {
			c.log = log
		}
	}
}

// WithReplaceGlobal installs the tracer provider and the propagator, or the meter
// provider, even if other code has installed one. A shutdown does not restore it.
func WithReplaceGlobal() Option {
	return func(c *config) { c.replace = true }
}

// WithServiceName sets the service.name if neither OTEL_SERVICE_NAME nor
// OTEL_RESOURCE_ATTRIBUTES does. An empty name keeps the default, "aerostore".
func WithServiceName(name string) Option {
	return func(c *config) {
		if name != "" {
			c.serviceName = name
		}
	}
}

// WithSpanProcessor adds a span processor, independently of the exporters.
// [ShutdownTracing] shuts it down. Several WithSpanProcessor add up. Nil adds nothing.
// For InitTracing.
func WithSpanProcessor(processor sdktrace.SpanProcessor) Option {
	return func(c *config) {
		if processor != nil {
			c.processors = append(c.processors, processor)
		}
	}
}

// WithMetricReader adds a metric reader, independently of the exporters.
// [ShutdownMetrics] shuts it down, so each InitMetrics needs a new one. Several
// WithMetricReader add up. Nil adds nothing. For InitMetrics.
func WithMetricReader(reader sdkmetric.Reader) Option {
	return func(c *config) {
		if reader != nil {
			c.readers = append(c.readers, reader)
		}
	}
}
