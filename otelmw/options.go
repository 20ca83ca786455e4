package otelmw

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// An Option configures [Tracing] or [Metrics]. Both take the same options. An option
// for the other one has no effect, and neither has a nil Option.
type Option func(*config)

type attributesFunc func(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) []attribute.KeyValue

type config struct {
	tracerProvider trace.TracerProvider
	meterProvider  metric.MeterProvider
	attributes     []attribute.KeyValue
	attributesFunc attributesFunc
	spanName       func(operation, namespace, set string) string // nil: the default
	summary        bool
	failed         judgement.Classifier
	filter         func(ctx context.Context, call aerostore.Call) bool
	requireParent  bool
	key            bool
	returnedRows   bool
	attempts       bool
	boundaries     []float64
	limit          int // 0: the default
}

func newConfig(opts []Option) config {
	c := config{
		failed:     judgement.Default,
		boundaries: defaultBoundaries,
	}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	return c
}

// WithTracerProvider sets the tracer provider. The default is the global one at the
// time of each operation. A nil provider is reported to OpenTelemetry's error handler
// and keeps the default. For Tracing.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return func(c *config) {
		c.tracerProvider = provider
		if isNil(provider) {
			handle(errors.New("WithTracerProvider: the provider is nil: the global provider is used"))
			c.tracerProvider = nil
		}
	}
}

// WithMeterProvider sets the meter provider. The default is the global one at the
// time of each operation. A nil provider is reported to OpenTelemetry's error handler
// and keeps the default. For Metrics.
func WithMeterProvider(provider metric.MeterProvider) Option {
	return func(c *config) {
		c.meterProvider = provider
		if isNil(provider) {
			handle(errors.New("WithMeterProvider: the provider is nil: the global provider is used"))
			c.meterProvider = nil
		}
	}
}

// WithAttributes adds attributes to every span, or to every measurement. Several
// WithAttributes add up. An attribute without a key is left out and reported to
// OpenTelemetry's error handler. For Tracing and Metrics.
func WithAttributes(attributes ...attribute.KeyValue) Option {
	return func(c *config) {
		c.attributes = append(c.attributes, valid(attributes, handle)...)
	}
}

// WithAttributesFunc adds the attributes that a function returns for a call that has
// ended, to its span or to its measurements. The function is not called for a call
// that panicked, nor for a span that is not recording. Several WithAttributesFunc add
// up. An attribute without a key is left out, and the first one is reported to
// OpenTelemetry's error handler. Nil adds nothing.
//
// With Metrics each combination of values is a time series.
// [WithCardinalityLimit] does not limit these, so return few different values.
// Each measurement with such attributes allocates. For Tracing and Metrics.
func WithAttributesFunc(attributes func(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) []attribute.KeyValue) Option {
	return func(c *config) {
		if attributes == nil {
			return
		}
		before, report := c.attributesFunc, handleFirst()
		c.attributesFunc = func(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) []attribute.KeyValue {
			if before == nil {
				return valid(attributes(ctx, call, result, err), report)
			}
			return slices.Concat(before(ctx, call, result, err), valid(attributes(ctx, call, result, err), report))
		}
	}
}

// attributesOf returns the attributes of WithAttributesFunc.
func (c *config) attributesOf(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) []attribute.KeyValue {
	if c.attributesFunc == nil {
		return nil
	}
	return c.attributesFunc(ctx, call, result, err)
}

// valid returns the attributes that have a key.
func valid(attributes []attribute.KeyValue, report func(error)) []attribute.KeyValue {
	invalid := func(a attribute.KeyValue) bool { return !a.Valid() }
	if !slices.ContainsFunc(attributes, invalid) {
		return attributes
	}
	report(errors.New("an attribute has no key: it is left out"))
	return slices.DeleteFunc(slices.Clone(attributes), invalid)
}

// WithSpanNameFormatter sets the names of spans. The namespace or set is "" unless
// all keys of the operation share it. A name is reused, so it must depend only on
// the arguments. The function may be called concurrently with the same arguments. If
// the formatter returns "" the default name is used, and the first such name is
// reported to OpenTelemetry's error handler. Nil keeps the default. For Tracing.
func WithSpanNameFormatter(format func(operation, namespace, set string) string) Option {
	return func(c *config) {
		if format == nil {
			return
		}
		report := handleFirst()
		c.spanName = func(operation, namespace, set string) string {
			name := format(operation, namespace, set)
			if name == "" {
				name = spanName(operation, namespace, set)
				report(fmt.Errorf("the span name formatter returned an empty name: the default is used, as in %q", name))
			}
			return name
		}
	}
}

// WithErrorClassifier sets which errors are failures. A failure has an error.type and
// sets the span's status to Error. The function is called with each error that is not
// nil, including those of single keys in a batch, and those of attempts with
// [WithAttempts]. By default all errors are failures,
// except those for which [aerostore.IsNoRecord] returns true. An error that leaves a
// write in doubt is always a failure. Nil keeps the default. For Tracing and Metrics.
func WithErrorClassifier(failed func(ctx context.Context, call aerostore.Call, err error) bool) Option {
	return func(c *config) {
		if failed != nil {
			c.failed = failed
		}
	}
}

// WithFilter instruments only the operations for which filter returns true. Layers
// inside still find the caller's span in their context. The last WithFilter applies.
// Nil instruments all. For Tracing and Metrics.
func WithFilter(filter func(ctx context.Context, call aerostore.Call) bool) Option {
	return func(c *config) { c.filter = filter }
}

// WithRequireParentSpan makes spans only for operations whose context has a span, so
// that background work starts no traces. For Tracing.
func WithRequireParentSpan() Option {
	return func(c *config) { c.requireParent = true }
}

// WithKey adds the attribute aerospike.key to the spans of operations on a single
// record: the user key as a string, bytes in hexadecimal. User data then leaves the
// process with the spans. For Tracing.
func WithKey() Option {
	return func(c *config) { c.key = true }
}

// WithReturnedRows adds db.response.returned_rows to the spans of queries and batch
// reads: the number of records that the caller received. A batch read of one key is a
// GET and has none. For Tracing; Metrics always records it.
func WithReturnedRows() Option {
	return func(c *config) { c.returnedRows = true }
}

// WithQuerySummary adds db.query.summary to Operate and BatchOperate, and to a BatchWrite
// that does more than write bins: the operation, its namespace and set, and what its
// steps do, each once, in order of first occurrence.
//
//	OPERATE test.users LIST_APPEND MAP_PUT
//	BATCH WRITE test.users READ_ALL ADD WRITE DELETE
//
// The names of the steps are those of [aerostore.Operation.Name] in capitals. There is no
// bin name, key or value. Steps beyond 255 bytes are left out.
//
// As the conventions recommend, the summary is also the name of the span, unless
// [WithSpanNameFormatter] sets another. With Metrics each summary is a time series, and
// db.query.summary an attribute of the instruments of operations. Pass the option only to
// Tracing if steps are chosen at run time. [WithCardinalityLimit] limits the number of
// summaries. For Tracing and Metrics.
func WithQuerySummary() Option {
	return func(c *config) { c.summary = true }
}

// WithDurationBoundaries sets the bucket boundaries of db.client.operation.duration,
// in seconds, in increasing order. Boundaries that do not increase are reported to
// OpenTelemetry's error handler and keep the default. A view of the provider takes
// precedence. For Metrics.
func WithDurationBoundaries(seconds ...float64) Option {
	return func(c *config) {
		if err := checkBoundaries(seconds); err != nil {
			handle(err)
			return
		}
		c.boundaries = slices.Clone(seconds)
	}
}

func checkBoundaries(boundaries []float64) error {
	for i, b := range boundaries {
		if math.IsNaN(b) || i > 0 && b <= boundaries[i-1] {
			return fmt.Errorf("WithDurationBoundaries: the boundaries %v do not increase: the default is used", boundaries)
		}
	}
	return nil
}

// WithCardinalityLimit sets the cardinality limit of each store. Zero or less keeps
// the default.
//
// For Metrics the default is 600. The limit applies to each of these separately:
//
//   - Combinations of operation, namespace and set. Beyond the limit namespace and
//     set are reported as "other", and so is the name of a custom call.
//   - Combinations of those with an error.type and a db.response.status_code. Beyond
//     the limit error.type is "_OTHER", without a status code.
//   - Nodes. Beyond the limit the address is "other", with the sum of their counts.
//   - Events of layers, each with its scope. Beyond the limit the scope is "other".
//     The limit applies to these events again, and beyond it they are left out.
//   - Gauges of layers, each with its scope. Beyond the limit gauges are left out,
//     because most cannot be added up.
//
// Summaries of [WithQuerySummary] are limited to half of the limit, beyond which
// operations have none. The other half is then left for combinations of operation,
// namespace and set.
//
// Error types are limited to 100, or to the limit if that is lower. Names of
// result codes, timeout, canceled, panic and closed do not count against this
// limit. An instrument of operations has at most three times the limit and 128
// series. Keep that below the SDK's limit of 2000, beyond which all attributes are
// lost.
//
// For Tracing the default is 1000. Tracing prepares the start and the end of
// spans, for at most this many combinations each. Beyond the limit spans take
// longer to make, but have the same attributes. Summaries are limited to half of it, and
// beyond that spans have none. For Tracing and Metrics.
func WithCardinalityLimit(limit int) Option {
	return func(c *config) {
		if limit > 0 {
			c.limit = limit
		}
	}
}
