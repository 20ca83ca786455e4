package otelmw_test

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

// handled returns the errors that OpenTelemetry's error handler gets during a
// test.
func handled(t *testing.T) *[]error {
	t.Helper()
	var errs []error
	before := otel.GetErrorHandler()
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { errs = append(errs, err) }))
	t.Cleanup(func() { otel.SetErrorHandler(before) })
	return &errs
}

// handledOnce fails unless one error was handled that has the text.
func handledOnce(t *testing.T, errs []error, text string) {
	t.Helper()
	if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "aerostore/otelmw: ") || !strings.Contains(errs[0].Error(), text) {
		t.Errorf("handled %v, want once %q", errs, text)
	}
}

func TestAttributesWithoutAKeyAreLeftOut(t *testing.T) {
	odd := []attribute.KeyValue{attribute.String("", "nameless"), attribute.String("team", "carts")}
	t.Run("given once", func(t *testing.T) {
		errs := handled(t)
		option := otelmw.WithAttributes(odd...)
		store, recorder := traced(fake.Answers(aerostore.Result{}, nil), option)
		_, _ = store.Get(t.Context(), key)
		if got, want := attributesOf(only(t, recorder)), about("GET").with("team", "carts"); !maps.Equal(got, want) {
			t.Errorf("attributes %v", got)
		}
		handledOnce(t, *errs, "an attribute has no key")
	})
	t.Run("made for each operation", func(t *testing.T) {
		errs := handled(t)
		store, reader := measured(fake.Answers(aerostore.Result{}, nil), otelmw.WithAttributesFunc(
			func(context.Context, aerostore.Call, aerostore.Result, error) []attribute.KeyValue { return odd }))
		for range 3 {
			_, _ = store.Get(t.Context(), key)
		}
		expect(t, reader, durationName, map[string]int64{about("GET").with("team", "carts").String(): 3})
		handledOnce(t, *errs, "an attribute has no key")
	})
}

func TestAnEmptySpanNameIsReplacedByTheDefault(t *testing.T) {
	errs := handled(t)
	store, recorder := traced(fake.Answers(aerostore.Result{}, nil),
		otelmw.WithSpanNameFormatter(func(string, string, string) string { return "" }))
	getSets(t.Context(), t, store, 3)
	for _, span := range recorder.Ended() {
		if !strings.HasPrefix(span.Name(), "GET test.set") {
			t.Errorf("name %q", span.Name())
		}
	}
	handledOnce(t, *errs, `"GET test.set0"`)
}

func TestBoundariesThatDoNotIncreaseKeepTheDefault(t *testing.T) {
	boundaries := func(store aerostore.Store, metric func() metricdata.Metrics) []float64 {
		_, _ = store.Get(t.Context(), key)
		return metric().Data.(metricdata.Histogram[float64]).DataPoints[0].Bounds
	}
	for _, odd := range [][]float64{{1, 1}, {2, 1}, {math.NaN()}, {1, math.NaN(), 2}} {
		errs := handled(t)
		store, reader := measured(fake.Answers(aerostore.Result{}, nil), otelmw.WithDurationBoundaries(odd...))
		if got := boundaries(store, func() metricdata.Metrics { return collect(t, reader)[durationName] }); len(got) != 12 {
			t.Errorf("%v: boundaries %v", odd, got)
		}
		handledOnce(t, *errs, "do not increase")
	}
	store, reader := measured(fake.Answers(aerostore.Result{}, nil), otelmw.WithDurationBoundaries(.5, 1))
	if got := boundaries(store, func() metricdata.Metrics { return collect(t, reader)[durationName] }); !slices.Equal(got, []float64{.5, 1}) {
		t.Errorf("boundaries %v", got)
	}
}

func TestNilOptionsKeepTheDefault(t *testing.T) {
	errs := handled(t)
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil),
		otelmw.Tracing(nil, otelmw.WithSpanNameFormatter(nil), otelmw.WithFilter(nil), otelmw.WithAttributes()),
		otelmw.Metrics(nil, otelmw.WithAttributesFunc(nil), otelmw.WithCardinalityLimit(-1)))
	if _, err := store.Get(t.Context(), key); err != nil || len(*errs) != 0 {
		t.Errorf("%v, handled %v", err, *errs)
	}
}

func TestANilProviderOptionKeepsTheGlobalProvider(t *testing.T) {
	var (
		noTracers *sdktrace.TracerProvider
		noMeters  *sdkmetric.MeterProvider
	)
	for _, c := range []struct {
		name, errs string
		middleware func() aerostore.Middleware
	}{
		{"nil to Tracing", "WithTracerProvider", func() aerostore.Middleware { return otelmw.Tracing(otelmw.WithTracerProvider(nil)) }},
		{"a nil pointer to Tracing", "WithTracerProvider", func() aerostore.Middleware { return otelmw.Tracing(otelmw.WithTracerProvider(noTracers)) }},
		{"nil to Metrics", "WithMeterProvider", func() aerostore.Middleware { return otelmw.Metrics(otelmw.WithMeterProvider(nil)) }},
		{"a nil pointer to Metrics", "WithMeterProvider", func() aerostore.Middleware { return otelmw.Metrics(otelmw.WithMeterProvider(noMeters)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			recorder, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
			install(t, providerOf(recorder))
			installMeter(t, meterOf(reader))
			errs := handled(t)
			store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), c.middleware())
			for range 2 {
				if err := store.Touch(t.Context(), key); err != nil {
					t.Fatal(err)
				}
			}
			handledOnce(t, *errs, c.errs+": the provider is nil: the global provider is used")
			if reported := len(recorder.Ended()) + int(counts(t, collect(t, reader)[durationName])[about("TOUCH").String()]); reported != 2 {
				t.Errorf("%d operations were reported", reported)
			}
		})
	}
}

func TestANilGlobalProviderIsHandledOnceAndNotUsed(t *testing.T) {
	install(t, (*sdktrace.TracerProvider)(nil))
	installMeter(t, (*sdkmetric.MeterProvider)(nil))
	errs := handled(t)
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), otelmw.Tracing(), otelmw.Metrics())
	for range 2 {
		if err := store.Touch(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if len(*errs) != 2 || !strings.Contains((*errs)[0].Error(), "a nil *trace.TracerProvider") {
		t.Errorf("handled %v", *errs)
	}
}
