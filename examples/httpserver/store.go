package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

// backend is what both backends are besides a Store.
type backend interface {
	aerostore.Store
	io.Closer
}

// open is a variable for tests.
var open = func(ctx context.Context, hosts, namespace string) (backend, error) {
	if hosts == "" {
		return memory.New(memory.WithNamespaces(namespace)), nil
	}
	return asbackend.Dial(ctx, hosts)
}

// layered is the store as the service uses it. Tracing is the outermost layer,
// so that the others find its span in their context, and Metrics the next, so
// that it measures what the span covers.
func layered(s aerostore.Store, logger *slog.Logger) aerostore.Store {
	return aerostore.Chain(s,
		otelmw.Tracing(),
		otelmw.Metrics(),
		middleware.Log(logger, middleware.LogOptions{Slow: 100 * time.Millisecond}),
		aerostore.Intercept(tenant),
	)
}

// tenant says on the span of each operation for whom it is, if the baggage of
// the request tells. Anybody can send baggage: it says who asks, not what they
// may do.
func tenant(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if name := baggage.FromContext(ctx).Member("tenant").Value(); name != "" {
			trace.SpanFromContext(ctx).SetAttributes(attribute.String("tenant", name))
		}
		return next(ctx, call)
	}
}
