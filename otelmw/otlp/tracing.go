package otlp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore/otelmw/internal/global"
)

// provider is installed as the global tracer provider and never replaced, so that
// existing tracers follow. It is off while tracing does not run.
var provider = new(global.Provider)

var tracing = signal{name: "tracing is"}

// InitTracing starts the export of spans and installs the global tracer provider and
// propagator. The environment configures it. It returns at once, whether or not a
// collector is running.
//
// A second call does nothing. A call after [ShutdownTracing] starts again. Existing
// middlewares, and tracers that were taken from the global provider, then record again.
//
// InitTracing keeps a global tracer provider or propagator that was installed by other
// code, unless [WithReplaceGlobal] is given. If it keeps the provider it starts nothing.
// If it returns an error, nothing was started or installed.
//
// It is safe for concurrent use.
func InitTracing(ctx context.Context, opts ...Option) error {
	c := newConfig(opts)
	return tracing.init(c.handler, func() (*pipeline, error) {
		p, err := startTracing(ctx, c)
		if err == nil {
			installPropagator(c)
		}
		return p, err
	})
}

// ShutdownTracing stops recording spans and exports those that are waiting. It takes
// until ctx is done, or five seconds if ctx has no deadline. It returns an error with
// the number of spans that could not be sent and the reason. No export continues after
// it.
//
// A concurrent call waits for the first and returns the same error. If tracing is not
// running it returns nil. It is safe for concurrent use.
func ShutdownTracing(ctx context.Context) error { return tracing.shutdown(ctx) }

func startTracing(ctx context.Context, c config) (*pipeline, error) {
	if disabled(c.log) || !mayInstallTracing(c) {
		return nil, nil
	}
	defer correctValues(c.log, "TRACES", tracingVariables)()
	exporters, err := openSpanExporters(ctx, c)
	if err != nil {
		return nil, err
	}
	options := []sdktrace.TracerProviderOption{sdktrace.WithResource(newResource(ctx, c))}
	for _, processor := range c.processors {
		options = append(options, sdktrace.WithSpanProcessor(processor))
	}
	settings := readBatchSettings()
	var queues []*queue
	for _, e := range exporters {
		q := newQueue(e, settings, c.log)
		queues = append(queues, q)
		options = append(options, sdktrace.WithSpanProcessor(q))
	}
	lastQueues.Store(&queues)
	sdk := sdktrace.NewTracerProvider(options...)
	provider.Set(sdk)
	otel.SetTracerProvider(provider)
	return &pipeline{
		uninstall: func() { provider.Set(nil) },
		flush:     func(ctx context.Context) error { return flushTracing(ctx, c.processors, queues) },
		stop:      func(ctx context.Context) error { return stopTracing(ctx, sdk, queues) },
	}, nil
}

// mayInstallTracing reports whether the global tracer provider may be replaced.
func mayInstallTracing(c config) bool {
	current := otel.GetTracerProvider()
	if c.replace || global.Unset(current) || current == trace.TracerProvider(provider) {
		return true
	}
	c.log.Info("otlp: another tracer provider is installed and is used: no spans are exported by this package",
		slog.String("provider", fmt.Sprintf("%T", current)))
	return false
}

// flushTracing flushes all processors and queues concurrently, so that a slow one does
// not delay the others.
func flushTracing(ctx context.Context, processors []sdktrace.SpanProcessor, queues []*queue) error {
	var flushes []func(context.Context) error
	for _, p := range processors {
		flushes = append(flushes, p.ForceFlush)
	}
	for _, q := range queues {
		flushes = append(flushes, q.flush)
	}
	errs := make([]error, len(flushes))
	var wg sync.WaitGroup
	for i, flush := range flushes {
		wg.Go(func() { errs[i] = within(ctx, flush) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func stopTracing(ctx context.Context, sdk *sdktrace.TracerProvider, queues []*queue) error {
	errs := make([]error, len(queues))
	var wg sync.WaitGroup
	for i, q := range queues {
		wg.Go(func() { errs[i] = q.stop(ctx) })
	}
	wg.Wait()
	// The provider comes last, with its own context: with a ctx that is done it would
	// not stop its processors at all.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	return errors.Join(append(errs, within(last, sdk.Shutdown))...)
}
