package otlp

import (
	"context"
	"fmt"
	"sync"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
)

// spanExporter counts what another exports.
type spanExporter struct {
	sdktrace.SpanExporter
	*health

	reach     *reach
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
		console: newConsoleSpans,
		otlp: func(c collector, dial ...grpc.DialOption) (sdktrace.SpanExporter, error) {
			to := otlptracegrpc.WithEndpoint(c.endpoint)
			if c.isURL {
				to = otlptracegrpc.WithEndpointURL(c.endpoint)
			}
			return otlptracegrpc.New(ctx, to, otlptracegrpc.WithDialOption(dial...))
		},
	}.open(c.log)
	var exporters []*spanExporter
	for _, w := range opened {
		exporters = append(exporters, &spanExporter{SpanExporter: w.exporter, health: w.health, reach: w.reach, closed: make(chan struct{})})
	}
	return exporters, err
}

// ExportSpans implements [sdktrace.SpanExporter]. It returns no error, which
// the processor would only pass to OpenTelemetry's error handler, batch by
// batch.
func (e *spanExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := e.export(ctx, spans)
	e.exported(e.backlog.leave(len(spans)), err)
	return nil
}

// export is woken from a wait for another attempt where the end has come, for the
// last one.
func (e *spanExporter) export(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	wakeable, cancel := e.reach.wakeable(ctx)
	defer cancel()
	err := e.SpanExporter.ExportSpans(wakeable, spans)
	if err != nil && wakeable.Err() != nil && ctx.Err() == nil {
		err = e.SpanExporter.ExportSpans(ctx, spans)
	}
	return err
}

// giveUp counts what waits as lost, and so does what is still to come of it.
func (e *spanExporter) giveUp(reason error) {
	if n := e.backlog.close(); n > 0 {
		e.exported(n, reason)
	}
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
