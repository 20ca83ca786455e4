package otlp

import (
	"log/slog"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// An Option changes what [InitTracing] and [InitMetrics] do. The same options may
// be given to both; one that is about the other has no effect.
type Option interface {
	apply(*config)
}

type config struct {
	later       *later
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
			opt.apply(&c)
		}
	}
	c.later = &later{to: c.log.Handler()}
	c.log = slog.New(c.later)
	return c
}

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// WithLogger sets where warnings go, instead of slog.Default() at the time of
// the call. Nil keeps the default. Its handler runs on a goroutine of its own, one
// record at a time, and may call this package. While it does not return nothing waits
// for it, but that what starts, flushes or ends gives it a tenth of a second.
func WithLogger(log *slog.Logger) Option {
	return optionFunc(func(c *config) {
		if log != nil {
			c.log = log
		}
	})
}

// WithReplaceGlobal installs the tracer provider and the propagator, or the
// meter provider, even where somebody else has installed theirs. A shutdown does
// not bring them back.
func WithReplaceGlobal() Option {
	return optionFunc(func(c *config) { c.replace = true })
}

// WithServiceName sets the service.name where neither OTEL_SERVICE_NAME nor
// OTEL_RESOURCE_ATTRIBUTES does. An empty name keeps the default, "aerostore".
func WithServiceName(name string) Option {
	return optionFunc(func(c *config) {
		if name != "" {
			c.serviceName = name
		}
	})
}

// WithSpanProcessor hands all spans to a processor of the application's own,
// too, whatever the exporters are. [ShutdownTracing] shuts it down. Given more
// than once, all count; nil is none. For InitTracing.
func WithSpanProcessor(processor sdktrace.SpanProcessor) Option {
	return optionFunc(func(c *config) {
		if processor != nil {
			c.processors = append(c.processors, processor)
		}
	})
}

// WithMetricReader hands all measurements to a reader of the application's own,
// too, whatever the exporters are. [ShutdownMetrics] shuts it down, so that each
// InitMetrics needs a new one. Given more than once, all count; nil is none. For
// InitMetrics.
func WithMetricReader(reader sdkmetric.Reader) Option {
	return optionFunc(func(c *config) {
		if reader != nil {
			c.readers = append(c.readers, reader)
		}
	})
}
