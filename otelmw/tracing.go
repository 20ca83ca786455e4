package otelmw

import (
	"context"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
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
	source *source
	plans  *table[subject, *plan]
	peers  *table[peer, []attribute.KeyValue]
}

// peer is where a node listens.
type peer struct {
	address string
	port    int
}

func newTracing(c config, next aerostore.Store) *tracing {
	var server aerostore.Description
	if d, ok := aerostore.As[aerostore.Describer](next); ok {
		server = d.Describe()
	}
	if server.System == "" {
		server.System = "aerospike"
	}
	return &tracing{
		config: c,
		source: newSource(c.provider),
		plans:  newTable(planner{c.spanName, server, c.attributes}.plan),
		peers: newTable(func(p peer) []attribute.KeyValue {
			return slices.Clip(endpoint(p.address, p.port, semconv.NetworkPeerAddress, semconv.NetworkPeerPort))
		}),
	}
}

func (t *tracing) intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		tracer := t.source.tracer()
		if tracer == nil || !t.wants(ctx, call) {
			return next(ctx, call)
		}
		return t.trace(ctx, tracer, call, next)
	}
}

func (t *tracing) wants(ctx context.Context, call aerostore.Call) bool {
	if t.requireParent && !trace.SpanContextFromContext(ctx).IsValid() {
		return false
	}
	return t.filter == nil || t.filter(ctx, call)
}

func (t *tracing) trace(ctx context.Context, tracer trace.Tracer, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	p := t.plans.get(subjectOf(call))
	ctx, span := tracer.Start(ctx, p.name, p.start(call)...)
	recording := span.IsRecording()
	returned := false
	// A panic is seen by what did not happen, not recovered: it goes on with
	// its stack, and its value, which may hold anything, stays out of the span.
	defer func() {
		if recording && !returned {
			span.SetAttributes(semconv.ErrorTypeKey.String("panic"))
			span.SetStatus(codes.Error, "panic")
		}
		span.End()
	}()
	result, err := next(ctx, call)
	returned = true
	if recording {
		t.finish(ctx, span, call, result, err)
	}
	return result, err
}

func (t *tracing) finish(ctx context.Context, span trace.Span, call aerostore.Call, result aerostore.Result, err error) {
	o := t.judge(ctx, call, result, err)
	if attrs := t.attributes(call, result, o); len(attrs) > 0 {
		span.SetAttributes(attrs...)
	}
	if o.failed {
		span.SetStatus(codes.Error, description(o.err))
	}
}
