package otlp

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

// exporter watches another: it counts spans and tells the log when exporting
// begins to fail and when it works again.
type exporter struct {
	sdktrace.SpanExporter

	name       string
	log        *slog.Logger
	sent, lost atomic.Int64
	closed     chan struct{}
	closeOnce  sync.Once

	mu      sync.Mutex
	failing bool
	failure error // that it began with; what follows may be but a consequence
	since   int64 // lost before
}

func newExporters(ctx context.Context, log *slog.Logger) ([]*exporter, error) {
	var exporters []*exporter
	for _, kind := range exporterKinds(log) {
		e := &exporter{name: kind, log: log, closed: make(chan struct{})}
		var err error
		switch kind {
		case kindConsole:
			e.SpanExporter, err = stdouttrace.New(stdouttrace.WithWriter(os.Stdout))
		case kindOTLP:
			e.SpanExporter, e.name, err = newOTLP(ctx, log)
		}
		if err != nil {
			return nil, err
		}
		exporters = append(exporters, e)
	}
	return exporters, nil
}

// maxReconnectDelay is how long after a collector came back it may take until
// it is noticed. gRPC's own limit is two minutes.
const maxReconnectDelay = 10 * time.Second

func newOTLP(ctx context.Context, log *slog.Logger) (e sdktrace.SpanExporter, endpoint string, err error) {
	endpoint, options, err := collector(log)
	if err != nil {
		return nil, "", err
	}
	reconnect := grpc.ConnectParams{Backoff: backoff.DefaultConfig, MinConnectTimeout: maxReconnectDelay}
	reconnect.Backoff.MaxDelay = maxReconnectDelay
	options = append(options, otlptracegrpc.WithDialOption(grpc.WithConnectParams(reconnect)))
	e, err = otlptracegrpc.New(ctx, options...)
	if err != nil {
		return nil, "", fmt.Errorf("no exporter for %s: %w", endpoint, err)
	}
	return e, endpoint, nil
}

// ExportSpans implements [sdktrace.SpanExporter]. It returns no error, which
// the processor would only pass to OpenTelemetry's error handler, batch by
// batch.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	if err != nil {
		e.failed(int64(len(spans)), err)
	} else {
		e.worked(int64(len(spans)))
	}
	return nil
}

func (e *exporter) failed(spans int64, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.failing {
		e.failing, e.failure, e.since = true, err, e.lost.Load()
		e.log.Warn("otlp: spans cannot be exported and are lost until this is over",
			slog.String("exporter", e.name), slog.Any("error", err))
	}
	e.lost.Add(spans)
}

func (e *exporter) worked(spans int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent.Add(spans)
	if e.failing {
		e.failing = false
		e.log.Info("otlp: spans are exported again",
			slog.String("exporter", e.name), slog.Int64("lost", e.lost.Load()-e.since))
	}
}

func (e *exporter) reason() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.failure
}

// Shutdown implements [sdktrace.SpanExporter]. The processor calls it when it
// has nothing more to export.
func (e *exporter) Shutdown(ctx context.Context) error {
	defer e.closeOnce.Do(func() { close(e.closed) })
	return e.SpanExporter.Shutdown(ctx)
}
