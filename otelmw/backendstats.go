package otelmw

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/aerostore/aerostore"
)

// nodeCounters are the counters that are reported for each node.
var nodeCounters = [...]struct {
	name, unit, description string
	value                   func(*aerostore.NodeStats) int64
}{
	{"connections.attempted", "{connection}", "Number of connections that the client tried to open.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsAttempted }},
	{"connections.successful", "{connection}", "Number of connections that were opened.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsSuccessful }},
	{"connections.failed", "{error}", "Number of errors in opening or using a connection.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsFailed }},
	{"connections.timed_out", "{error}", "Number of timeouts in using a connection.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsTimedOut }},
	{"connections.closed", "{connection}", "Number of connections that were closed, for any reason.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsClosed }},
	{"connections.idle_dropped", "{connection}", "Number of connections that were closed because they were idle.", func(n *aerostore.NodeStats) int64 { return n.ConnectionsIdleDropped }},
	{"pool.empty", "{connection}", "Number of connections that were not opened because the limit was reached.", func(n *aerostore.NodeStats) int64 { return n.PoolEmpty }},
	{"pool.overflow", "{connection}", "Number of connections that were closed because the pool was full.", func(n *aerostore.NodeStats) int64 { return n.PoolOverflow }},
	{"circuit_breaker.hits", "{command}", "Number of commands that the client's circuit breaker refused.", func(n *aerostore.NodeStats) int64 { return n.CircuitBreakerHits }},
	{"tends.attempted", "{tend}", "Number of requests for the node's state.", func(n *aerostore.NodeStats) int64 { return n.TendsAttempted }},
	{"tends.successful", "{tend}", "Number of requests for the node's state that succeeded.", func(n *aerostore.NodeStats) int64 { return n.TendsSuccessful }},
	{"tends.failed", "{tend}", "Number of requests for the node's state that failed.", func(n *aerostore.NodeStats) int64 { return n.TendsFailed }},
	{"partition_map.updates", "{update}", "Number of new partition maps that the node reported.", func(n *aerostore.NodeStats) int64 { return n.PartitionMapUpdates }},
	{"nodes.added", "{node}", "Number of times the node was added to the client's nodes.", func(n *aerostore.NodeStats) int64 { return n.Added }},
	{"nodes.removed", "{node}", "Number of times the node was removed from the client's nodes.", func(n *aerostore.NodeStats) int64 { return n.Removed }},
}

// backendStats reports the counts of a backend to one provider.
type backendStats struct {
	describer
	reporter aerostore.StatsReporter
	nodes    names[peer] // the others are added up
	key      any         // in allBackends

	// The instruments, nil if the provider does not make them.
	active, open metric.Int64ObservableUpDownCounter
	counters     [len(nodeCounters)]metric.Int64ObservableCounter
}

// allBackends has those that are registered. Of several chains over one backend the
// first one reports.
var allBackends registry[*backendStats]

// A backendKey is the same for all chains over one backend with one provider.
type backendKey struct {
	provider metric.MeterProvider
	reporter aerostore.StatsReporter
}

// observeBackend does nothing if the reporter is nil.
func (i *instruments) observeBackend(reporter aerostore.StatsReporter, d describer, limit int, errs *errorList) {
	if reporter == nil {
		return
	}
	b := &backendStats{describer: d, reporter: reporter, nodes: newNames[peer](limit)}
	var made []metric.Observable
	upDown := func(name, unit, description string) metric.Int64ObservableUpDownCounter {
		instrument, err := i.meter.Int64ObservableUpDownCounter("aerospike.client."+name, metric.WithUnit(unit), metric.WithDescription(description))
		if !errs.add(err) {
			return nil
		}
		made = append(made, instrument)
		return instrument
	}
	b.active = upDown("nodes.active", "{node}", "Number of nodes in use.")
	b.open = upDown("connections.open", "{connection}", "Number of connections that are open, in use or idle.")
	for n, c := range nodeCounters {
		instrument, err := i.meter.Int64ObservableCounter("aerospike.client."+c.name, metric.WithUnit(c.unit), metric.WithDescription(c.description))
		if errs.add(err) {
			b.counters[n] = instrument
			made = append(made, instrument)
		}
	}
	var leave func()
	b.key, leave = allBackends.join(backendKey{i.provider, reporter}, b)
	i.register(b.observe, made, leave, errs)
}

func (b *backendStats) observe(_ context.Context, o metric.Observer) error {
	if len(allBackends.ledBy(b.key, b)) == 0 {
		return nil
	}
	stats, ok := b.reporter.Stats()
	if !ok {
		return nil
	}
	active := int64(0)
	var others *nodeCounts
	for i := range stats.Nodes {
		n := &stats.Nodes[i]
		if !n.Left {
			active++
		}
		if at := (peer{n.Node.Address, n.Node.Port}); b.nodes.admit(at) {
			b.report(o, new(nodeCounts).add(n), at)
			continue
		}
		if others == nil {
			others = new(nodeCounts)
		}
		others.add(n)
	}
	if others != nil {
		b.report(o, others, peer{address: other})
	}
	if b.active != nil {
		o.ObserveInt64(b.active, active, metric.WithAttributes(b.storeAttributes()...))
	}
	return nil
}

// nodeCounts are the counts of a node, or the sum of several.
type nodeCounts struct {
	open   int64
	values [len(nodeCounters)]int64
}

func (n *nodeCounts) add(stats *aerostore.NodeStats) *nodeCounts {
	n.open += stats.ConnectionsOpen
	for i := range nodeCounters {
		n.values[i] += nodeCounters[i].value(stats)
	}
	return n
}

func (b *backendStats) report(o metric.Observer, n *nodeCounts, at peer) {
	attributes := metric.WithAttributeSet(attribute.NewSet(b.storeAttributes(at.attributes()...)...))
	if b.open != nil {
		o.ObserveInt64(b.open, n.open, attributes)
	}
	for i, counter := range b.counters {
		if counter != nil {
			o.ObserveInt64(counter, n.values[i], attributes)
		}
	}
}
