package memory_test

import (
	"context"
	"log/slog"
	"slices"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

// layers are the middlewares that ship, set up so that each does all that it
// can do. None may change what a store answers.
var layers = map[string][]aerostore.Middleware{
	"passing on": {aerostore.Intercept(passOn)},
	"Tracing":    {otelmw.Tracing(otelmw.WithTracerProvider(sdktrace.NewTracerProvider()), otelmw.WithKey(), otelmw.WithReturnedRows())},
	"Metrics":    {otelmw.Metrics(otelmw.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))))},
	"Log":        {middleware.Log(slog.New(slog.NewTextHandler(nowhere{}, &slog.HandlerOptions{Level: slog.LevelDebug})), middleware.LogOptions{})},
	"Timeout":    {middleware.Timeout(time.Hour, middleware.TimeoutOptions{})},
	"Retry":      {middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Hour})},
	"Fault":      {middleware.Fault(harmless())},
	"CircuitBreaker": {middleware.CircuitBreaker(middleware.BreakerOptions{
		Scope:    middleware.ByNamespace,
		MinCalls: 1_000_000,
	})},
	"RateLimit":        {middleware.RateLimit(1e6, middleware.RateOptions{Burst: 100, MaxWait: time.Minute, Weight: middleware.PerKey})},
	"ConcurrencyLimit": {middleware.ConcurrencyLimit(100, middleware.ConcurrencyOptions{})},
	"Hedge":            {middleware.Hedge(middleware.HedgeOptions{MinDelay: 1, Quantile: middleware.None, Budget: 1})},
	"Coalesce":         {middleware.Coalesce(middleware.CoalesceOptions{})},
	"ReadOnly":         {middleware.ReadOnly(middleware.ReadOnlyOptions{While: func() bool { return false }})},
	"Stack":            {fullStack().Middleware()},
	"by hand":          {func(s aerostore.Store) aerostore.Store { return typed{s} }},
}

// fullStack has every layer that a Stack has a place for.
func fullStack() middleware.Stack {
	s := middleware.Production()
	s.Log = middleware.Log(slog.New(slog.NewTextHandler(nowhere{}, &slog.HandlerOptions{Level: slog.LevelDebug})), middleware.LogOptions{})
	s.ReadOnly = middleware.ReadOnly(middleware.ReadOnlyOptions{While: func() bool { return false }})
	s.Coalesce = middleware.Coalesce(middleware.CoalesceOptions{})
	s.Hedge = middleware.Hedge(middleware.HedgeOptions{MinDelay: 1, Quantile: middleware.None})
	s.RateLimit = middleware.RateLimit(1e6, middleware.RateOptions{MaxWait: time.Minute})
	s.ConcurrencyLimit = middleware.ConcurrencyLimit(100, middleware.ConcurrencyOptions{})
	return s
}

// harmless returns faults that are set and strike nothing.
func harmless() *fault.Injector {
	var faults fault.Injector
	faults.Inject(fault.Fault{Set: "nowhere"})
	return &faults
}

// nowhere takes what it is given, unlike slog.DiscardHandler, which would spare
// Log its work.
type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// allLayers is one chain of them.
func allLayers() (all []aerostore.Middleware) {
	for _, name := range []string{"Tracing", "Metrics", "Stack", "Fault", "passing on", "by hand"} {
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
