package otelmw

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
	"github.com/aerostore/aerostore/otelmw/internal/global"
)

// Tracing returns a middleware that makes a span for each operation; the
// package's documentation says what is in it. It changes neither calls nor
// results. The middleware may wrap any number of stores.
func Tracing(opts ...Option) aerostore.Middleware {
	c := newConfig(opts)
	return func(next aerostore.Store) aerostore.Store {
		return aerostore.Intercept(newTracing(c, next).intercept)(next)
	}
}

// tracing is the middleware around one store.
type tracing struct {
	config
	source *source[trace.TracerProvider, tracer]
	plans  *subjects[*plan]
	peers  *table[peer, []attribute.KeyValue]
	ends   *table[end, []attribute.KeyValue]
}

func newTracing(c config, next aerostore.Store) *tracing {
	return &tracing{
		config: c,
		source: newSource(c.tracerProvider, otel.GetTracerProvider, newTracer, func(*tracer, *complaints) {}),
		plans:  newSubjects(newRoom(c.limitOr(tableLimit)), planner{c.spanName, newDescriber(next, c.attributes)}.plan),
		peers:  newTable(newRoom(tableLimit), peer.attributes),
		ends:   newTable(newRoom(tableLimit), end.attributes),
	}
}

// tracer is a provider's tracer for this package.
type tracer struct {
	trace.Tracer

	ours *global.Tracer // the tracer, if it can say that it is off
}

func newTracer(provider trace.TracerProvider, _ *complaints) *tracer {
	t := &tracer{Tracer: provider.Tracer(scopeName,
		trace.WithInstrumentationVersion(scopeVersion()), trace.WithSchemaURL(semconv.SchemaURL))}
	t.ours, _ = t.Tracer.(*global.Tracer)
	return t
}

func (t *tracer) on() bool { return t != nil && (t.ours == nil || t.ours.Enabled()) }

func (t *tracing) intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		tracer := t.source.get()
		if !tracer.on() || t.unwanted(ctx, &call) || t.requireParent && !trace.SpanContextFromContext(ctx).IsValid() {
			return next(ctx, call)
		}
		return t.trace(ctx, tracer, &call, next)
	}
}

func (t *tracing) trace(ctx context.Context, tracer *tracer, call *aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	p := t.plans.getFor(call)
	ctx, span := tracer.Start(ctx, p.name, p.start(call)...)
	returned := false
	// A panic, a classifier's too, is seen by what did not happen, not recovered: it
	// goes on with its stack, and its value, which may hold anything, stays out of
	// the span.
	defer func() {
		if !returned {
			span.SetAttributes(semconv.ErrorTypeKey.String(judgement.Panic))
			span.SetStatus(codes.Error, judgement.Panic)
		}
		span.End()
	}()
	result, err := next(ctx, *call)
	switch {
	case t.intricate(call, result.Attempts, err):
		t.finish(ctx, span, call, result, err)
	case result.Node != nil:
		span.SetAttributes(t.peers.get(peer{result.Node.Address, result.Node.Port})...)
	}
	returned = true
	return result, err
}

// intricate reports whether there may be more to tell of a call than that it
// went well, and where.
func (t *tracing) intricate(call *aerostore.Call, attempts int32, err error) bool {
	return err != nil || attempts > 1 || !call.Op.IsSingle() || t.key || t.attributesFunc != nil
}

func (t *tracing) finish(ctx context.Context, span trace.Span, call *aerostore.Call, result aerostore.Result, err error) {
	if !span.IsRecording() {
		return
	}
	var o outcome
	if err != nil || !call.Op.IsSingle() {
		o = t.judge(ctx, *call, result, err)
	}
	if attrs := t.spanAttributes(call, result, o); len(attrs) > 0 {
		span.SetAttributes(attrs...)
	}
	if attrs := t.attributesOf(ctx, *call, result, err); len(attrs) > 0 {
		span.SetAttributes(attrs...)
	}
	if o.failed {
		span.SetStatus(codes.Error, description(o.err))
	}
}
