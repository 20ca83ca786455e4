package otelmw_test

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/otelmw"
)

// The cost of both layers around a Get that does nothing, one of memory, and one
// round trip over loopback. The fastest turn of 100 is reported.
func BenchmarkRoundTrip(b *testing.B) {
	spans := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(discard{}),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.AlwaysSample())))
	tracing := otelmw.Tracing(otelmw.WithTracerProvider(spans))
	metrics := otelmw.Metrics(otelmw.WithMeterProvider(meterOf(sdkmetric.NewManualReader())))
	unsampled := trace.ContextWithRemoteSpanContext(b.Context(), parent.WithTraceFlags(0))

	inMemory := memory.New()
	if err := inMemory.Put(b.Context(), key, bins); err != nil {
		b.Fatal(err)
	}
	for _, backend := range []struct {
		name  string
		store aerostore.Store
	}{
		{"nothing", fake.Answers(aerostore.Result{Node: node}.WithRecord(fake.Empty), nil)},
		{"memory", inMemory},
		{"loopback", echoed(b)},
	} {
		for _, c := range []struct {
			name  string
			ctx   context.Context
			store aerostore.Store
		}{
			{"bare", b.Context(), backend.store},
			{"sampled", b.Context(), aerostore.Chain(backend.store, tracing, metrics)},
			{"unsampled", unsampled, aerostore.Chain(backend.store, tracing, metrics)},
			{"metrics", b.Context(), aerostore.Chain(backend.store, metrics)},
		} {
			b.Run(backend.name+"/"+c.name, func(b *testing.B) {
				b.ReportAllocs()
				least, turns := time.Hour, 0
				for begin := time.Now(); b.Loop(); turns++ {
					if turns%turn == turn-1 {
						least = min(least, time.Since(begin))
						begin = time.Now()
					}
					if _, err := c.store.Get(c.ctx, key); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(least.Nanoseconds())/turn, "least-ns/op")
			})
		}
	}
}

// echoed returns a backend whose every call is a round trip over loopback.
func echoed(b *testing.B) aerostore.Handler {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_, _ = io.Copy(conn, conn)
			_ = conn.Close()
		}
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(); _ = listener.Close() })
	message := make([]byte, 64)
	return func(context.Context, aerostore.Call) (aerostore.Result, error) {
		if _, err := conn.Write(message); err != nil {
			return aerostore.Result{}, err
		}
		_, err := io.ReadFull(conn, message)
		return aerostore.Result{Node: node}.WithRecord(fake.Empty), err
	}
}
