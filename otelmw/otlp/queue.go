package otlp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// queue is where spans wait for their exporter, as many as the backlog lets in.
type queue struct {
	*batcher

	exporter *spanExporter
	stopping atomic.Bool
}

func newQueue(e *spanExporter, settings batchSettings, log *slog.Logger) *queue {
	// As many wait as with the SDK: a full queue, and a batch on its way.
	e.backlog = &backlog{exporter: e.exporter, log: log, limit: int64(settings.queue + settings.batch)}
	return &queue{batcher: newBatcher(e, settings), exporter: e}
}

// OnEnd implements [sdktrace.SpanProcessor]. A span that ends after tracing was
// stopped was never asked for.
func (q *queue) OnEnd(span sdktrace.ReadOnlySpan) {
	if q.stopping.Load() || !span.SpanContext().IsSampled() || !q.exporter.backlog.enter() {
		return
	}
	q.batcher.OnEnd(span)
}

// flush sends what waits until ctx is done, and the rest without the caller.
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

// stop sends what is queued until ctx is done, then gives the rest up.
func (q *queue) stop(ctx context.Context) error {
	q.stopping.Store(true)
	q.exporter.reach.end()
	lostBefore := q.exporter.lost.Load()
	_ = q.Shutdown(ctx) // says nothing that the exporter does not know
	select {
	case <-q.exporter.closed:
	default:
		// The batcher goes on without us, batch by batch, each with a timeout
		// of its own, until its exporter refuses them.
		_ = q.exporter.SpanExporter.Shutdown(ctx)
		select {
		case <-q.exporter.closed:
		case <-time.After(shutdownGrace):
		}
	}
	q.exporter.giveUp(errors.New("there was no time for them"))
	q.exporter.backlog.over()
	return q.exporter.unsentSince(lostBefore)
}
