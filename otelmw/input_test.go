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
	"github.com/aerostore/aerostore/otelmw"
)

// handled returns the errors that OpenTelemetry's handler is told of during a
// test.
func handled(t *testing.T) *[]error {
	t.Helper()
	var errs []error
	before := otel.GetErrorHandler()
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { errs = append(errs, err) }))
	t.Cleanup(func() { otel.SetErrorHandler(before) })
	return &errs
}

// saidOnce fails unless one error was reported, and with the text.
func saidOnce(t *testing.T, said []error, text string) {
	t.Helper()
	if len(said) != 1 || !strings.HasPrefix(said[0].Error(), "aerostore/otelmw: ") || !strings.Contains(said[0].Error(), text) {
		t.Errorf("said %v, want once %q", said, text)
	}
}

func TestAttributesWithoutANameAreLeftOut(t *testing.T) {
	odd := []attribute.KeyValue{attribute.String("", "nameless"), attribute.String("team", "carts")}
	t.Run("given once", func(t *testing.T) {
		said := handled(t)
		option := otelmw.WithAttributes(odd...)
		store, recorder := traced(answers(aerostore.Result{}, nil), option)
		_, _ = store.Get(t.Context(), key)
		if got, want := attributesOf(only(t, recorder)), about("GET").with("team", "carts"); !maps.Equal(got, want) {
			t.Errorf("attributes %v", got)
		}
		saidOnce(t, *said, "an attribute has no name")
	})
	t.Run("made for each operation", func(t *testing.T) {
		said := handled(t)
		store, reader := measured(answers(aerostore.Result{}, nil), otelmw.WithAttributesFunc(
			func(context.Context, aerostore.Call, aerostore.Result, error) []attribute.KeyValue { return odd }))
		for range 3 {
			_, _ = store.Get(t.Context(), key)
		}
		expect(t, reader, durationName, map[string]int64{about("GET").with("team", "carts").String(): 3})
		saidOnce(t, *said, "an attribute has no name")
	})
}

func TestAFormatterWithoutANameGivesTheDefault(t *testing.T) {
	said := handled(t)
	store, recorder := traced(answers(aerostore.Result{}, nil),
		otelmw.WithSpanNameFormatter(func(string, string, string) string { return "" }))
	getSets(t.Context(), t, store, 3)
	for _, span := range recorder.Ended() {
		if !strings.HasPrefix(span.Name(), "GET test.set") {
			t.Errorf("name %q", span.Name())
		}
	}
	saidOnce(t, *said, `"GET test.set0"`)
}

func TestBoundariesThatDoNotIncreaseGiveTheDefault(t *testing.T) {
	boundaries := func(store aerostore.Store, metric func() metricdata.Metrics) []float64 {
		_, _ = store.Get(t.Context(), key)
		return metric().Data.(metricdata.Histogram[float64]).DataPoints[0].Bounds
	}
	for _, odd := range [][]float64{{1, 1}, {2, 1}, {math.NaN()}, {1, math.NaN(), 2}} {
		said := handled(t)
		store, reader := measured(answers(aerostore.Result{}, nil), otelmw.WithDurationBoundaries(odd...))
		if got := boundaries(store, func() metricdata.Metrics { return collect(t, reader)[durationName] }); len(got) != 12 {
			t.Errorf("%v: boundaries %v", odd, got)
		}
		saidOnce(t, *said, "do not increase")
	}
	store, reader := measured(answers(aerostore.Result{}, nil), otelmw.WithDurationBoundaries(.5, 1))
	if got := boundaries(store, func() metricdata.Metrics { return collect(t, reader)[durationName] }); !slices.Equal(got, []float64{.5, 1}) {
		t.Errorf("boundaries %v", got)
	}
}

func TestNothingGivenIsTheDefault(t *testing.T) {
	said := handled(t)
	store := aerostore.Chain(answers(aerostore.Result{}, nil),
		otelmw.Tracing(nil, otelmw.WithSpanNameFormatter(nil), otelmw.WithFilter(nil), otelmw.WithAttributes()),
		otelmw.Metrics(nil, otelmw.WithAttributesFunc(nil), otelmw.WithCardinalityLimit(-1)))
	if _, err := store.Get(t.Context(), key); err != nil || len(*said) != 0 {
		t.Errorf("%v, said %v", err, *said)
	}
}

func TestForANilProviderTheGlobalOneIsUsed(t *testing.T) {
	var (
		noTracers *sdktrace.TracerProvider
		noMeters  *sdkmetric.MeterProvider
	)
	for _, c := range []struct {
		name, said string
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
			said := handled(t)
			store := aerostore.Chain(answers(aerostore.Result{}, nil), c.middleware())
			for range 2 {
				if err := store.Touch(t.Context(), key); err != nil {
					t.Fatal(err)
				}
			}
			saidOnce(t, *said, c.said+" was given nil: the global provider is used")
			if told := len(recorder.Ended()) + int(counts(t, collect(t, reader)[durationName])[about("TOUCH").String()]); told != 2 {
				t.Errorf("%d operations were told of", told)
			}
		})
	}
}

func TestAGlobalProviderThatIsANilPointerIsToldNothing(t *testing.T) {
	install(t, (*sdktrace.TracerProvider)(nil))
	installMeter(t, (*sdkmetric.MeterProvider)(nil))
	said := handled(t)
	store := aerostore.Chain(answers(aerostore.Result{}, nil), otelmw.Tracing(), otelmw.Metrics())
	for range 2 {
		if err := store.Touch(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if len(*said) != 2 || !strings.Contains((*said)[0].Error(), "a nil *trace.TracerProvider") {
		t.Errorf("said %v", *said)
	}
}
