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

// queue is where spans wait for their exporter: the SDK's batch processor, which
// would drop in silence what it has no room for. So it is given room for all that
// the backlog lets in.
type queue struct {
	sdktrace.SpanProcessor

	exporter *spanExporter
	stopping atomic.Bool
	flushing chan struct{} // holds one while somebody flushes
}

func newQueue(e *spanExporter, log *slog.Logger) *queue {
	q := &queue{exporter: e, flushing: make(chan struct{}, 1)}
	q.SpanProcessor = sdktrace.NewBatchSpanProcessor(e, func(o *sdktrace.BatchSpanProcessorOptions) {
		repair(o, log)
		// As many wait as with the SDK alone: a full queue, and a batch on its way.
		limit := o.MaxQueueSize + o.MaxExportBatchSize
		e.backlog = &backlog{exporter: e.exporter, log: log, limit: int64(limit)}
		o.MaxQueueSize = limit + cap(q.flushing)
	})
	return q
}

// repair replaces what the SDK takes from the environment as it is: a negative
// size makes it panic, a delay of zero keeps a processor core busy.
func repair(o *sdktrace.BatchSpanProcessorOptions, log *slog.Logger) {
	if o.MaxQueueSize <= 0 {
		warnUnusable(log, "OTEL_BSP_MAX_QUEUE_SIZE", sdktrace.DefaultMaxQueueSize)
		o.MaxQueueSize = sdktrace.DefaultMaxQueueSize
		o.MaxExportBatchSize = sdktrace.DefaultMaxExportBatchSize
	}
	if o.MaxExportBatchSize <= 0 {
		size := min(sdktrace.DefaultMaxExportBatchSize, o.MaxQueueSize)
		warnUnusable(log, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", size)
		o.MaxExportBatchSize = size
	}
	if o.BatchTimeout <= 0 {
		warnUnusable(log, "OTEL_BSP_SCHEDULE_DELAY", sdktrace.DefaultScheduleDelay)
		o.BatchTimeout = sdktrace.DefaultScheduleDelay * time.Millisecond
	}
}

func warnUnusable(log *slog.Logger, variable string, used int) {
	log.Warn("otlp: the variable must be above zero", slog.String("variable", variable), slog.Int("used", used))
}

// OnEnd implements [sdktrace.SpanProcessor]. A span that ends after tracing was
// stopped was never asked for.
func (q *queue) OnEnd(span sdktrace.ReadOnlySpan) {
	if q.stopping.Load() || !span.SpanContext().IsSampled() || !q.exporter.backlog.enter() {
		return
	}
	q.SpanProcessor.OnEnd(span)
}

// flush sends what waits until ctx is done, and the rest without the caller: the
// processor gives up for good what it is interrupted in.
func (q *queue) flush(ctx context.Context) error {
	select {
	case q.flushing <- struct{}{}:
	case <-ctx.Done():
		return q.unsent(ctx)
	}
	lostBefore := q.exporter.lost.Load()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = q.ForceFlush(context.WithoutCancel(ctx)) // says nothing that the exporter does not know
		<-q.flushing
	}()
	select {
	case <-done:
		return q.exporter.unsentSince(lostBefore)
	case <-ctx.Done():
		return q.unsent(ctx)
	}
}

func (q *queue) unsent(ctx context.Context) error {
	return fmt.Errorf("%d spans are still to be sent to %s: %w",
		q.exporter.backlog.waiting.Load(), q.exporter.exporter, ctx.Err())
}

// stop sends what is queued until ctx is done, then gives the rest up.
func (q *queue) stop(ctx context.Context) error {
	q.stopping.Store(true)
	lostBefore := q.exporter.lost.Load()
	_ = q.Shutdown(ctx) // says nothing that the exporter does not know
	select {
	case <-q.exporter.closed:
	default:
		// The processor goes on without us, batch by batch, each with a timeout
		// of its own, until its exporter refuses them.
		_ = q.exporter.SpanExporter.Shutdown(ctx)
		select {
		case <-q.exporter.closed:
		case <-time.After(shutdownGrace):
			q.exporter.giveUp(errors.New("there was no time for them"))
		}
	}
	q.exporter.backlog.over()
	return q.exporter.unsentSince(lostBefore)
}
