package otelmw_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/otelmw"
)

const (
	durationName = "db.client.operation.duration"
	rowsName     = "db.client.response.returned_rows"
	retriesName  = "aerospike.client.retries"
	activeName   = "aerospike.client.operations.active"
)

// meterOf returns a provider whose measurements the reader collects.
func meterOf(reader *sdkmetric.ManualReader) *sdkmetric.MeterProvider {
	return sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
}

// measured returns h under a Metrics, and the reader of its measurements.
func measured(h aerostore.Handler, opts ...otelmw.Option) (aerostore.Store, *sdkmetric.ManualReader) {
	reader := sdkmetric.NewManualReader()
	opts = append([]otelmw.Option{otelmw.WithMeterProvider(meterOf(reader))}, opts...)
	return aerostore.Chain(h, otelmw.Metrics(opts...)), reader
}

// collect returns what was measured, by the names of the instruments.
func collect(t *testing.T, reader *sdkmetric.ManualReader) map[string]metricdata.Metrics {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	m := map[string]metricdata.Metrics{}
	for _, scope := range all.ScopeMetrics {
		for _, metric := range scope.Metrics {
			m[metric.Name] = metric
		}
	}
	return m
}

// counts returns how many measurements each set of attributes has, or the value
// of a counter.
func counts(t *testing.T, metric metricdata.Metrics) map[string]int64 {
	t.Helper()
	m := map[string]int64{}
	switch data := metric.Data.(type) {
	case nil:
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			m[emit(p.Attributes.ToSlice()).String()] = int64(p.Count)
		}
	case metricdata.Histogram[int64]:
		for _, p := range data.DataPoints {
			m[emit(p.Attributes.ToSlice()).String()] = p.Sum
		}
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			m[emit(p.Attributes.ToSlice()).String()] = p.Value
		}
	default:
		t.Fatalf("%T", data)
	}
	return m
}

func (a attributes) String() string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		pairs = append(pairs, name+"="+a[name])
	}
	return strings.Join(pairs, " ")
}

// expect compares what an instrument has measured.
func expect(t *testing.T, reader *sdkmetric.ManualReader, name string, want map[string]int64) {
	t.Helper()
	if got := counts(t, collect(t, reader)[name]); !maps.Equal(got, want) {
		t.Errorf("%s\n got %v\nwant %v", name, got, want)
	}
}

// one is a single measurement with the attributes.
func one(a attributes) map[string]int64 { return map[string]int64{a.String(): 1} }

// none is what an unused instrument has.
var none = map[string]int64{}

// getSets reads one record of each of n sets.
func getSets(ctx context.Context, t testing.TB, s aerostore.Store, n int) {
	t.Helper()
	for i := range n {
		if _, err := s.Get(ctx, aerostore.NewKey("test", fmt.Sprint("set", i), 1)); err != nil {
			t.Fatal(err)
		}
	}
}

// pointsOf returns the data points of durations.
func pointsOf(t *rapid.T, reader *sdkmetric.ManualReader) []metricdata.HistogramDataPoint[float64] {
	var all metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &all); err != nil {
		t.Fatal(err)
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if h, ok := m.Data.(metricdata.Histogram[float64]); ok && m.Name == durationName {
				return h.DataPoints
			}
		}
	}
	return nil
}
