package asbackend_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

// The benchmarks compare the Store with the bare client, over the same connections. They
// need a server.

// A contender does one read and one write of the i-th record.
type contender struct {
	name     string
	get, put func(ctx context.Context, i int) error
}

const benchRecords = 1000

// dropped is a span exporter that drops what it is given.
type dropped struct{}

func (dropped) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (dropped) Shutdown(context.Context) error                             { return nil }

func contenders(b *testing.B) []contender {
	b.Helper()
	s, err := asbackend.Dial(b.Context(), hosts(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	client, set := s.Client(), fmt.Sprintf("asb_%x", time.Now().UnixNano())
	b.Cleanup(func() { empty(b, s, set) })

	traced := sdktrace.NewTracerProvider(sdktrace.WithBatcher(dropped{}))
	tenth := sdktrace.NewTracerProvider(sdktrace.WithBatcher(dropped{}), sdktrace.WithSampler(sdktrace.TraceIDRatioBased(0.1)))
	measured := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	b.Cleanup(func() {
		_ = traced.Shutdown(context.Background())
		_ = tenth.Shutdown(context.Background())
	})

	ids := make([]string, benchRecords)
	for i := range ids {
		ids[i] = fmt.Sprintf("user-%07d", i)
	}
	bins := map[string]any{"name": "Ada", "age": 36, "score": 1.5, "active": true}
	through := func(name string, store aerostore.Store) contender {
		return contender{
			name: name,
			get: func(ctx context.Context, i int) error {
				_, err := store.Get(ctx, aerostore.NewKey(namespace, set, ids[i%benchRecords]))
				return err
			},
			put: func(ctx context.Context, i int) error {
				return store.Put(ctx, aerostore.NewKey(namespace, set, ids[i%benchRecords]), bins)
			},
		}
	}
	telemetry := aerostore.Chain(s,
		otelmw.Tracing(otelmw.WithTracerProvider(traced)), otelmw.Metrics(otelmw.WithMeterProvider(measured)))
	sampled := aerostore.Chain(s,
		otelmw.Tracing(otelmw.WithTracerProvider(tenth)), otelmw.Metrics(otelmw.WithMeterProvider(measured)))
	metrics := aerostore.Chain(s, otelmw.Metrics(otelmw.WithMeterProvider(measured)))
	production := aerostore.Chain(s,
		otelmw.Tracing(otelmw.WithTracerProvider(traced)), otelmw.Metrics(otelmw.WithMeterProvider(measured)),
		middleware.Production().Middleware())
	all := []contender{
		{
			name: "client",
			get: func(_ context.Context, i int) error {
				key, err := as.NewKey(namespace, set, ids[i%benchRecords])
				if err != nil {
					return err
				}
				if _, err := client.Get(nil, key); err != nil {
					return err
				}
				return nil
			},
			put: func(_ context.Context, i int) error {
				key, err := as.NewKey(namespace, set, ids[i%benchRecords])
				if err != nil {
					return err
				}
				if err := client.Put(nil, key, bins); err != nil {
					return err
				}
				return nil
			},
		},
		through("store", s),
		through("metrics", metrics),
		through("tenth", sampled),
		through("telemetry", telemetry),
		through("production", production),
		through("floor", aerostore.Chain(s, byHand(b, traced, measured))),
	}
	for i := range benchRecords {
		if err := all[0].put(b.Context(), i); err != nil {
			b.Fatal(err)
		}
	}
	return all
}

// byHand is the minimum cost of a span and a measurement with the SDK: both are prepared,
// have as many attributes, and get the node at the end.
func byHand(b *testing.B, traces trace.TracerProvider, measurements metric.MeterProvider) aerostore.Middleware {
	b.Helper()
	duration, err := measurements.Meter("floor").Float64Histogram("floor", metric.WithUnit("s"))
	if err != nil {
		b.Fatal(err)
	}
	attributes := []attribute.KeyValue{
		attribute.String("db.system.name", "aerospike"), attribute.String("db.namespace", namespace),
		attribute.String("db.collection.name", "users"), attribute.String("db.operation.name", "GET"),
		attribute.String("server.address", "127.0.0.1"), attribute.Int("server.port", 3000),
	}
	node := []attribute.KeyValue{attribute.String("network.peer.address", "127.0.0.1"), attribute.Int("network.peer.port", 3000)}
	start := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...)}
	record := []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(attributes...))}
	tracer := traces.Tracer("floor")
	return aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			ctx, span := tracer.Start(ctx, "floor", start...)
			begun := time.Now()
			result, err := next(ctx, call)
			duration.Record(ctx, time.Since(begun).Seconds(), record...)
			span.SetAttributes(node...)
			span.End()
			return result, err
		}
	})
}

// BenchmarkOperation counts allocations; its times are those of one goroutine.
func BenchmarkOperation(b *testing.B) {
	for _, c := range contenders(b) {
		for name, do := range map[string]func(context.Context, int) error{"get": c.get, "put": c.put} {
			b.Run(name+"/"+c.name, func(b *testing.B) {
				ctx := b.Context()
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if err := do(ctx, i); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkThroughput runs the contenders in turns of 16 goroutines, because the speed of
// a machine changes. Each turn begins with another contender, because each pays for the
// garbage of the one before. It reports the median of the ratios to the bare client.
func BenchmarkThroughput(b *testing.B) {
	const goroutines, perTurn = 16, 1000
	all := contenders(b)
	for _, op := range []string{"get", "put"} {
		b.Run(op, func(b *testing.B) {
			took := make([][]float64, len(all))
			for begin := 0; b.Loop(); begin++ {
				for i := range all {
					n := (begin + i) % len(all)
					do := all[n].get
					if op == "put" {
						do = all[n].put
					}
					took[n] = append(took[n], turn(b, goroutines, perTurn, do))
				}
			}
			for n, c := range all[1:] {
				parts := make([]float64, len(took[0]))
				for i := range parts {
					parts[i] = took[0][i] / took[n+1][i]
				}
				slices.Sort(parts)
				b.ReportMetric(parts[len(parts)/2], c.name+"/client")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// turn returns the seconds until all goroutines have ended.
func turn(b *testing.B, goroutines, operations int, do func(context.Context, int) error) float64 {
	ctx := b.Context()
	begun := time.Now()
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := g; i < operations; i += goroutines {
				if err := do(ctx, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(begun).Seconds()
}
