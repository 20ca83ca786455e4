package otelmw

import (
	"context"
	"net"
	"slices"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/dbconv"

	"github.com/aerostore/aerostore"
)

// nodeCounters are the counters that are reported for each node.
var nodeCounters = [...]struct {
	name, unit, description string
	ofPool                  bool // and has the attributes of the pool
	value                   func(*aerostore.NodeStats) int64
}{
	{dbconv.ClientConnectionTimeouts{}.Name(), dbconv.ClientConnectionTimeouts{}.Unit(), dbconv.ClientConnectionTimeouts{}.Description(), true, func(n *aerostore.NodeStats) int64 { return n.PoolTimeouts }},
	{"aerospike.client.connections.attempted", "{connection}", "Number of connections that the client tried to open.", false, func(n *aerostore.NodeStats) int64 { return n.ConnectionsAttempted }},
	{"aerospike.client.connections.successful", "{connection}", "Number of connections that were opened.", false, func(n *aerostore.NodeStats) int64 { return n.ConnectionsSuccessful }},
	{"aerospike.client.connections.failed", "{error}", "Number of errors in opening or using a connection.", false, func(n *aerostore.NodeStats) int64 { return n.ConnectionsFailed }},
	{"aerospike.client.connections.timed_out", "{error}", "Number of timeouts in using a connection.", false, func(n *aerostore.NodeStats) int64 { return n.ConnectionsTimedOut }},
	{"aerospike.client.connections.closed", "{connection}", "Number of connections that were closed, for any reason.", false, func(n *aerostore.NodeStats) int64 { return n.ConnectionsClosed }},
	{"aerospike.client.connections.idle_dropped", "{connection}", "Number of connections that were closed because they were idle.", false, func(n *aerostore.NodeStats) int64 { return n.ConnectionsIdleDropped }},
	{"aerospike.client.pool.empty", "{connection}", "Number of connections that were not opened because the limit was reached.", false, func(n *aerostore.NodeStats) int64 { return n.PoolEmpty }},
	{"aerospike.client.pool.overflow", "{connection}", "Number of connections that were closed because the pool was full.", false, func(n *aerostore.NodeStats) int64 { return n.PoolOverflow }},
	{"aerospike.client.circuit_breaker.hits", "{command}", "Number of commands that the client's circuit breaker refused.", false, func(n *aerostore.NodeStats) int64 { return n.CircuitBreakerHits }},
	{"aerospike.client.tends.attempted", "{tend}", "Number of requests for the node's state.", false, func(n *aerostore.NodeStats) int64 { return n.TendsAttempted }},
	{"aerospike.client.tends.successful", "{tend}", "Number of requests for the node's state that succeeded.", false, func(n *aerostore.NodeStats) int64 { return n.TendsSuccessful }},
	{"aerospike.client.tends.failed", "{tend}", "Number of requests for the node's state that failed.", false, func(n *aerostore.NodeStats) int64 { return n.TendsFailed }},
	{"aerospike.client.partition_map.updates", "{update}", "Number of new partition maps that the node reported.", false, func(n *aerostore.NodeStats) int64 { return n.PartitionMapUpdates }},
	{"aerospike.client.nodes.added", "{node}", "Number of times the node was added to the client's nodes.", false, func(n *aerostore.NodeStats) int64 { return n.Added }},
	{"aerospike.client.nodes.removed", "{node}", "Number of times the node was removed from the client's nodes.", false, func(n *aerostore.NodeStats) int64 { return n.Removed }},
}

// backendStats reports the counts of a backend to one provider.
type backendStats struct {
	describer
	reporter aerostore.StatsReporter
	nodes    names[peer] // the others are added up
	key      any         // in allBackends

	// The instruments, nil if the provider does not make them.
	active, open, max metric.Int64ObservableUpDownCounter
	counters          [len(nodeCounters)]metric.Int64ObservableCounter
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
		instrument, err := i.meter.Int64ObservableUpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(description))
		if !errs.add(err) {
			return nil
		}
		made = append(made, instrument)
		return instrument
	}
	b.active = upDown("aerospike.client.nodes.active", "{node}", "Number of nodes in use.")
	var count dbconv.ClientConnectionCount
	b.open = upDown(count.Name(), count.Unit(), count.Description())
	var most dbconv.ClientConnectionMax
	b.max = upDown(most.Name(), most.Unit(), most.Description())
	for n, c := range nodeCounters {
		instrument, err := i.meter.Int64ObservableCounter(c.name, metric.WithUnit(c.unit), metric.WithDescription(c.description))
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
			b.report(o, new(nodeCounts).add(n, stats.MaxConnections), at)
			continue
		}
		if others == nil {
			others = new(nodeCounts)
		}
		others.add(n, stats.MaxConnections)
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
	max    int64 // 0: not known
	values [len(nodeCounters)]int64
}

func (n *nodeCounts) add(stats *aerostore.NodeStats, limit int64) *nodeCounts {
	n.open += stats.ConnectionsOpen
	if !stats.Left {
		n.max += limit
	}
	for i := range nodeCounters {
		n.values[i] += nodeCounters[i].value(stats)
	}
	return n
}

// stateOpen is the state of connections of which it is not known whether they are idle or
// used, the two states that the conventions name.
const stateOpen = "open"

func (b *backendStats) report(o metric.Observer, n *nodeCounts, at peer) {
	all := b.storeAttributes(at.attributes()...)
	plain := metric.WithAttributeSet(attribute.NewSet(all...))
	all = append(slices.Clip(all), semconv.DBClientConnectionPoolName(at.poolName()))
	pool := metric.WithAttributeSet(attribute.NewSet(all...))
	if b.open != nil {
		state := semconv.DBClientConnectionStateKey.String(stateOpen)
		o.ObserveInt64(b.open, n.open, metric.WithAttributeSet(attribute.NewSet(append(all, state)...)))
	}
	if b.max != nil && n.max > 0 {
		o.ObserveInt64(b.max, n.max, pool)
	}
	for i, counter := range b.counters {
		attributes := plain
		if nodeCounters[i].ofPool {
			attributes = pool
		}
		if counter != nil {
			o.ObserveInt64(counter, n.values[i], attributes)
		}
	}
}

// poolName returns the name of the node's pool, which the client does not name.
func (p peer) poolName() string {
	if p.port == 0 {
		return p.address
	}
	return net.JoinHostPort(p.address, strconv.Itoa(p.port))
}
