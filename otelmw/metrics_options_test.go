package otelmw_test

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

func TestWithAttributesAddsThemToEveryMeasurement(t *testing.T) {
	store, reader := measured(fake.Answers(aerostore.Result{Attempts: 2}, nil),
		otelmw.WithAttributes(attribute.String("team", "carts")))
	if err := store.Touch(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	want := about("TOUCH").with("team", "carts")
	expect(t, reader, durationName, one(want))
	expect(t, reader, retriesName, one(want))
	expect(t, reader, activeName, map[string]int64{want.String(): 0})
}

func TestWithAttributesFuncSeesCallResultAndError(t *testing.T) {
	option := otelmw.WithAttributesFunc(func(_ context.Context, call aerostore.Call, result aerostore.Result, err error) []attribute.KeyValue {
		return []attribute.KeyValue{
			attribute.Bool("conflict", errors.Is(err, aerostore.ErrGeneration)),
			attribute.Int("attempts", int(result.Attempts)),
			attribute.Bool("writes", call.Writes()),
		}
	})
	more := otelmw.WithAttributesFunc(func(context.Context, aerostore.Call, aerostore.Result, error) []attribute.KeyValue {
		return []attribute.KeyValue{attribute.String("tier", "gold")}
	})
	want := about("PUT").with("conflict", "true", "attempts", "2", "writes", "true", "tier", "gold",
		"db.response.status_code", "3", "error.type", "GENERATION_ERROR")
	backend := fake.Answers(aerostore.Result{Attempts: 2}, aerostore.ErrGeneration)
	t.Run("to spans", func(t *testing.T) {
		store, recorder := traced(backend, option, more)
		_ = store.Put(t.Context(), key, bins)
		if got := attributesOf(only(t, recorder)); !maps.Equal(got, want.with("aerospike.attempts", "2")) {
			t.Errorf("attributes %v", got)
		}
	})
	t.Run("to measurements", func(t *testing.T) {
		store, reader := measured(backend, option, more)
		_ = store.Put(t.Context(), key, bins)
		expect(t, reader, durationName, one(want))
		expect(t, reader, retriesName, one(want))
	})
}

func TestAFilterLeavesOperationsUnmeasured(t *testing.T) {
	store, reader := measured(fake.Answers(aerostore.Result{}, nil), otelmw.WithFilter(
		func(_ context.Context, call aerostore.Call) bool { return call.Op != aerostore.OpExists }))
	_, _ = store.Exists(t.Context(), key)
	_, _ = store.Get(t.Context(), key)
	expect(t, reader, durationName, one(about("GET")))
}

func TestASuppressedOperationIsNotInstrumented(t *testing.T) {
	traces, recorder := traced(fake.Answers(aerostore.Result{}, nil))
	measures, reader := measured(fake.Answers(aerostore.Result{}, nil))
	for _, ctx := range []context.Context{otelmw.Suppress(t.Context()), t.Context()} {
		for _, store := range []aerostore.Store{traces, measures} {
			if err := store.Touch(ctx, key); err != nil {
				t.Fatal(err)
			}
		}
	}
	only(t, recorder)
	expect(t, reader, durationName, one(about("TOUCH")))
}

func TestTenThousandSetsTakeBoundedMemory(t *testing.T) {
	measures, reader := measured(fake.Answers(aerostore.Result{}, nil))
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(discard{}))
	traces := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), otelmw.Tracing(otelmw.WithTracerProvider(provider)))
	for name, store := range map[string]aerostore.Store{"metrics": measures, "tracing": traces} {
		getSets(t.Context(), t, store, 2000)
		before := heap()
		getSets(t.Context(), t, store, 10000)
		if grown := heap() - before; grown > 256<<10 {
			t.Errorf("%s: the heap grew by %d bytes", name, grown)
		}
		runtime.KeepAlive(store)
	}
	if n := len(counts(t, collect(t, reader)[durationName])); n != 601 {
		t.Errorf("%d series", n)
	}
}

// heap returns the bytes in use.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestManyOperationsAreReportedSeparatelyFromManyGoroutines(t *testing.T) {
	recorder, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil),
		otelmw.Tracing(otelmw.WithTracerProvider(providerOf(recorder))), otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))))
	const goroutines, sets = 4, 60
	want := map[string]int64{}
	var wg sync.WaitGroup
	for _, namespace := range []string{"test", "bar"} {
		for i := range sets {
			set := strings.Repeat("s", i%7) + strconv.Itoa(i%9)
			for _, op := range []string{"GET", "TOUCH"} {
				want[about(op).with("db.namespace", namespace, "db.collection.name", set).String()] += goroutines
			}
			for range goroutines {
				wg.Go(func() {
					k := aerostore.NewKey(namespace, set, 1)
					_, _ = store.Get(context.Background(), k)
					_ = store.Touch(context.Background(), k)
				})
			}
		}
	}
	wg.Wait()
	expect(t, reader, durationName, want)
	spans := map[string]int64{}
	for _, span := range recorder.Ended() {
		spans[attributesOf(span).String()]++
	}
	if !maps.Equal(spans, want) {
		t.Errorf("spans\n got %v\nwant %v", spans, want)
	}
}
