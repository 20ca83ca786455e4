package otelmw

import (
	"context"
	"reflect"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/aerostore/aerostore"
)

// nodeCounters are the instruments that tell of each node.
var nodeCounters = [...]struct {
	name, unit, description string
	value                   func(*aerostore.NodeStats) int64
}{
	{"connections.attempted", "{connection}", "Connections that the client tried to open.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsAttempted }},
	{"connections.successful", "{connection}", "Connections that were opened.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsSuccessful }},
	{"connections.failed", "{error}", "Errors in opening or using a connection.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsFailed }},
	{"connections.timed_out", "{error}", "Timeouts in using a connection.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsTimedOut }},
	{"connections.closed", "{connection}", "Connections that were closed, for any reason.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsClosed }},
	{"connections.idle_dropped", "{connection}", "Connections that were closed after lying idle.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsIdleDropped }},
	{"pool.empty", "{connection}", "Connections that were not opened because there were as many as there may be.", func(n *aerostore.NodeStats) int64 { return n.PoolEmpty }},
	{"pool.overflow", "{connection}", "Connections that were closed because the pool had no room.", func(n *aerostore.NodeStats) int64 { return n.PoolOverflow }},
	{"circuit_breaker.hits", "{command}", "Commands that were refused because too many had failed.", func(n *aerostore.NodeStats) int64 { return n.CircuitBreakerHits }},
	{"tends.attempted", "{tend}", "Times that the node was asked for its state.", func(n *aerostore.NodeStats) int64 { return n.TendsAttempted }},
	{"tends.successful", "{tend}", "Times that the node told its state.", func(n *aerostore.NodeStats) int64 { return n.TendsSuccessful }},
	{"tends.failed", "{tend}", "Times that the node failed to tell its state.", func(n *aerostore.NodeStats) int64 { return n.TendsFailed }},
	{"partition_map.updates", "{update}", "Times that the node had a new partition map.", func(n *aerostore.NodeStats) int64 { return n.PartitionMapUpdates }},
	{"nodes.added", "{node}", "Times that the node was taken into use.", func(n *aerostore.NodeStats) int64 { return n.Added }},
	{"nodes.removed", "{node}", "Times that the node was taken out of use.", func(n *aerostore.NodeStats) int64 { return n.Removed }},
}

// A cluster tells a provider what a backend counts. It is nil where the backend
// does not count.
type cluster struct {
	about        *clusterSource
	provider     metric.MeterProvider
	nodes        metric.Int64ObservableUpDownCounter
	open         metric.Int64ObservableUpDownCounter
	counters     []metric.Int64ObservableCounter // as nodeCounters, nil for what the provider does not make
	registration metric.Registration
}

// clusterSource is where the counts come from and how they are named.
type clusterSource struct {
	reporter aerostore.StatsReporter
	describer

	told names[peer]
}

// newClusterSource returns nil if nothing under a store counts.
func newClusterSource(store aerostore.Store, d describer, limit int) *clusterSource {
	reporter, ok := aerostore.As[aerostore.StatsReporter](store)
	if !ok {
		return nil
	}
	return &clusterSource{reporter, d, newNames[peer](limit)}
}

func (s *clusterSource) register(provider metric.MeterProvider, errs *complaints) *cluster {
	if s == nil {
		return nil
	}
	meter := meterFrom(provider)
	c := &cluster{about: s, provider: provider, counters: make([]metric.Int64ObservableCounter, len(nodeCounters))}
	var made []metric.Observable
	upDown := func(name, unit, description string) metric.Int64ObservableUpDownCounter {
		instrument, err := meter.Int64ObservableUpDownCounter("aerospike.client."+name, metric.WithUnit(unit), metric.WithDescription(description))
		if !errs.add(err) {
			return nil
		}
		made = append(made, instrument)
		return instrument
	}
	c.nodes = upDown("nodes.active", "{node}", "Nodes in use.")
	c.open = upDown("connections.open", "{connection}", "Connections that are open, in use or not.")
	for i, n := range nodeCounters {
		instrument, err := meter.Int64ObservableCounter("aerospike.client."+n.name, metric.WithUnit(n.unit), metric.WithDescription(n.description))
		if errs.add(err) {
			c.counters[i] = instrument
			made = append(made, instrument)
		}
	}
	if len(made) == 0 {
		return nil
	}
	c.join()
	registration, err := meter.RegisterCallback(c.observe, made...)
	if !errs.add(err) {
		c.leave()
		return nil
	}
	c.registration = registration
	return c
}

func (c *cluster) unregister(errs *complaints) {
	if c != nil {
		c.leave()
		errs.add(c.registration.Unregister())
	}
}

func (c *cluster) observe(_ context.Context, o metric.Observer) error {
	if !c.isFirst() {
		return nil
	}
	stats, ok := c.about.reporter.Stats()
	if !ok {
		return nil
	}
	common := c.about.system()
	active := int64(0)
	var others *counts // added up, since there is no room for each
	for i := range stats.Nodes {
		n := &stats.Nodes[i]
		if !n.Left {
			active++
		}
		if at := (peer{n.Node.Address, n.Node.Port}); c.about.told.has(at) {
			c.tell(o, new(counts).add(n), slices.Concat(common, at.attributes(), c.about.static))
			continue
		}
		if others == nil {
			others = new(counts)
		}
		others.add(n)
	}
	if others != nil {
		c.tell(o, others, slices.Concat(common, peer{address: other}.attributes(), c.about.static))
	}
	if c.nodes != nil {
		o.ObserveInt64(c.nodes, active, metric.WithAttributes(slices.Concat(common, c.about.static)...))
	}
	return nil
}

// counts are those of a node, or of several.
type counts struct {
	open   int64
	values [len(nodeCounters)]int64
}

func (n *counts) add(stats *aerostore.NodeStats) *counts {
	n.open += stats.ConnectionsOpen
	for i := range nodeCounters {
		n.values[i] += nodeCounters[i].value(stats)
	}
	return n
}

func (c *cluster) tell(o metric.Observer, n *counts, attributes []attribute.KeyValue) {
	with := metric.WithAttributeSet(attribute.NewSet(attributes...))
	if c.open != nil {
		o.ObserveInt64(c.open, n.open, with)
	}
	for i, counter := range c.counters {
		if counter != nil {
			o.ObserveInt64(counter, n.values[i], with)
		}
	}
}

// reporting are the clusters that are registered. A provider adds up what it is
// told twice, so that of several chains over one backend the first alone tells.
var reporting = newRegistry[backendOf, *cluster]()

type backendOf struct {
	provider metric.MeterProvider
	reporter aerostore.StatsReporter
}

// seat returns false if c cannot be told from others.
func (c *cluster) seat() (backendOf, bool) {
	return backendOf{c.provider, c.about.reporter},
		reflect.ValueOf(c.provider).Comparable() && reflect.ValueOf(c.about.reporter).Comparable()
}

func (c *cluster) join() {
	if at, ok := c.seat(); ok {
		reporting.join(at, c)
	}
}

func (c *cluster) leave() {
	if at, ok := c.seat(); ok {
		reporting.leave(at, c)
	}
}

func (c *cluster) isFirst() bool {
	at, ok := c.seat()
	if !ok {
		return true
	}
	all := reporting.all(at)
	return len(all) > 0 && all[0] == c
}
