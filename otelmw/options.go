package otelmw

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
)

// An Option changes what a middleware of this package does.
type Option interface {
	apply(*config)
}

type config struct {
	provider      trace.TracerProvider
	attributes    []attribute.KeyValue
	spanName      func(operation, namespace, set string) string
	failed        func(ctx context.Context, call aerostore.Call, err error) bool
	filter        func(ctx context.Context, call aerostore.Call) bool
	requireParent bool
	key           bool
	rows          bool
}

func newConfig(opts []Option) config {
	c := config{
		spanName: spanName,
		failed: func(_ context.Context, _ aerostore.Call, err error) bool {
			return !aerostore.IsAnswer(err)
		},
	}
	for _, opt := range opts {
		if opt != nil {
			opt.apply(&c)
		}
	}
	return c
}

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// WithTracerProvider takes tracers from a provider of the application's own
// instead of the global one. Nil is the global one.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return optionFunc(func(c *config) { c.provider = provider })
}

// WithAttributes adds attributes to every span. Given more than once, all
// count.
func WithAttributes(attributes ...attribute.KeyValue) Option {
	return optionFunc(func(c *config) { c.attributes = append(c.attributes, attributes...) })
}

// WithSpanNameFormatter names the spans. The namespace or set is "" where the
// operation is about none or several. The formatter is called once for what it
// is given and the name reused, so it must not depend on anything else. Nil
// keeps the default.
func WithSpanNameFormatter(format func(operation, namespace, set string) string) Option {
	return optionFunc(func(c *config) {
		if format != nil {
			c.spanName = format
		}
	})
}

// WithErrorClassifier decides which errors are failures, which give the span
// the status Error and an error.type. It is asked about each error that is not
// nil, the errors of single keys in a batch included. By default all are
// failures but those for which [aerostore.IsAnswer] is true. Nil keeps the
// default.
func WithErrorClassifier(failed func(ctx context.Context, call aerostore.Call, err error) bool) Option {
	return optionFunc(func(c *config) {
		if failed != nil {
			c.failed = failed
		}
	})
}

// WithFilter makes spans only for the operations for which it returns true.
// Layers inside still find the caller's span in their context. Given more than
// once, the last one counts.
func WithFilter(filter func(ctx context.Context, call aerostore.Call) bool) Option {
	return optionFunc(func(c *config) { c.filter = filter })
}

// WithRequireParent makes spans only for operations whose context has one, so
// that background work does not start traces of its own.
func WithRequireParent() Option {
	return optionFunc(func(c *config) { c.requireParent = true })
}

// WithKey adds the attribute aerospike.key to the spans of operations on a
// single record: the user key as a string, bytes in hexadecimal. It takes user
// data to wherever the spans go.
func WithKey() Option {
	return optionFunc(func(c *config) { c.key = true })
}

// WithRows adds db.response.returned_rows to the spans of queries and of batch
// reads: how many records the caller was given. A batch read of one key is a
// GET and has none.
func WithRows() Option {
	return optionFunc(func(c *config) { c.rows = true })
}
