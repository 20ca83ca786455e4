package otlp

import (
	"context"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// A batcher hands spans to an exporter in batches. It does what the SDK's batch
// processor does but for one thing: that one wakes a goroutine for each span,
// which costs several times what the span does wherever a processor core is idle.
// This one wakes for a batch that is full, and by the clock.
type batcher struct {
	batchSettings
	exporter sdktrace.SpanExporter

	mu      sync.Mutex
	waiting []sdktrace.ReadOnlySpan

	full     chan struct{}      // holds one if a batch waits
	flushes  chan chan struct{} // each closed when what waited has been sent
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

// OnEnd implements [sdktrace.SpanProcessor]. How many spans may wait is up to the
// caller.
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
			// One at a time, so that a flush and the end have their turn.
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

// sendAll sends what waits now.
func (b *batcher) sendAll(room []sdktrace.ReadOnlySpan) {
	b.mu.Lock()
	left := len(b.waiting)
	b.mu.Unlock()
	for ; left > 0; left -= b.batch {
		b.send(room, 1)
	}
}

// send sends a batch, unless fewer wait than least. It returns how many wait
// then.
func (b *batcher) send(room []sdktrace.ReadOnlySpan, least int) (left int) {
	spans := b.take(room, least)
	if len(spans) > 0 {
		ctx, cancel := context.Background(), func() {}
		if b.timeout > 0 {
			ctx, cancel = context.WithTimeout(ctx, b.timeout)
		}
		_ = b.exporter.ExportSpans(ctx, spans) // which says nothing that it does not know itself
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

// ForceFlush implements [sdktrace.SpanProcessor]: it returns when what waits has
// been sent, or ctx is done; it is sent all the same.
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

// Shutdown implements [sdktrace.SpanProcessor]: it sends what waits and shuts the
// exporter down, without the caller once ctx is done. A second call does nothing.
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
