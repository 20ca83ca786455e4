package otlp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
)

// A spanExporter counts the spans that another exports.
type spanExporter struct {
	sdktrace.SpanExporter
	*health

	final     *finalAttempt
	backlog   *backlog
	counting  sync.Mutex  // held while spans leave the backlog and are counted
	ended     atomic.Bool // nothing is exported anymore
	closed    chan struct{}
	closeOnce sync.Once
}

func openSpanExporters(ctx context.Context, c config) ([]*spanExporter, error) {
	opened, err := exporterMaker[sdktrace.SpanExporter]{
		signal: "TRACES",
		messages: messages{
			fails:   "otlp: spans cannot be exported and are lost",
			works:   "otlp: spans are exported again",
			inPart:  "otlp: the collector accepts spans in part; this is logged once, and the rejected spans are counted",
			lostKey: "lost",
			counts:  true,
		},
		console: newConsoleSpans,
		grpc: func(c collector, dial ...grpc.DialOption) (sdktrace.SpanExporter, error) {
			to := otlptracegrpc.WithEndpoint(c.endpoint)
			if c.isURL {
				to = otlptracegrpc.WithEndpointURL(c.endpoint)
			}
			return otlptracegrpc.New(ctx, to, otlptracegrpc.WithDialOption(dial...))
		},
		http: func(c collector, client *http.Client, timeout time.Duration) (sdktrace.SpanExporter, error) {
			e, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(c.endpoint), otlptracehttp.WithHTTPClient(client))
			return &httpSpans{e, client, timeout}, err
		},
	}.open(c.log)
	var exporters []*spanExporter
	for _, w := range opened {
		exporters = append(exporters, &spanExporter{SpanExporter: w.exporter, health: w.health, final: w.final, closed: make(chan struct{})})
	}
	return exporters, err
}

// httpSpans exports over HTTP with a limit for all attempts of an export together, which
// gRPC has.
type httpSpans struct {
	sdktrace.SpanExporter

	client  *http.Client
	timeout time.Duration // 0 for none
}

// ExportSpans implements [sdktrace.SpanExporter].
func (e *httpSpans) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	ctx, cancel := limited(ctx, e.timeout)
	defer cancel()
	return e.SpanExporter.ExportSpans(ctx, spans)
}

// Shutdown implements [sdktrace.SpanExporter].
func (e *httpSpans) Shutdown(ctx context.Context) error {
	defer e.client.CloseIdleConnections()
	return e.SpanExporter.Shutdown(ctx)
}

// ExportSpans implements [sdktrace.SpanExporter]. It returns nil, because the batcher
// ignores errors.
func (e *spanExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := e.export(ctx, spans)
	e.counting.Lock()
	defer e.counting.Unlock()
	e.exported(e.backlog.leave(len(spans)), err)
	return nil
}

// export makes the last attempt if a shutdown has ended the wait for a retry.
func (e *spanExporter) export(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if e.ended.Load() {
		return errEnded
	}
	wakeable, cancel := e.final.wakeable(ctx)
	defer cancel()
	err := e.SpanExporter.ExportSpans(wakeable, spans)
	if err != nil && wakeable.Err() != nil && ctx.Err() == nil {
		err = e.SpanExporter.ExportSpans(ctx, spans)
	}
	return err
}

var errEnded = errors.New("the shutdown ended first")

// giveUp counts the waiting spans as lost.
func (e *spanExporter) giveUp(reason error) {
	e.counting.Lock()
	defer e.counting.Unlock()
	if n := e.backlog.close(); n > 0 {
		e.exported(n, reason)
	}
}

// unsentSince returns an error with the number of spans lost since the count was lost,
// and the reason. It returns nil if none was.
func (e *spanExporter) unsentSince(lost int64) error {
	n := e.lost.Load() - lost
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d spans could not be sent to %s: %w", n, e.exporter, e.reason())
}

// Shutdown implements [sdktrace.SpanExporter]. The batcher calls it after the last
// export.
func (e *spanExporter) Shutdown(ctx context.Context) error {
	defer e.closeOnce.Do(func() { close(e.closed) })
	return e.SpanExporter.Shutdown(ctx)
}
