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

// provider is what is installed as the global one. It stays for good, off
// while there is no pipeline, so that tracers handed out once follow.
var provider = new(global.Provider)

var tracing = signal{name: "tracing is"}

// InitTracing starts the export of spans as the environment says and installs
// the global tracer provider and propagator. It returns at once, whether or not
// a collector is there. A second call does nothing; after [ShutdownTracing] the
// next one starts again, and middleware already wired, as well as tracers
// already taken from the global provider, follow.
//
// A global tracer provider or propagator that somebody else installed stays,
// unless [WithReplaceGlobal] says otherwise; beside another provider nothing is
// started. If InitTracing fails, nothing was started or installed.
//
// It is safe to call from many goroutines.
func InitTracing(ctx context.Context, opts ...Option) error {
	c := newConfig(opts)
	return tracing.init(c.later, func() (*pipeline, error) {
		p, err := startTracing(ctx, c)
		if err == nil {
			installPropagator(c)
		}
		return p, err
	})
}

// ShutdownTracing stops making spans and sends those that are left. It takes
// until ctx is done, or five seconds if ctx has no deadline, and returns an
// error that says how many spans it could not send and why. Nothing of the
// export runs on after it.
//
// A call while another is under way waits for it and returns the same. Without
// anything to stop it returns nil. It is safe to call from many goroutines.
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

// mayInstallTracing reports whether the global tracer provider is ours to set.
func mayInstallTracing(c config) bool {
	current := otel.GetTracerProvider()
	if c.replace || global.Unset(current) || current == trace.TracerProvider(provider) {
		return true
	}
	c.log.Info("otlp: another tracer provider is installed and stays: spans go there",
		slog.String("provider", fmt.Sprintf("%T", current)))
	return false
}

// flushTracing flushes all at once, so that one that is slow takes no time of the
// others.
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
	// The provider comes last: with a ctx that is done it would not stop its
	// processors at all.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	return errors.Join(append(errs, within(last, sdk.Shutdown))...)
}
