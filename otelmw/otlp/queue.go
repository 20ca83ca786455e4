package otlp

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// A queue is a span processor whose spans wait for an exporter. Its backlog limits how
// many do.
type queue struct {
	*batcher

	exporter *spanExporter
	stopping atomic.Bool
}

func newQueue(e *spanExporter, settings batchSettings, log *slog.Logger) *queue {
	// The SDK's limit: a full queue, and a batch that is being sent.
	e.backlog = &backlog{exporter: e.exporter, log: log, limit: int64(settings.queue + settings.batch)}
	return &queue{batcher: newBatcher(e, settings), exporter: e}
}

// OnEnd implements [sdktrace.SpanProcessor]. A span that ends after tracing was stopped
// is not counted.
func (q *queue) OnEnd(span sdktrace.ReadOnlySpan) {
	if q.stopping.Load() || !span.SpanContext().IsSampled() || !q.exporter.backlog.enter() {
		return
	}
	q.batcher.OnEnd(span)
}

// flush sends the waiting spans until ctx is done, and the rest in the background.
func (q *queue) flush(ctx context.Context) error {
	lostBefore := q.exporter.lost.Load()
	if q.ForceFlush(ctx) != nil {
		return q.unsent(ctx)
	}
	return q.exporter.unsentSince(lostBefore)
}

func (q *queue) unsent(ctx context.Context) error {
	return fmt.Errorf("%d spans are still to be sent to %s: %w",
		q.exporter.backlog.waiting.Load(), q.exporter.exporter, ctx.Err())
}

// stop sends the waiting spans until ctx is done. The rest are lost.
func (q *queue) stop(ctx context.Context) error {
	q.stopping.Store(true)
	q.exporter.final.end()
	lostBefore := q.exporter.lost.Load()
	_ = q.Shutdown(ctx) // the exporter has recorded the error
	select {
	case <-q.exporter.closed:
	default:
		// The batcher continues in the background until its exporter is shut down. The
		// exporter still encodes each batch before it looks at its context.
		q.exporter.ended.Store(true)
		_ = q.exporter.SpanExporter.Shutdown(ctx)
		select {
		case <-q.exporter.closed:
		case <-time.After(shutdownGrace):
		}
	}
	q.exporter.giveUp(errEnded)
	q.exporter.backlog.over()
	return q.exporter.unsentSince(lostBefore)
}
