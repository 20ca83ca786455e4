package otlp

import (
	"context"
	"fmt"
	"os"
	"sync"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
)

// spanExporter counts what another exports.
type spanExporter struct {
	sdktrace.SpanExporter
	*health

	backlog   *backlog
	closed    chan struct{}
	closeOnce sync.Once
}

func openSpanExporters(ctx context.Context, c config) ([]*spanExporter, error) {
	opened, err := makers[sdktrace.SpanExporter]{
		signal: "TRACES",
		wording: wording{
			fails:   "otlp: spans cannot be exported and are lost until this is over",
			works:   "otlp: spans are exported again",
			inPart:  "otlp: the collector takes spans in part; this is said once, and the refused ones are counted",
			lostKey: "lost",
			counts:  true,
		},
		console: func() (sdktrace.SpanExporter, error) {
			return stdouttrace.New(stdouttrace.WithWriter(os.Stdout))
		},
		otlp: func(url string, dial grpc.DialOption) (sdktrace.SpanExporter, error) {
			options := []otlptracegrpc.Option{otlptracegrpc.WithDialOption(dial)}
			if url != "" {
				options = append(options, otlptracegrpc.WithEndpointURL(url))
			}
			return otlptracegrpc.New(ctx, options...)
		},
	}.open(c.log)
	var exporters []*spanExporter
	for _, w := range opened {
		exporters = append(exporters, &spanExporter{SpanExporter: w.exporter, health: w.health, closed: make(chan struct{})})
	}
	return exporters, err
}

// ExportSpans implements [sdktrace.SpanExporter]. It returns no error, which
// the processor would only pass to OpenTelemetry's error handler, batch by
// batch.
func (e *spanExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.exported(len(spans), e.SpanExporter.ExportSpans(ctx, spans))
	e.backlog.leave(len(spans))
	return nil
}

// giveUp counts what waits as lost.
func (e *spanExporter) giveUp(reason error) {
	e.exported(int(e.backlog.waiting.Swap(0)), reason)
}

// unsentSince returns an error that says how many spans were lost since so many
// were, and why; nil if none was.
func (e *spanExporter) unsentSince(lost int64) error {
	n := e.lost.Load() - lost
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d spans could not be sent to %s: %w", n, e.exporter, e.reason())
}

// Shutdown implements [sdktrace.SpanExporter]. The processor calls it when it
// has nothing more to export.
func (e *spanExporter) Shutdown(ctx context.Context) error {
	defer e.closeOnce.Do(func() { close(e.closed) })
	return e.SpanExporter.Shutdown(ctx)
}
