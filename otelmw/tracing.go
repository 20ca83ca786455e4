package otelmw

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/attempt"
	"github.com/aerostore/aerostore/internal/judgement"
	"github.com/aerostore/aerostore/otelmw/internal/global"
)

const (
	inDoubtKey     = attribute.Key("aerospike.in_doubt")
	attemptsKey    = attribute.Key("aerospike.attempts")
	batchFailedKey = attribute.Key("aerospike.batch.failed")
	userKeyKey     = attribute.Key("aerospike.key")
)

// Tracing returns a middleware that makes a span for each operation. The package
// documentation lists its attributes. It changes neither calls nor results. The
// middleware may wrap any number of stores.
func Tracing(opts ...Option) aerostore.Middleware {
	c := newConfig(opts)
	return func(next aerostore.Store) aerostore.Store {
		return aerostore.Intercept(newTracing(c, next).intercept)(next)
	}
}

// tracing is the middleware around one store.
type tracing struct {
	config
	describer

	tracer    *follower[trace.TracerProvider, tracer]
	starts    *cache[operation, *spanStart]
	summaries *summaries[*spanStart] // nil if not wanted
	ends      *cache[spanEnd, []attribute.KeyValue]
}

func newTracing(c config, next aerostore.Store) *tracing {
	t := &tracing{config: c, describer: newDescriber(next, c.attributes)}
	t.tracer = newFollower(c.tracerProvider, otel.GetTracerProvider, newTracer, func(*tracer, *errorList) {})
	limit := c.limitOr(spanLimit)
	t.starts = newCache(limit, func(o operation) *spanStart { return t.newStart(o, "") })
	if c.summary {
		t.summaries = newSummaries(limit/2, t.newStart)
	}
	t.ends = newCache(spanLimit, spanEnd.attributes)
	return t
}

// tracer is a provider's tracer for this package.
type tracer struct {
	trace.Tracer

	ours *global.Tracer // nil unless the provider is package otlp's
}

func newTracer(provider trace.TracerProvider, _ *errorList) *tracer {
	t := &tracer{Tracer: provider.Tracer(scopeName,
		trace.WithInstrumentationVersion(scopeVersion()), trace.WithSchemaURL(semconv.SchemaURL))}
	t.ours, _ = t.Tracer.(*global.Tracer)
	return t
}

func (t *tracer) enabled() bool { return t != nil && (t.ours == nil || t.ours.Enabled()) }

func (t *tracing) intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		tracer := t.tracer.get()
		if !tracer.enabled() || t.skips(ctx, &call) || t.requireParent && !trace.SpanContextFromContext(ctx).IsValid() {
			return next(attempt.Hide(ctx), call)
		}
		return t.trace(ctx, tracer, &call, next)
	}
}

func (t *tracing) trace(ctx context.Context, tracer *tracer, call *aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	s := t.startOf(call)
	ctx, span := tracer.Start(ctx, s.name, s.optionsFor(call)...)
	inside, attempts := attempt.Hide(ctx), (*attempt.Record)(nil)
	if t.attempts && span.IsRecording() {
		inside, attempts = attempt.New(ctx)
	}
	returned := false
	// A panic in next or in a function of the application's is not recovered. It
	// keeps its stack, and its value, which may hold anything, stays out of the span.
	defer func() {
		if !returned {
			if attempts != nil {
				attempts.Close()
			}
			span.SetAttributes(semconv.ErrorTypeKey.String(judgement.Panic))
			span.SetStatus(codes.Error, judgement.Panic)
		}
		span.End()
	}()
	result, err := next(inside, *call)
	if attempts != nil {
		t.showRecord(ctx, tracer, span, attempts)
	}
	if span.IsRecording() {
		t.finish(ctx, span, call, result, err)
	}
	returned = true
	return result, err
}

// A spanStart is what the spans of one operation start with. Preparing it once saves
// several allocations for each span.
type spanStart struct {
	name    string
	options []trace.SpanStartOption
}

func (t *tracing) startOf(call *aerostore.Call) *spanStart {
	o := operationOf(call)
	if t.summaries != nil {
		if s, ok := t.summaries.of(o, call); ok {
			return s
		}
	}
	return t.starts.get(o)
}

func (t *tracing) newStart(o operation, summary string) *spanStart {
	return &spanStart{
		name: t.nameOf(o, summary),
		// Clipped, so that optionsFor appends to a copy.
		options: slices.Clip([]trace.SpanStartOption{
			trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(t.operationAttributes(o, summary)...),
		}),
	}
}

func (s *spanStart) optionsFor(call *aerostore.Call) []trace.SpanStartOption {
	if !isBatch(*call) {
		return s.options
	}
	return append(s.options, trace.WithAttributes(semconv.DBOperationBatchSize(call.Len())))
}

// nameOf returns the name of the operation's spans.
func (c *config) nameOf(o operation, summary string) string {
	switch {
	case c.spanName != nil:
		return c.spanName(o.name, o.namespace, o.set)
	case summary != "":
		return summary
	default:
		return spanName(o.name, o.namespace, o.set)
	}
}

// spanName is the default name of spans without a summary.
func spanName(operation, namespace, set string) string {
	switch {
	case namespace == "":
		return operation
	case set == "":
		return operation + " " + namespace
	default:
		return operation + " " + namespace + "." + set
	}
}

// finish sets what is known once the call has ended.
func (t *tracing) finish(ctx context.Context, span trace.Span, call *aerostore.Call, result aerostore.Result, err error) {
	var o outcome
	if err != nil || call.IsBatch() {
		o = t.outcomeOf(ctx, *call, result, err)
	}
	var attrs []attribute.KeyValue
	if e := endOf(result, o); e != (spanEnd{}) {
		attrs = t.ends.get(e)
	}
	if o.failedKeys > 0 {
		attrs = append(attrs, batchFailedKey.Int(o.failedKeys))
	}
	if t.returnedRows {
		if n, ok := returnedRows(call, result); ok {
			attrs = append(attrs, semconv.DBResponseReturnedRows(n))
		}
	}
	if t.key {
		attrs = appendKey(attrs, *call)
	}
	attrs = append(attrs, t.attributesOf(ctx, *call, result, err)...)
	if len(attrs) > 0 {
		span.SetAttributes(attrs...)
	}
	if o.failed {
		span.SetStatus(codes.Error, description(o.err))
	}
}

// A spanEnd is what most spans end with. Preparing its attributes once saves two
// allocations for each span.
type spanEnd struct {
	peer
	ending
	inDoubt  bool
	attempts int32 // 0 if there was one
}

// A peer is the node that served a call last.
type peer struct {
	address string
	port    int
}

func endOf(result aerostore.Result, o outcome) spanEnd {
	e := spanEnd{ending: o.ending(), inDoubt: o.inDoubt}
	if result.Attempts > 1 {
		e.attempts = result.Attempts
	}
	if node := judgement.Node(result, o.err); node != nil {
		e.peer = peer{node.Address, node.Port}
	}
	return e
}

func (p peer) attributes() []attribute.KeyValue {
	return endpoint(p.address, p.port, semconv.NetworkPeerAddress, semconv.NetworkPeerPort)
}

// attributes returns a clipped slice, so that a call appends to a copy.
func (e spanEnd) attributes() []attribute.KeyValue {
	attrs := e.appendTo(e.peer.attributes())
	if e.inDoubt {
		attrs = append(attrs, inDoubtKey.Bool(true))
	}
	if e.attempts > 0 {
		attrs = append(attrs, attemptsKey.Int(int(e.attempts)))
	}
	return slices.Clip(attrs)
}

func appendKey(attrs []attribute.KeyValue, call aerostore.Call) []attribute.KeyValue {
	if call.Len() != 1 {
		return attrs
	}
	switch id := call.KeyAt(0).ID().(type) {
	case nil:
		return attrs
	case []byte:
		return append(attrs, userKeyKey.String(hex.EncodeToString(id)))
	default:
		return append(attrs, userKeyKey.String(fmt.Sprint(id)))
	}
}

// description returns the safe text of err, or its type if there is none.
func description(err error) string {
	if text := judgement.Text(err); text != "" {
		return text
	}
	return judgement.ErrorType(err)
}
