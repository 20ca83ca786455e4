package otlp

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"pgregory.net/rapid"
)

// batches is an exporter that keeps its batches, and may take time.
type batches struct {
	takes time.Duration
	hung  chan struct{} // not nil: exports wait for it or their context

	mu    sync.Mutex
	sizes []int
	names []string
	errs  []error
	down  bool
}

func (e *batches) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	time.Sleep(e.takes)
	if e.hung != nil {
		select {
		case <-e.hung:
		case <-ctx.Done():
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sizes = append(e.sizes, len(spans))
	e.errs = append(e.errs, ctx.Err())
	for _, s := range spans {
		e.names = append(e.names, s.Name())
	}
	return nil
}

func (e *batches) Shutdown(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.down = true
	return nil
}

func (e *batches) got() []int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.sizes)
}

var settings = batchSettings{queue: 100, batch: 4, delay: time.Second, timeout: time.Minute}

// end ends n spans, whose names are numbers from the first one on.
func end(b *batcher, first, n int) {
	for i := range n {
		b.OnEnd(tracetest.SpanStub{Name: strconv.Itoa(first + i)}.Snapshot())
	}
}

func TestABatchIsSentWhenItIsFullOrTheTimeIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &batches{}
		b := newBatcher(e, settings)
		defer b.Shutdown(t.Context())
		expect := func(when string, sizes ...int) {
			t.Helper()
			synctest.Wait()
			if got := e.got(); !slices.Equal(got, sizes) {
				t.Fatalf("%s: batches of %v, want %v", when, got, sizes)
			}
		}
		end(b, 0, 3)
		expect("three of four")
		end(b, 3, 1)
		expect("a full one", 4)
		end(b, 4, 3)
		time.Sleep(settings.delay - time.Nanosecond)
		expect("just before the time is up", 4)
		time.Sleep(time.Nanosecond)
		expect("when it is", 4, 3)
		end(b, 7, 9)
		expect("two full ones and one more", 4, 3, 4, 4)
		time.Sleep(settings.delay)
		expect("the one that was left", 4, 3, 4, 4, 1)
		time.Sleep(time.Hour)
		expect("when nothing waits", 4, 3, 4, 4, 1)
	})
}

func TestBatchesThatFillWhileOneIsSentFollowAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &batches{takes: time.Millisecond}
		b := newBatcher(e, settings)
		defer b.Shutdown(t.Context())
		end(b, 0, 4)
		synctest.Wait()
		end(b, 4, 13)
		time.Sleep(10 * time.Millisecond)
		if got := e.got(); !slices.Equal(got, []int{4, 4, 4, 4}) {
			t.Errorf("batches of %v, want all that are full", got)
		}
	})
}

func TestSpansThatEndWhileABatchIsSentAreNotLost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := batchSettings{
			batch: rapid.IntRange(1, 5).Draw(rt, "batch"),
			delay: time.Duration(rapid.IntRange(1, 20).Draw(rt, "delay")) * time.Millisecond,
		}
		takes := time.Duration(rapid.IntRange(0, 20).Draw(rt, "an export takes")) * time.Millisecond
		steps := rapid.SliceOfN(rapid.IntRange(-2, 9), 1, 30).Draw(rt, "spans that end, -1 a pause, -2 a flush")
		synctest.Test(t, func(t *testing.T) {
			e := &batches{takes: takes}
			b := newBatcher(e, s)
			n := 0
			for _, step := range steps {
				switch step {
				case -1:
					time.Sleep(7 * time.Millisecond)
				case -2:
					if err := b.ForceFlush(t.Context()); err != nil {
						rt.Errorf("ForceFlush: %v", err)
					}
					if len(e.names) != n {
						rt.Errorf("%d spans were sent by a flush, want %d", len(e.names), n)
					}
				default:
					end(b, n, step)
					n += step
				}
			}
			if err := b.Shutdown(t.Context()); err != nil || !e.down {
				rt.Errorf("Shutdown: %v; the exporter is down: %v", err, e.down)
			}
			for i, name := range e.names {
				if name != strconv.Itoa(i) {
					rt.Fatalf("span %d is %s", i, name)
				}
			}
			if len(e.names) != n || n > 0 && slices.Max(e.sizes) > s.batch {
				rt.Errorf("%d of %d spans were sent in batches of %v, at most %d each", len(e.names), n, e.sizes, s.batch)
			}
		})
	})
}

func TestABatchIsLostAfterItsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &batches{hung: make(chan struct{})}
		b := newBatcher(e, settings)
		begun := time.Now()
		end(b, 0, 4)
		if err := b.ForceFlush(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(begun); took != settings.timeout || !errors.Is(e.errs[0], context.DeadlineExceeded) {
			t.Errorf("it took %v, the export's context ended with %v", took, e.errs[0])
		}
		close(e.hung)
		b.Shutdown(t.Context())
	})
}

func TestFlushAndShutdownOfABatcherReturnWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &batches{hung: make(chan struct{})}
		b := newBatcher(e, settings)
		end(b, 0, 6)
		short := func() context.Context {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			t.Cleanup(cancel)
			return ctx
		}
		for range 2 {
			if err := b.ForceFlush(short()); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("ForceFlush: %v", err)
			}
		}
		if err := b.Shutdown(short()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown: %v", err)
		}
		if err := b.Shutdown(t.Context()); err != nil {
			t.Errorf("a second Shutdown: %v", err)
		}
		if err := b.ForceFlush(t.Context()); err != nil {
			t.Errorf("a flush after the end: %v", err)
		}
		close(e.hung)
		synctest.Wait()
		if len(e.names) != 6 || !e.down {
			t.Errorf("%d spans were sent, the exporter is down: %v", len(e.names), e.down)
		}
	})
}

// The time that passing a span to the batcher adds to a round trip over loopback,
// compared with the SDK's processor. Between two operations the program waits for the
// network, so a goroutine that the span wakes sleeps again.
func BenchmarkHandingASpanOver(b *testing.B) {
	e := nowhere{}
	for _, c := range []struct {
		name      string
		processor sdktrace.SpanProcessor
	}{
		{"nothing", nil},
		{"sdk", sdktrace.NewBatchSpanProcessor(e)},
		{"batcher", newBatcher(e, batchSettings{batch: sdktrace.DefaultMaxExportBatchSize, delay: time.Second})},
	} {
		b.Run(c.name, func(b *testing.B) {
			span := tracetest.SpanStub{SpanContext: trace.NewSpanContext(trace.SpanContextConfig{
				TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, TraceFlags: trace.FlagsSampled,
			})}.Snapshot()
			conn := echo(b)
			word := make([]byte, 8)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := conn.Write(word); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(conn, word); err != nil {
					b.Fatal(err)
				}
				if c.processor != nil {
					c.processor.OnEnd(span)
				}
			}
		})
		if c.processor != nil {
			_ = c.processor.Shutdown(b.Context())
		}
	}
}

// nowhere is an exporter that drops its spans.
type nowhere struct{}

func (nowhere) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (nowhere) Shutdown(context.Context) error                             { return nil }

// echo returns a connection to a peer that sends back what it receives.
func echo(b *testing.B) net.Conn {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(server, server)
		server.Close()
	}()
	b.Cleanup(func() { conn.Close() })
	return conn
}
