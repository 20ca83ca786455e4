package otelmw_test

import (
	"context"
	"maps"
	"os"
	"regexp"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

// pages are the two places that list instruments and attributes, each with how it lists
// an instrument.
var pages = map[string]*regexp.Regexp{
	"doc.go":               regexp.MustCompile(`(?m)^//\t([a-z_.]+)\s+([a-z -]+), (\{\w+\}|s)`),
	"../docs/telemetry.md": regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| ([a-z -]+), `(\\{\\w+\\}|s)` \\|"),
}

func TestEveryInstrumentIsDocumented(t *testing.T) {
	backend := counter(aerostore.NodeStats{Node: *node})
	backend.stats.MaxConnections = 100
	backend.Handler = fake.Answers(aerostore.Result{Attempts: 2}, nil)
	reader := sdkmetric.NewManualReader()
	store := aerostore.Chain(backend, otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))), under(limiting(1, 1)))
	if _, err := store.BatchRead(t.Context(), []aerostore.Key{key, key}, nil); err != nil {
		t.Fatal(err)
	}
	made := map[string]string{}
	for name, metric := range collect(t, reader) {
		made[name] = kindOf(t, metric) + ", " + metric.Unit
	}
	runtime.KeepAlive(store)
	for page, instrument := range pages {
		documented := map[string]string{}
		for _, row := range instrument.FindAllStringSubmatch(textOf(t, page), -1) {
			documented[row[1]] = row[2] + ", " + row[3]
		}
		if !maps.Equal(documented, made) {
			t.Errorf("%s has\n%v, want\n%v", page, documented, made)
		}
	}
}

func TestEveryAttributeIsDocumented(t *testing.T) {
	err := aerostore.Call{Op: aerostore.OpPut, Key: key}.NewError(aerostore.CodeTimeout, nil)
	err.InDoubt, err.Node = true, node
	recorder, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
	options := []otelmw.Option{
		otelmw.WithTracerProvider(providerOf(recorder)), otelmw.WithMeterProvider(meterOf(reader)),
		otelmw.WithKey(), otelmw.WithReturnedRows(), otelmw.WithQuerySummary(),
	}
	backend := counter(aerostore.NodeStats{Node: *node})
	backend.Handler = func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		if call.IsBatch() {
			return aerostore.Result{}.WithBatch([]aerostore.BatchResult{{Record: fake.Empty}, {Err: err}}), nil
		}
		return aerostore.Result{Attempts: 2}, err
	}
	store := aerostore.Chain(backend, otelmw.Tracing(options...), otelmw.Metrics(options...), under(limiting(1, 1)))
	_ = store.Put(t.Context(), key, bins)
	_, _ = store.Operate(t.Context(), key, ops)
	_, _ = store.BatchRead(t.Context(), []aerostore.Key{key, key}, nil)
	_, _ = everyKindOfAttempt(options).Get(t.Context(), key)

	names := map[string]bool{}
	for _, span := range recorder.Ended() {
		for name := range attributesOf(span) {
			names[name] = true
		}
	}
	for _, metric := range collect(t, reader) {
		for _, set := range setsOf(metric) {
			for name := range set {
				names[name] = true
			}
		}
	}
	runtime.KeepAlive(store)
	if len(names) != 28 {
		t.Errorf("%d attributes: %v", len(names), names)
	}
	for page := range pages {
		text := textOf(t, page)
		for name := range names {
			if name == "network.peer.port" && page == "doc.go" {
				name = "network.peer.address, .port"
			}
			if !regexp.MustCompile(`(^|[^\w.])` + regexp.QuoteMeta(name) + `($|[^\w.]|\.\s)`).MatchString(text) {
				t.Errorf("%s has no %s", page, name)
			}
		}
	}
}

// everyKindOfAttempt returns a store whose first attempt is abandoned, and whose second is
// tried again too often for a span each.
func everyKindOfAttempt(options []otelmw.Option) aerostore.Store {
	var calls atomic.Int32
	handler := func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		switch n := calls.Add(1); {
		case n == 1:
			<-ctx.Done()
			return aerostore.Result{}, call.NewContextError(ctx.Err())
		case n < 40:
			return aerostore.Result{}, call.NewError(aerostore.CodeKeyBusy, nil)
		default:
			return fake.Success(call), nil
		}
	}
	often := middleware.Retry(middleware.RetryOptions{Attempts: 50, Backoff: middleware.Backoff{Base: 1, Max: 1}})
	return aerostore.Chain(aerostore.Handler(handler), otelmw.Tracing(append(options, otelmw.WithAttempts())...),
		middleware.Hedge(middleware.HedgeOptions{MinDelay: time.Millisecond}), often)
}

func textOf(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// kindOf returns the kind of the instrument as pages call it.
func kindOf(t *testing.T, metric metricdata.Metrics) string {
	t.Helper()
	switch data := metric.Data.(type) {
	case metricdata.Histogram[float64], metricdata.Histogram[int64]:
		return "histogram"
	case metricdata.Gauge[float64]:
		return "gauge"
	case metricdata.Sum[int64]:
		if data.IsMonotonic {
			return "counter"
		}
		return "up-down counter"
	default:
		t.Fatalf("%T", data)
		return ""
	}
}

// setsOf returns the attributes of each data point.
func setsOf(metric metricdata.Metrics) []attributes {
	var sets []attributes
	switch data := metric.Data.(type) {
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			sets = append(sets, emit(p.Attributes.ToSlice()))
		}
	case metricdata.Gauge[float64]:
		for _, p := range data.DataPoints {
			sets = append(sets, emit(p.Attributes.ToSlice()))
		}
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			sets = append(sets, emit(p.Attributes.ToSlice()))
		}
	}
	return sets
}
