package otlp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// pipeline is one run of tracing: a provider and a queue for each exporter.
type pipeline struct {
	provider *sdktrace.TracerProvider
	queues   []*queue

	taken   atomic.Bool   // by the one who shuts it down
	stopped chan struct{} // closed after err is set
	err     error
}

func newPipeline(ctx context.Context, c config) (*pipeline, error) {
	exporters, err := newExporters(ctx, c.log)
	if err != nil {
		return nil, err
	}
	p := &pipeline{stopped: make(chan struct{})}
	options := []sdktrace.TracerProviderOption{sdktrace.WithResource(newResource(ctx, c))}
	for _, processor := range c.processors {
		options = append(options, sdktrace.WithSpanProcessor(processor))
	}
	for _, e := range exporters {
		q := newQueue(e, c.log)
		p.queues = append(p.queues, q)
		options = append(options, sdktrace.WithSpanProcessor(q))
	}
	p.provider = sdktrace.NewTracerProvider(options...)
	return p, nil
}

// shutdown reports whether the pipeline has stopped, beside how it went.
func (p *pipeline) shutdown(ctx context.Context) (stopped bool, err error) {
	if p.taken.CompareAndSwap(false, true) {
		p.err = p.stop(ctx)
		close(p.stopped)
		return true, p.err
	}
	select {
	case <-p.stopped:
		return true, p.err
	case <-ctx.Done():
		return false, fmt.Errorf("tracing is still shutting down: %w", ctx.Err())
	}
}

func (p *pipeline) stop(ctx context.Context) error {
	errs := make([]error, len(p.queues))
	var wg sync.WaitGroup
	for i, q := range p.queues {
		wg.Go(func() { errs[i] = q.stop(ctx) })
	}
	wg.Wait()
	// The provider comes last: with a ctx that is done it would not stop its
	// processors at all.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	return errors.Join(append(errs, p.provider.Shutdown(last))...)
}

// newResource describes the process. What the environment says comes last and
// wins.
func newResource(ctx context.Context, c config) *resource.Resource {
	r, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(semconv.ServiceName(c.serviceName)),
		resource.WithFromEnv(),
	)
	if err != nil {
		c.log.Warn("otlp: OTEL_RESOURCE_ATTRIBUTES is used in part", slog.Any("error", err))
	}
	return r
}
