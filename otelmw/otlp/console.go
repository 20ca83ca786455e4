package otlp

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// A console writes to standard output, which may be a pipe that is not read. A write
// that blocks continues in the background, one at a time.
type console struct {
	writing  chan struct{} // has an element during a write
	stopped  chan struct{}
	stopOnce sync.Once
}

func newConsole() *console {
	return &console{writing: make(chan struct{}, 1), stopped: make(chan struct{})}
}

var errConsole = errors.New("writing to standard output blocks")

// write returns when f returns, ctx is done or the console is stopped.
func (c *console) write(ctx context.Context, f func() error) error {
	select {
	case c.writing <- struct{}{}:
	case <-ctx.Done():
		return errConsole
	case <-c.stopped:
		return errConsole
	}
	written := make(chan error, 1)
	go func() {
		defer func() { <-c.writing }()
		written <- f()
	}()
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
		return errConsole
	case <-c.stopped:
		return errConsole
	}
}

// stop ends all waits in write.
func (c *console) stop() { c.stopOnce.Do(func() { close(c.stopped) }) }

type consoleSpans struct {
	sdktrace.SpanExporter
	*console
}

func newConsoleSpans() (sdktrace.SpanExporter, error) {
	e, err := stdouttrace.New(stdouttrace.WithWriter(os.Stdout))
	return consoleSpans{e, newConsole()}, err
}

// ExportSpans implements [sdktrace.SpanExporter]. It copies the slice, which the caller
// reuses.
func (c consoleSpans) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	spans = slices.Clone(spans)
	return c.write(ctx, func() error { return c.SpanExporter.ExportSpans(context.WithoutCancel(ctx), spans) })
}

// Shutdown implements [sdktrace.SpanExporter].
func (c consoleSpans) Shutdown(ctx context.Context) error {
	c.stop()
	return c.SpanExporter.Shutdown(ctx)
}

type consoleMetrics struct {
	sdkmetric.Exporter
	*console
}

func newConsoleMetrics() (sdkmetric.Exporter, error) {
	e, err := stdoutmetric.New(stdoutmetric.WithWriter(os.Stdout))
	return consoleMetrics{e, newConsole()}, err
}

// Export implements [sdkmetric.Exporter]. It copies the metrics, which the caller
// clears.
func (c consoleMetrics) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	kept := *m
	return c.write(ctx, func() error { return c.Exporter.Export(context.WithoutCancel(ctx), &kept) })
}

// Shutdown implements [sdkmetric.Exporter].
func (c consoleMetrics) Shutdown(ctx context.Context) error {
	c.stop()
	return c.Exporter.Shutdown(ctx)
}
