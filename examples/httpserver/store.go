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

// backend is the methods that both backends have.
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

// layered returns the store with its layers. Tracing is the outermost, so that the
// others find its span in their context. Metrics is next, so that it measures what
// the span covers.
func layered(s aerostore.Store, logger *slog.Logger) aerostore.Store {
	return aerostore.Chain(s,
		otelmw.Tracing(),
		otelmw.Metrics(),
		middleware.Log(logger, middleware.LogOptions{Slow: 100 * time.Millisecond}),
		aerostore.Intercept(tenant),
	)
}

// tenant sets the tenant of the request's baggage, if it has one, on the span of
// each operation. Any client can send baggage, so it must not grant access.
func tenant(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if name := baggage.FromContext(ctx).Member("tenant").Value(); name != "" {
			trace.SpanFromContext(ctx).SetAttributes(attribute.String("tenant", name))
		}
		return next(ctx, call)
	}
}
