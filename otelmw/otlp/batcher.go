package otlp

import (
	"context"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// batchSettings are the variables OTEL_BSP_….
type batchSettings struct {
	queue, batch   int           // spans, at most
	delay, timeout time.Duration // a timeout of zero is none
}

func readBatchSettings() batchSettings {
	s := batchSettings{
		queue:   queueSize.of("OTEL_BSP_MAX_QUEUE_SIZE"),
		batch:   batchSize.of("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"),
		delay:   time.Duration(batchDelay.of("OTEL_BSP_SCHEDULE_DELAY")) * time.Millisecond,
		timeout: time.Duration(batchTime.of("OTEL_BSP_EXPORT_TIMEOUT")) * time.Millisecond,
	}
	s.batch = min(s.batch, s.queue)
	return s
}

// A batcher passes spans to an exporter in batches. Unlike the SDK's batch processor it
// does not wake a goroutine for each span, which takes 16 µs on an idle core. It wakes
// for a full batch and by the clock.
type batcher struct {
	batchSettings
	exporter sdktrace.SpanExporter

	mu      sync.Mutex
	waiting []sdktrace.ReadOnlySpan

	full     chan struct{}      // has an element if a batch waits
	flushes  chan chan struct{} // each closed when its spans have been sent
	stop     chan struct{}
	stopOnce sync.Once
	stopped  chan struct{}
}

func newBatcher(e sdktrace.SpanExporter, s batchSettings) *batcher {
	b := &batcher{
		batchSettings: s,
		exporter:      e,
		full:          make(chan struct{}, 1),
		flushes:       make(chan chan struct{}),
		stop:          make(chan struct{}),
		stopped:       make(chan struct{}),
	}
	go b.run()
	return b
}

// OnStart implements [sdktrace.SpanProcessor].
func (*batcher) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd implements [sdktrace.SpanProcessor]. The caller limits how many spans wait.
func (b *batcher) OnEnd(span sdktrace.ReadOnlySpan) {
	b.mu.Lock()
	b.waiting = append(b.waiting, span)
	n := len(b.waiting)
	b.mu.Unlock()
	if n%b.batch == 0 {
		b.wake()
	}
}

func (b *batcher) wake() {
	select {
	case b.full <- struct{}{}:
	default:
	}
}

func (b *batcher) run() {
	defer close(b.stopped)
	timer := time.NewTimer(b.delay)
	defer timer.Stop()
	room := make([]sdktrace.ReadOnlySpan, 0, b.batch)
	for {
		select {
		case <-b.full:
			// One batch at a time, so that a flush or stop does not wait for all.
			if b.send(room, b.batch) >= b.batch {
				b.wake()
			}
		case <-timer.C:
			b.sendAll(room)
		case flushed := <-b.flushes:
			b.sendAll(room)
			close(flushed)
		case <-b.stop:
			b.sendAll(room)
			return
		}
		timer.Reset(b.delay)
	}
}

// sendAll sends the spans that wait now.
func (b *batcher) sendAll(room []sdktrace.ReadOnlySpan) {
	b.mu.Lock()
	left := len(b.waiting)
	b.mu.Unlock()
	for ; left > 0; left -= b.batch {
		b.send(room, 1)
	}
}

// send sends a batch, unless fewer than least spans wait. It returns how many are left.
func (b *batcher) send(room []sdktrace.ReadOnlySpan, least int) (left int) {
	spans := b.take(room, least)
	if len(spans) > 0 {
		ctx, cancel := context.Background(), func() {}
		if b.timeout > 0 {
			ctx, cancel = context.WithTimeout(ctx, b.timeout)
		}
		_ = b.exporter.ExportSpans(ctx, spans) // the exporter has recorded the error
		cancel()
		clear(spans)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting)
}

func (b *batcher) take(room []sdktrace.ReadOnlySpan, least int) []sdktrace.ReadOnlySpan {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) < least {
		return nil
	}
	n := min(len(b.waiting), b.batch)
	spans := room[:copy(room[:n], b.waiting)]
	rest := copy(b.waiting, b.waiting[n:])
	clear(b.waiting[rest:])
	b.waiting = b.waiting[:rest]
	return spans
}

// ForceFlush implements [sdktrace.SpanProcessor]. If ctx is done first, the spans are
// sent in the background.
func (b *batcher) ForceFlush(ctx context.Context) error {
	flushed := make(chan struct{})
	select {
	case b.flushes <- flushed:
	case <-b.stop:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-flushed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Shutdown implements [sdktrace.SpanProcessor]. It sends the waiting spans and shuts the
// exporter down, in the background once ctx is done. A second call does nothing.
func (b *batcher) Shutdown(ctx context.Context) (err error) {
	b.stopOnce.Do(func() {
		close(b.stop)
		ended := make(chan error, 1)
		go func() {
			<-b.stopped
			ended <- b.exporter.Shutdown(ctx)
		}()
		select {
		case err = <-ended:
		case <-ctx.Done():
			err = ctx.Err()
		}
	})
	return err
}
