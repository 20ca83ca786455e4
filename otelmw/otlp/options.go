package otlp

import (
	"log/slog"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// An Option changes what [InitTracing] does.
type Option interface {
	apply(*config)
}

type config struct {
	log         *slog.Logger
	replace     bool
	serviceName string
	processors  []sdktrace.SpanProcessor
}

func newConfig(opts []Option) config {
	c := config{log: slog.Default(), serviceName: "aerostore"}
	for _, opt := range opts {
		if opt != nil {
			opt.apply(&c)
		}
	}
	return c
}

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// WithLogger sets where warnings go, instead of slog.Default() at the time of
// the call. Nil keeps the default.
func WithLogger(log *slog.Logger) Option {
	return optionFunc(func(c *config) {
		if log != nil {
			c.log = log
		}
	})
}

// WithReplaceGlobal installs the tracer provider and the propagator even where
// somebody else has installed theirs. [ShutdownTracing] does not bring them
// back.
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
// than once, all count; nil is none.
func WithSpanProcessor(processor sdktrace.SpanProcessor) Option {
	return optionFunc(func(c *config) {
		if processor != nil {
			c.processors = append(c.processors, processor)
		}
	})
}
