package memory_test

import (
	"context"
	"slices"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

// layers are middlewares that may not change what a store answers. Those of
// package middleware are tested there.
var layers = map[string][]aerostore.Middleware{
	"passing on": {aerostore.Intercept(passOn)},
	"Tracing":    {otelmw.Tracing(otelmw.WithTracerProvider(sdktrace.NewTracerProvider()), otelmw.WithKey(), otelmw.WithReturnedRows(), otelmw.WithQuerySummary())},
	"Metrics":    {otelmw.Metrics(otelmw.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))), otelmw.WithQuerySummary())},
	"Production": {middleware.Production().Middleware()},
	"by hand":    {func(s aerostore.Store) aerostore.Store { return typed{s} }},
}

// allLayers is one chain of them.
func allLayers() (all []aerostore.Middleware) {
	for _, name := range []string{"Tracing", "Metrics", "Production", "passing on", "by hand"} {
		all = slices.Concat(all, layers[name])
	}
	return all
}

func passOn(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) { return next(ctx, call) }
}

// typed is a decorator written against Store: what goes through it goes
// through the typed methods.
type typed struct{ aerostore.Store }

func (t typed) Unwrap() aerostore.Store { return t.Store }
