package otelmw_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

func TestEveryOperationIsMeasured(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			store, reader := measured(fake.Answers(aerostore.Result{}, nil))
			if err := op.run(t.Context(), store); err != nil {
				t.Fatal(err)
			}
			want := op.start.with()
			delete(want, "db.operation.batch.size")
			expect(t, reader, durationName, one(want))
			expect(t, reader, activeName, map[string]int64{want.String(): 0})
			expect(t, reader, retriesName, none)
		})
	}
}

func TestInstrumentsFollowTheConventions(t *testing.T) {
	store, reader := measured(fake.Yields(2, nil))
	for range store.Query(t.Context(), everyone) {
	}
	all := collect(t, reader)
	for name, unit := range map[string]string{durationName: "s", rowsName: "{row}", activeName: "{operation}"} {
		if m := all[name]; m.Unit != unit || m.Description == "" {
			t.Errorf("%s: unit %q, description %q", name, m.Unit, m.Description)
		}
	}
	bounds := all[durationName].Data.(metricdata.Histogram[float64]).DataPoints[0].Bounds
	if want := []float64{.0001, .00025, .0005, .001, .005, .01, .05, .1, .5, 1, 5, 10}; !slices.Equal(bounds, want) {
		t.Errorf("boundaries %v", bounds)
	}
}

func TestAMeasurementHasTheErrorOfItsOperation(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want []string
	}{
		{"an answer", aerostore.ErrNotFound, []string{"db.response.status_code", "2"}},
		{"a failure", aerostore.ErrGeneration, []string{"db.response.status_code", "3", "error.type", "GENERATION_ERROR"}},
		{"a deadline", context.DeadlineExceeded, []string{"error.type", "timeout"}},
		{"a cancellation", context.Canceled, []string{"error.type", "canceled"}},
		{"the client's own verdict", aerostore.CodeNoConnections, []string{"error.type", "NO_AVAILABLE_CONNECTIONS_TO_NODE"}},
		{"another type", &oddError{marker}, []string{"error.type", "*otelmw_test.oddError"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, reader := measured(fake.Answers(aerostore.Result{}, c.err))
			if err := store.Put(t.Context(), key, bins); err != c.err {
				t.Fatal(err)
			}
			expect(t, reader, durationName, one(about("PUT").with(c.want...)))
			expect(t, reader, activeName, map[string]int64{about("PUT").String(): 0})
		})
	}
}

func TestTheClassifierOfMetricsIsThatOfTracing(t *testing.T) {
	store, reader := measured(fake.Fails(aerostore.CodeNotFound), otelmw.WithErrorClassifier(
		func(context.Context, aerostore.Call, error) bool { return true }))
	_, _ = store.Get(t.Context(), key)
	expect(t, reader, durationName, one(about("GET").with("db.response.status_code", "2", "error.type", "KEY_NOT_FOUND_ERROR")))
}

func TestAPanicIsMeasuredAndReachesTheCaller(t *testing.T) {
	store, reader := measured(func(context.Context, aerostore.Call) (aerostore.Result, error) { panic(marker) })
	func() {
		defer func() {
			if got := recover(); got != marker {
				t.Errorf("recovered %v", got)
			}
		}()
		_, _ = store.Get(t.Context(), key)
	}()
	expect(t, reader, durationName, one(about("GET").with("error.type", "panic")))
	expect(t, reader, activeName, map[string]int64{about("GET").String(): 0})
}

func TestABatchOfOneKeyIsMeasuredAsTheSingleOperation(t *testing.T) {
	for _, b := range batches {
		store, reader := measured(fake.Answers(results(aerostore.CodeKeyBusy), nil))
		if err := b.run(t.Context(), store, []aerostore.Key{key}); err != nil {
			t.Fatal(err)
		}
		expect(t, reader, durationName, one(about(b.single).with("db.response.status_code", "14", "error.type", "KEY_BUSY")))
		expect(t, reader, rowsName, none)
	}
}

func TestRowsAreMeasuredForQueriesAndBatchReads(t *testing.T) {
	t.Run("a query", func(t *testing.T) {
		store, reader := measured(fake.Yields(5, nil))
		rows := 0
		for range store.Query(t.Context(), everyone) {
			if rows++; rows == 3 {
				break
			}
		}
		expect(t, reader, rowsName, map[string]int64{about("QUERY").String(): 3})
	})
	t.Run("a batch read", func(t *testing.T) {
		store, reader := measured(fake.Answers(results(aerostore.CodeOK, aerostore.CodeNotFound, aerostore.CodeOK), nil))
		if _, err := store.BatchRead(t.Context(), []aerostore.Key{key, key, key}, nil); err != nil {
			t.Fatal(err)
		}
		expect(t, reader, rowsName, map[string]int64{about("BATCH READ").String(): 2})
	})
}

func TestTheDurationOfAQueryCoversTheIteration(t *testing.T) {
	store, reader := measured(fake.Yields(2, nil))
	const each = 5 * time.Millisecond
	for range store.Query(t.Context(), everyone) {
		time.Sleep(each)
	}
	sum := collect(t, reader)[durationName].Data.(metricdata.Histogram[float64]).DataPoints[0].Sum
	if sum < (2 * each).Seconds() {
		t.Errorf("it took %v s", sum)
	}
}

func TestRetriesAreTheAttemptsBeyondTheFirst(t *testing.T) {
	for attempts, want := range map[int32]map[string]int64{
		0: none, 1: none, 4: {about("TOUCH").String(): 3},
	} {
		store, reader := measured(fake.Answers(aerostore.Result{Attempts: attempts}, nil))
		if err := store.Touch(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		expect(t, reader, retriesName, want)
		if m, ok := collect(t, reader)[retriesName]; ok && (m.Unit != "{retry}" || !m.Data.(metricdata.Sum[int64]).IsMonotonic) {
			t.Errorf("%+v", m)
		}
	}
}

func TestActiveOperationsAreThoseThatHaveNotEnded(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	store, reader := measured(func(context.Context, aerostore.Call) (aerostore.Result, error) {
		begun <- struct{}{}
		<-end
		return aerostore.Result{}, aerostore.ErrTimeout
	})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { _ = store.Touch(context.Background(), key) })
		<-begun
	}
	expect(t, reader, activeName, map[string]int64{about("TOUCH").String(): 3})
	close(end)
	wg.Wait()
	expect(t, reader, activeName, map[string]int64{about("TOUCH").String(): 0})
}

func TestAMeasurementNamesTheServerThatWasConfigured(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	backend := &described{Handler: fake.Answers(aerostore.Result{Node: node}, nil), description: seed}
	store := aerostore.Chain(backend, otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))))
	if _, err := store.Get(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	expect(t, reader, durationName, one(about("GET").with("server.address", "db.example", "server.port", "3000")))
}

func TestAnExemplarLinksAMeasurementToTheSpanOfTheOperation(t *testing.T) {
	for _, c := range []struct {
		name    string
		sampler sdktrace.Sampler
		want    int
	}{{"sampled", sdktrace.AlwaysSample(), 1}, {"not sampled", sdktrace.NeverSample(), 0}} {
		t.Run(c.name, func(t *testing.T) {
			recorder, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
			spans := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder), sdktrace.WithSampler(c.sampler))
			store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil),
				otelmw.Tracing(otelmw.WithTracerProvider(spans)), otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))))
			if _, err := store.Get(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			exemplars := collect(t, reader)[durationName].Data.(metricdata.Histogram[float64]).DataPoints[0].Exemplars
			if len(exemplars) != c.want {
				t.Fatalf("%d exemplars, want %d", len(exemplars), c.want)
			}
			if c.want == 0 {
				return
			}
			id := only(t, recorder).SpanContext().SpanID()
			if !slices.Equal(exemplars[0].SpanID, id[:]) {
				t.Errorf("exemplar of span %x, want %v", exemplars[0].SpanID, id)
			}
		})
	}
}

func TestSpansAndMeasurementsHaveTheSameAttributes(t *testing.T) {
	recorder, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
	backend := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		time.Sleep(2 * time.Millisecond)
		return aerostore.Result{}, call.NewError(aerostore.CodeKeyBusy, nil)
	})
	store := aerostore.Chain(backend, otelmw.Tracing(otelmw.WithTracerProvider(providerOf(recorder))), otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))))
	if err := store.Touch(t.Context(), key); !errors.Is(err, aerostore.CodeKeyBusy) {
		t.Fatal(err)
	}
	span := only(t, recorder)
	expect(t, reader, durationName, one(attributesOf(span)))
	sum := collect(t, reader)[durationName].Data.(metricdata.Histogram[float64]).DataPoints[0].Sum
	if d := span.EndTime().Sub(span.StartTime()).Seconds() - sum; d < 0 || d > .01 {
		t.Errorf("the span took %v s more", d)
	}
}
