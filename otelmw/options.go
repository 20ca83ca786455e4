package otelmw

import (
	"context"
	"errors"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// An Option changes what a middleware of this package does. The same options
// may be given to [Tracing] and to [Metrics]; one that is about the other has
// no effect.
type Option interface {
	apply(*config)
}

type attributesFunc func(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) []attribute.KeyValue

type config struct {
	tracerProvider trace.TracerProvider
	meterProvider  metric.MeterProvider
	attributes     []attribute.KeyValue
	attributesFunc attributesFunc
	spanName       func(operation, namespace, set string) string
	failed         judgement.Classifier
	filter         func(ctx context.Context, call aerostore.Call) bool
	requireParent  bool
	key            bool
	rows           bool
	boundaries     []float64
	limit          int // 0: each middleware's own
}

func newConfig(opts []Option) config {
	c := config{
		spanName:   spanName,
		failed:     judgement.Default,
		boundaries: defaultBoundaries,
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
// instead of the global one. For nil the global one is used, and OpenTelemetry's
// error handler is told. For Tracing.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return optionFunc(func(c *config) {
		c.tracerProvider = provider
		if isNil(provider) {
			handle(errors.New("WithTracerProvider was given nil: the global provider is used"))
			c.tracerProvider = nil
		}
	})
}

// WithMeterProvider takes meters from a provider of the application's own
// instead of the global one. For nil the global one is used, and OpenTelemetry's
// error handler is told. For Metrics.
func WithMeterProvider(provider metric.MeterProvider) Option {
	return optionFunc(func(c *config) {
		c.meterProvider = provider
		if isNil(provider) {
			handle(errors.New("WithMeterProvider was given nil: the global provider is used"))
			c.meterProvider = nil
		}
	})
}

// WithAttributes adds attributes to every span or measurement, of whichever
// middleware it is given to. Given more than once, all count. An attribute
// without a name is left out, and OpenTelemetry's error handler told. For
// Tracing and Metrics.
func WithAttributes(attributes ...attribute.KeyValue) Option {
	return optionFunc(func(c *config) {
		c.attributes = append(c.attributes, valid(attributes, handle)...)
	})
}

// WithAttributesFunc adds the attributes that a function makes of a call that
// is over, to its span or its measurements, of whichever middleware it is given
// to. The function is not asked about a call that panicked, nor for a span that
// does not record. Given more than once, all count.
//
// Every combination of values is a time series of its own, to which
// [WithCardinalityLimit] does not apply: for Metrics, return but few. It costs
// allocations that other measurements do without. For Tracing and Metrics.
func WithAttributesFunc(attributes func(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) []attribute.KeyValue) Option {
	return optionFunc(func(c *config) {
		switch before := c.attributesFunc; {
		case attributes == nil:
		case before == nil:
			c.attributesFunc = validated(attributes)
		default:
			more := validated(attributes)
			c.attributesFunc = func(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) []attribute.KeyValue {
				return slices.Concat(before(ctx, call, result, err), more(ctx, call, result, err))
			}
		}
	})
}

// WithSpanNameFormatter names the spans. The namespace or set is "" where the
// operation is about none or several. The name is reused, so it must not depend on
// anything else; several goroutines that come first at once may each call the
// formatter. Where
// it returns "" the default name is used, and OpenTelemetry's error handler is
// told once. Nil keeps the default. For Tracing.
func WithSpanNameFormatter(format func(operation, namespace, set string) string) Option {
	return optionFunc(func(c *config) {
		if format != nil {
			c.spanName = named(format)
		}
	})
}

// WithErrorClassifier decides which errors are failures, which have an
// error.type and give the span the status Error. It is asked about each error
// that is not nil, the errors of single keys in a batch included. By default
// all are failures but those for which [aerostore.IsNoRecord] is true. An error that
// leaves a write in doubt is always one. Nil keeps the default. For Tracing and
// Metrics.
func WithErrorClassifier(failed func(ctx context.Context, call aerostore.Call, err error) bool) Option {
	return optionFunc(func(c *config) {
		if failed != nil {
			c.failed = failed
		}
	})
}

// WithFilter makes spans and measurements only for the operations for which it
// returns true. Layers inside still find the caller's span in their context.
// Given more than once, the last one counts. For Tracing and Metrics.
func WithFilter(filter func(ctx context.Context, call aerostore.Call) bool) Option {
	return optionFunc(func(c *config) { c.filter = filter })
}

// WithRequireParent makes spans only for operations whose context has one, so
// that background work does not start traces of its own. For Tracing.
func WithRequireParent() Option {
	return optionFunc(func(c *config) { c.requireParent = true })
}

// WithKey adds the attribute aerospike.key to the spans of operations on a
// single record: the user key as a string, bytes in hexadecimal. It takes user
// data to wherever the spans go. For Tracing.
func WithKey() Option {
	return optionFunc(func(c *config) { c.key = true })
}

// WithRows adds db.response.returned_rows to the spans of queries and of batch
// reads: how many records the caller was given. A batch read of one key is a
// GET and has none. For Tracing; Metrics always measures it.
func WithRows() Option {
	return optionFunc(func(c *config) { c.rows = true })
}

// WithDurationBoundaries sets the boundaries of db.client.operation.duration's
// buckets, in seconds, each above the one before. Others are left out for the
// default, and OpenTelemetry's error handler is told. A view of the provider
// goes before them. For Metrics.
func WithDurationBoundaries(seconds ...float64) Option {
	return optionFunc(func(c *config) {
		if err := checkBoundaries(seconds); err != nil {
			handle(err)
			return
		}
		c.boundaries = slices.Clone(seconds)
	})
}

// WithCardinalityLimit bounds what is told apart for each store. Zero or less keeps
// the default.
//
// For Metrics, by default 600, the limit applies to each of these for itself, so that
// one does not take the room of another:
//
//   - combinations of operation, namespace and set; beyond them namespace and set are
//     "other", and so is the name of a Custom operation
//   - combinations of those with an error.type and a db.response.status_code; beyond
//     them error.type is "_OTHER" and there is no status code
//   - nodes; beyond them the address is "other", and their counts are added up
//   - layers' events, each with its scope; beyond them the scope is "other", and past
//     as many of those again they are left out
//   - layers' gauges, which are left out beyond it, since most cannot be added up
//
// Error types other than the names of result codes, timeout, canceled, panic and closed
// are bounded by 100, too, if the limit is not below that. An instrument of operations
// has at most three times as many series as the limit, and 128 more: keep that below
// the SDK's own limit of 2000, at which attributes are lost altogether.
//
// For Tracing, by default 1000, it is how many spans' beginnings are prepared and kept.
// Spans always tell operation, namespace, set and error type. For Tracing and Metrics.
func WithCardinalityLimit(limit int) Option {
	return optionFunc(func(c *config) {
		if limit > 0 {
			c.limit = limit
		}
	})
}
