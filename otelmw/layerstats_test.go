package otelmw_test

import (
	"context"
	"maps"
	"math"
	"runtime"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

const (
	eventsName = "aerospike.client.layer.events"
	gaugeName  = "aerospike.client.layer.gauge"
)

// standing is a layer with the stats of a test.
type standing struct {
	stats aerostore.LayerStats
	reads int
}

func (*standing) Intercept(next aerostore.Handler) aerostore.Handler { return next }

func (p *standing) LayerStats() aerostore.LayerStats {
	p.reads++
	return p.stats
}

// limiting returns a layer with events and gauges of every kind.
func limiting(rejected int64, inFlight float64) *standing {
	return &standing{stats: aerostore.LayerStats{
		Layer: "limit",
		Events: []aerostore.LayerEvent{
			{Name: "rejected", Scope: "test", N: rejected},
			{Name: "rejected", Scope: "bar", N: 2},
			{Name: "limit_changed", N: 3},
		},
		Gauges: []aerostore.LayerGauge{
			{Name: "in_flight", Value: inFlight},
			{Name: "state", Scope: "test", Value: inFlight, Kind: aerostore.GaugeMax},
			{Name: "limit", Scope: "test", Value: 20},
		},
	}}
}

// under returns the layers as middleware.
func under(layers ...aerostore.Layer) aerostore.Middleware {
	return func(s aerostore.Store) aerostore.Store {
		var middlewares []aerostore.Middleware
		for _, p := range layers {
			middlewares = append(middlewares, aerostore.WithLayer(func() aerostore.Layer { return p }))
		}
		return aerostore.Chain(s, middlewares...)
	}
}

// ofLayer returns the attributes of an event or a gauge.
func ofLayer(name, key, what, scope string, more ...string) string {
	a := attributes{
		"db.system.name": "aerospike", "server.address": "db.example", "server.port": "3000",
		"aerospike.layer.name": name, "aerospike.layer." + key: what,
	}.with(more...)
	if scope != "" {
		a["aerospike.layer.scope"] = scope
	}
	return a.String()
}

// levelsOf returns the values of a gauge.
func levelsOf(t *testing.T, m metricdata.Metrics) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	if m.Data == nil {
		return values
	}
	for _, p := range m.Data.(metricdata.Gauge[float64]).DataPoints {
		values[emit(p.Attributes.ToSlice()).String()] = p.Value
	}
	return values
}

func expectGauges(t *testing.T, reader *sdkmetric.ManualReader, want map[string]float64) {
	t.Helper()
	if got := levelsOf(t, collect(t, reader)[gaugeName]); !maps.Equal(got, want) {
		t.Errorf("%s\n got %v\nwant %v", gaugeName, got, want)
	}
}

func TestEventsAndGaugesOfLayersAreReported(t *testing.T) {
	limit, retry := limiting(5, 7), &standing{stats: aerostore.LayerStats{
		Layer: "retry", Events: []aerostore.LayerEvent{{Name: "retried", N: 4}},
	}}
	outside := &standing{stats: aerostore.LayerStats{Layer: "outside", Events: []aerostore.LayerEvent{{Name: "seen", N: 1}}}}
	reader := sdkmetric.NewManualReader()
	store := aerostore.Chain(counter(), under(outside),
		otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader)), otelmw.WithAttributes(attribute.String("app", "shop"))),
		under(retry, limit))
	all := collect(t, reader)
	if m := all[eventsName]; m.Unit != "{event}" || m.Description == "" || !m.Data.(metricdata.Sum[int64]).IsMonotonic {
		t.Errorf("%+v", m)
	}
	if m := all[gaugeName]; m.Unit != "{gauge}" || m.Description == "" {
		t.Errorf("%+v", m)
	}
	expect(t, reader, eventsName, map[string]int64{
		ofLayer("limit", "event", "rejected", "test", "app", "shop"):  5,
		ofLayer("limit", "event", "rejected", "bar", "app", "shop"):   2,
		ofLayer("limit", "event", "limit_changed", "", "app", "shop"): 3,
		ofLayer("retry", "event", "retried", "", "app", "shop"):       4,
	})
	expectGauges(t, reader, map[string]float64{
		ofLayer("limit", "gauge", "in_flight", "", "app", "shop"): 7,
		ofLayer("limit", "gauge", "state", "test", "app", "shop"): 7,
		ofLayer("limit", "gauge", "limit", "test", "app", "shop"): 20,
	})
	limit.stats.Events[0].N, limit.stats.Gauges[0].Value = 6, math.Inf(1)
	expectGauges(t, reader, map[string]float64{
		ofLayer("limit", "gauge", "in_flight", "", "app", "shop"): math.Inf(1),
		ofLayer("limit", "gauge", "state", "test", "app", "shop"): 7,
		ofLayer("limit", "gauge", "limit", "test", "app", "shop"): 20,
	})
	runtime.KeepAlive(store)
}

func TestLayerStatsAreReadAtCollectionOnly(t *testing.T) {
	limit := limiting(5, 7)
	reader := sdkmetric.NewManualReader()
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))), under(limit))
	for range 3 {
		if err := store.Touch(t.Context(), key); err != nil || limit.reads != 0 {
			t.Fatalf("Stats was called %d times, %v", limit.reads, err)
		}
	}
	if collect(t, reader); limit.reads != 1 {
		t.Errorf("Stats was called %d times", limit.reads)
	}
	runtime.KeepAlive(store)
}

func TestLayersOfAKindAreCombined(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	metrics := otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader)))
	shared := limiting(100, 1000)
	behind := aerostore.Chain(counter(), under(shared))
	want := func(rejected, bar int64) map[string]int64 {
		return map[string]int64{
			ofLayer("limit", "event", "rejected", "test"):  rejected,
			ofLayer("limit", "event", "rejected", "bar"):   bar,
			ofLayer("limit", "event", "limit_changed", ""): bar / 2 * 3,
		}
	}
	other := aerostore.Chain(behind, under(limiting(10, 20)))
	func() {
		one := aerostore.Chain(behind, metrics, under(limiting(5, 7), limiting(6, 8)))
		other = metrics(other)
		// The shared layer is reported once.
		expect(t, reader, eventsName, want(121, 8))
		expectGauges(t, reader, map[string]float64{
			ofLayer("limit", "gauge", "in_flight", ""): 1035, ofLayer("limit", "gauge", "limit", "test"): 80,
			ofLayer("limit", "gauge", "state", "test"): 1000,
		})
		runtime.KeepAlive(one)
	}()
	until(t, "the layers of an unreachable store are still reported", func() bool {
		return maps.Equal(counts(t, collect(t, reader)[eventsName]), want(110, 4))
	})
	runtime.KeepAlive(other)
}

func TestLayersFollowTheGlobalProvider(t *testing.T) {
	store := aerostore.Chain(counter(), otelmw.Metrics(), under(limiting(5, 7)))
	first, second := sdkmetric.NewManualReader(), sdkmetric.NewManualReader()
	for _, reader := range []*sdkmetric.ManualReader{first, second} {
		installMeter(t, meterOf(reader))
		expect(t, reader, eventsName, none)
		if err := store.Touch(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if reported := counts(t, collect(t, reader)[eventsName]); len(reported) != 3 {
			t.Errorf("reported %v", reported)
		}
	}
	expect(t, first, eventsName, none)
	expectGauges(t, first, map[string]float64{})
	runtime.KeepAlive(store)
}

func TestLayersThatCannotBeComparedAreReported(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	provider := sliceMeterProvider{MeterProvider: meterOf(reader), names: []string{"not comparable"}}
	odd := sliceLayer{names: []string{"odd"}}
	store := aerostore.Chain(counter(), otelmw.Metrics(otelmw.WithMeterProvider(provider)), under(odd, odd))
	expect(t, reader, eventsName, map[string]int64{ofLayer("odd", "event", "seen", ""): 2})
	runtime.KeepAlive(store)
}

// sliceLayer is a layer that == panics at.
type sliceLayer struct{ names []string }

func (sliceLayer) Intercept(next aerostore.Handler) aerostore.Handler { return next }

func (p sliceLayer) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{Layer: p.names[0], Events: []aerostore.LayerEvent{{Name: "seen", N: 1}}}
}

func TestAChainWithoutLayersAddsNoInstruments(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	store := aerostore.Chain(counter(), otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))))
	all := collect(t, reader)
	if _, events := all[eventsName]; events || all[gaugeName].Data != nil {
		t.Errorf("reported %v", all)
	}
	runtime.KeepAlive(store)
}

func TestAFailedInstrumentOfLayersIsHandledAndTheOthersReport(t *testing.T) {
	for _, c := range []struct {
		name           string
		refuse         func(name string) bool
		errs           int
		events, gauges int
	}{
		{"events", func(name string) bool { return name == eventsName }, 1, 0, 3},
		{"gauges", func(name string) bool { return name == gaugeName }, 1, 3, 0},
		{"both", func(name string) bool { return name == eventsName || name == gaugeName }, 2, 0, 0},
		{"callbacks", func(name string) bool { return name == "callbacks" }, 2, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			errs := handled(t)
			reader := sdkmetric.NewManualReader()
			store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil),
				otelmw.Metrics(otelmw.WithMeterProvider(halfProvider{meterOf(reader), c.refuse})), under(limiting(1, 1)))
			all := collect(t, reader)
			if events, gauges := len(counts(t, all[eventsName])), len(levelsOf(t, all[gaugeName])); events != c.events || gauges != c.gauges || len(*errs) != c.errs {
				t.Errorf("%d events, %d gauges, handled %v", events, gauges, *errs)
			}
			if err := store.Touch(context.Background(), key); err != nil {
				t.Error(err)
			}
		})
	}
}

func (m halfMeter) Float64ObservableGauge(name string, opts ...metric.Float64ObservableGaugeOption) (metric.Float64ObservableGauge, error) {
	if m.refuse(name) {
		return nil, errStingy
	}
	return m.Meter.Float64ObservableGauge(name, opts...)
}
