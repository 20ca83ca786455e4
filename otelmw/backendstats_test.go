package otelmw_test

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

const (
	nodesName = "aerospike.client.nodes.active"
	openName  = "db.client.connection.count"
	maxName   = "db.client.connection.max"
)

// counting is a backend with the stats of a test.
type counting struct {
	described
	stats  aerostore.Stats
	closed bool
	reads  int
}

func (c *counting) Stats() (aerostore.Stats, bool) {
	c.reads++
	return c.stats, !c.closed
}

func (c *counting) HandlerFor(s aerostore.Store) aerostore.Handler {
	if s != aerostore.Store(c) {
		return nil
	}
	return c.Handler
}

func counter(nodes ...aerostore.NodeStats) *counting {
	return &counting{
		described: described{Handler: fake.Answers(aerostore.Result{}, nil), description: seed},
		stats:     aerostore.Stats{Nodes: nodes},
	}
}

// counted returns the attributes of a backend's counts.
func counted(pairs ...string) string {
	return attributes{"db.system.name": "aerospike", "server.address": "db.example", "server.port": "3000"}.with(pairs...).String()
}

var peer = counted("network.peer.address", "10.0.0.7", "network.peer.port", "3010")

// pooled returns the attributes of a pool, with the state of its connections.
func pooled(pool, state string, pairs ...string) string {
	pairs = append(pairs, "db.client.connection.pool.name", pool)
	if state != "" {
		pairs = append(pairs, "db.client.connection.state", state)
	}
	return counted(pairs...)
}

var openPeer = pooled("10.0.0.7:3010", "open", "network.peer.address", "10.0.0.7", "network.peer.port", "3010")

func TestCountsOfABackendAreReported(t *testing.T) {
	backend := counter(aerostore.NodeStats{
		Node: *node, ConnectionsOpen: 1, ConnectionsAttempted: 2, ConnectionsSuccessful: 3, ConnectionsFailed: 4,
		ConnectionsTimedOut: 5, ConnectionsClosed: 6, ConnectionsIdleDropped: 7, PoolEmpty: 8, PoolOverflow: 9,
		CircuitBreakerHits: 10, TendsAttempted: 11, TendsSuccessful: 12, TendsFailed: 13, PartitionMapUpdates: 14,
		Added: 15, Removed: 16, PoolTimeouts: 17,
	})
	backend.stats.MaxConnections = 100
	reader := sdkmetric.NewManualReader()
	store := aerostore.Chain(backend, otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))))
	all := collect(t, reader)
	for _, want := range []struct {
		name, unit string
		counter    bool
		value      int64
	}{
		{openName, "{connection}", false, 1},
		{maxName, "{connection}", false, 100},
		{"db.client.connection.timeouts", "{timeout}", true, 17},
		{"aerospike.client.connections.attempted", "{connection}", true, 2},
		{"aerospike.client.connections.successful", "{connection}", true, 3},
		{"aerospike.client.connections.failed", "{error}", true, 4},
		{"aerospike.client.connections.timed_out", "{error}", true, 5},
		{"aerospike.client.connections.closed", "{connection}", true, 6},
		{"aerospike.client.connections.idle_dropped", "{connection}", true, 7},
		{"aerospike.client.pool.empty", "{connection}", true, 8},
		{"aerospike.client.pool.overflow", "{connection}", true, 9},
		{"aerospike.client.circuit_breaker.hits", "{command}", true, 10},
		{"aerospike.client.tends.attempted", "{tend}", true, 11},
		{"aerospike.client.tends.successful", "{tend}", true, 12},
		{"aerospike.client.tends.failed", "{tend}", true, 13},
		{"aerospike.client.partition_map.updates", "{update}", true, 14},
		{"aerospike.client.nodes.added", "{node}", true, 15},
		{"aerospike.client.nodes.removed", "{node}", true, 16},
		{"aerospike.client.nodes.active", "{node}", false, 1},
	} {
		got, ok := all[want.name]
		if !ok {
			t.Errorf("%s is not reported", want.name)
			continue
		}
		delete(all, want.name)
		where := peer
		switch {
		case want.name == nodesName:
			where = counted()
		case want.name == openName:
			where = pooled("10.0.0.7:3010", "open", "network.peer.address", "10.0.0.7", "network.peer.port", "3010")
		case strings.HasPrefix(want.name, "db.client."):
			where = pooled("10.0.0.7:3010", "", "network.peer.address", "10.0.0.7", "network.peer.port", "3010")
		}
		sum, _ := got.Data.(metricdata.Sum[int64])
		if values := counts(t, got); got.Unit != want.unit || got.Description == "" || sum.IsMonotonic != want.counter ||
			!maps.Equal(values, map[string]int64{where: want.value}) {
			t.Errorf("%s: unit %q, description %q, monotonic %v, %v", want.name, got.Unit, got.Description, sum.IsMonotonic, values)
		}
	}
	for name := range all {
		t.Errorf("%s is reported before the first operation", name)
	}
	runtime.KeepAlive(store)
}

func TestTheLimitOfConnectionsIsReportedForNodesInUse(t *testing.T) {
	backend := counter(aerostore.NodeStats{Node: *node}, aerostore.NodeStats{Node: aerostore.Node{Address: "10.0.0.8"}, Left: true})
	reader := sdkmetric.NewManualReader()
	store := aerostore.Chain(backend, otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))))
	expect(t, reader, maxName, none) // not known
	backend.stats.MaxConnections = 100
	here := pooled("10.0.0.7:3010", "", "network.peer.address", "10.0.0.7", "network.peer.port", "3010")
	expect(t, reader, maxName, map[string]int64{here: 100})
	runtime.KeepAlive(store)
}

func TestNodesThatLeftAreNotActive(t *testing.T) {
	backend := counter(
		aerostore.NodeStats{Node: *node, ConnectionsOpen: 4},
		aerostore.NodeStats{Node: aerostore.Node{Address: "10.0.0.8"}, Left: true, Removed: 1},
	)
	reader := sdkmetric.NewManualReader()
	store := aerostore.Chain(backend, otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader)),
		otelmw.WithAttributes(attribute.String("app", "shop"))))
	gone := counted("network.peer.address", "10.0.0.8", "app", "shop")
	here := counted("network.peer.address", "10.0.0.7", "network.peer.port", "3010", "app", "shop")
	expect(t, reader, nodesName, map[string]int64{counted("app", "shop"): 1})
	expect(t, reader, openName, map[string]int64{
		pooled("10.0.0.7:3010", "open", "network.peer.address", "10.0.0.7", "network.peer.port", "3010", "app", "shop"): 4,
		pooled("10.0.0.8", "open", "network.peer.address", "10.0.0.8", "app", "shop"):                                   0,
	})
	expect(t, reader, "aerospike.client.nodes.removed", map[string]int64{here: 0, gone: 1})
	backend.stats.Nodes = nil
	expect(t, reader, nodesName, map[string]int64{counted("app", "shop"): 0})
	runtime.KeepAlive(store)
}

func TestStatsAreReadAtCollectionUntilTheBackendIsClosed(t *testing.T) {
	backend := counter(aerostore.NodeStats{Node: *node, ConnectionsOpen: 4})
	reader := sdkmetric.NewManualReader()
	store := aerostore.Chain(backend, otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))))
	if err := store.Touch(t.Context(), key); err != nil || backend.reads != 0 {
		t.Errorf("Stats was called %d times, %v", backend.reads, err)
	}
	expect(t, reader, openName, map[string]int64{openPeer: 4})
	if backend.reads != 1 {
		t.Errorf("Stats was called %d times", backend.reads)
	}
	backend.closed = true
	expect(t, reader, openName, none)
	expect(t, reader, nodesName, none)
	runtime.KeepAlive(store)
}

func TestABackendWithoutStatsAddsNoInstruments(t *testing.T) {
	store, reader := measured(fake.Answers(aerostore.Result{}, nil))
	if err := store.Touch(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	for name := range collect(t, reader) {
		if name != durationName && name != activeName {
			t.Errorf("%s is reported", name)
		}
	}
}

func TestABackendUnderSeveralChainsIsReportedOnce(t *testing.T) {
	backend := counter(aerostore.NodeStats{Node: *node, ConnectionsOpen: 4})
	other := counter(aerostore.NodeStats{Node: *node, ConnectionsOpen: 10})
	reader := sdkmetric.NewManualReader()
	metrics := otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader)))
	func() {
		first := aerostore.Chain(backend, metrics, metrics)
		second := aerostore.Chain(other, metrics)
		expect(t, reader, openName, map[string]int64{openPeer: 14})
		runtime.KeepAlive(first)
		runtime.KeepAlive(second)
	}()
	third := aerostore.Chain(backend, metrics)
	until(t, "the other chains still report", func() bool {
		return maps.Equal(counts(t, collect(t, reader)[openName]), map[string]int64{openPeer: 4})
	})
	runtime.KeepAlive(third)
}

// until collects garbage until a condition holds.
func until(t *testing.T, complaint string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		runtime.GC()
		if so() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(complaint)
		}
	}
}

func TestCountsOfABackendFollowTheGlobalProvider(t *testing.T) {
	backend := counter(aerostore.NodeStats{Node: *node, ConnectionsOpen: 4})
	store := aerostore.Chain(backend, otelmw.Metrics())
	first, second := sdkmetric.NewManualReader(), sdkmetric.NewManualReader()
	for _, reader := range []*sdkmetric.ManualReader{first, second} {
		installMeter(t, meterOf(reader))
		expect(t, reader, openName, none)
		if err := store.Touch(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		expect(t, reader, openName, map[string]int64{openPeer: 4})
	}
	expect(t, first, openName, none)
	runtime.KeepAlive(store)
}

func TestABackendIsUnreachableOnceItsStoreIs(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	provider := meterOf(reader)
	freed := make(chan struct{})
	func() {
		backend := counter(aerostore.NodeStats{Node: *node, ConnectionsOpen: 4})
		runtime.AddCleanup(backend, func(freed chan struct{}) { close(freed) }, freed)
		store := aerostore.Chain(backend, otelmw.Metrics(otelmw.WithMeterProvider(provider)))
		expect(t, reader, openName, map[string]int64{openPeer: 4})
		runtime.KeepAlive(store)
	}()
	until(t, "the backend is still held", func() bool {
		select {
		case <-freed:
			return true
		default:
			return false
		}
	})
	expect(t, reader, openName, none)
}

func TestReportersThatCannotBeComparedAreReported(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	store := aerostore.Chain(funcReporter{fake.Answers(aerostore.Result{}, nil)}, otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))))
	expect(t, reader, nodesName, map[string]int64{"db.system.name=aerospike": 0})
	runtime.KeepAlive(store)
}

// funcReporter is a backend that == panics at.
type funcReporter struct {
	aerostore.Handler
}

func (funcReporter) Stats() (aerostore.Stats, bool) { return aerostore.Stats{}, true }

// halfProvider is one whose meters do not make everything.
type halfProvider struct {
	metric.MeterProvider
	refuse func(name string) bool
}

func (p halfProvider) Meter(name string, opts ...metric.MeterOption) metric.Meter {
	return halfMeter{p.MeterProvider.Meter(name, opts...), p.refuse}
}

type halfMeter struct {
	metric.Meter
	refuse func(name string) bool
}

func (m halfMeter) Int64ObservableCounter(name string, opts ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	if m.refuse(name) {
		return nil, errStingy
	}
	return m.Meter.Int64ObservableCounter(name, opts...)
}

func (m halfMeter) Int64ObservableUpDownCounter(name string, opts ...metric.Int64ObservableUpDownCounterOption) (metric.Int64ObservableUpDownCounter, error) {
	if m.refuse(name) {
		return nil, errStingy
	}
	return m.Meter.Int64ObservableUpDownCounter(name, opts...)
}

func (m halfMeter) RegisterCallback(f metric.Callback, instruments ...metric.Observable) (metric.Registration, error) {
	if m.refuse("callbacks") {
		return nil, errStingy
	}
	return m.Meter.RegisterCallback(f, instruments...)
}

func TestAFailedInstrumentIsHandledAndTheOthersReport(t *testing.T) {
	for _, c := range []struct {
		name     string
		refuse   func(name string) bool
		errs     int
		reported int
	}{
		{"none", func(string) bool { return false }, 0, 19},
		{"up-down counters", func(name string) bool { return name == openName || name == nodesName }, 2, 17},
		{"counters", func(name string) bool { return strings.Contains(name, "tends") }, 3, 16},
		{"all", func(name string) bool {
			return strings.Contains(name, ".client.") && name != activeName && name != durationName && name != rowsName && name != retriesName
		}, 19, 0},
		{"callbacks", func(name string) bool { return name == "callbacks" }, 2, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			errs := handled(t)
			reader := sdkmetric.NewManualReader()
			backend := counter(aerostore.NodeStats{Node: *node})
			backend.stats.MaxConnections = 100
			store := aerostore.Chain(backend,
				otelmw.Metrics(otelmw.WithMeterProvider(halfProvider{meterOf(reader), c.refuse})))
			if reported := len(collect(t, reader)); reported != c.reported || len(*errs) != c.errs {
				t.Errorf("%d are reported, handled %v", reported, *errs)
			}
			for _, err := range *errs {
				if !errors.Is(err, errStingy) {
					t.Error(err)
				}
			}
			if err := store.Touch(context.Background(), key); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestANoopProviderReadsNoStats(t *testing.T) {
	backend := counter()
	store := aerostore.Chain(backend, otelmw.Metrics(otelmw.WithMeterProvider(noop.NewMeterProvider())))
	if err := store.Touch(t.Context(), key); err != nil || backend.reads != 0 {
		t.Errorf("Stats was called %d times, %v", backend.reads, err)
	}
}
