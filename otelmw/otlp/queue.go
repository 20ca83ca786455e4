package otlp

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// queue is where spans wait for their exporter: the SDK's batch processor,
// which drops what it has no room for, with a count of what went in.
type queue struct {
	sdktrace.SpanProcessor

	exporter *spanExporter
	log      *slog.Logger
	ended    atomic.Int64
	stopping atomic.Bool
}

func newQueue(e *spanExporter, log *slog.Logger) *queue {
	return &queue{
		SpanProcessor: sdktrace.NewBatchSpanProcessor(e, func(o *sdktrace.BatchSpanProcessorOptions) { repair(o, log) }),
		exporter:      e,
		log:           log,
	}
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
	if q.stopping.Load() || !span.SpanContext().IsSampled() {
		return
	}
	q.ended.Add(1)
	q.SpanProcessor.OnEnd(span)
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
		}
	}
	lost := q.exporter.lost.Load()
	if dropped := q.ended.Load() - q.exporter.sent.Load() - lost; dropped > 0 {
		q.log.Warn("otlp: spans were dropped: they ended faster than they were sent; OTEL_BSP_MAX_QUEUE_SIZE lets more wait",
			slog.String("exporter", q.exporter.exporter), slog.Int64("spans", dropped))
	}
	if lost > lostBefore {
		return fmt.Errorf("%d spans could not be sent to %s: %w", lost-lostBefore, q.exporter.exporter, q.exporter.reason())
	}
	return nil
}
