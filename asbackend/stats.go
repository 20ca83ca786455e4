package asbackend

import (
	"cmp"
	"net"
	"slices"
	"strconv"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// Stats implements [aerostore.StatsReporter] with the client's counters, which are kept
// without EnableMetrics. Stores with the same client return the same counters. Stats
// returns false if the Store or its client is closed. It takes about 0.1 ms for each node.
//
// The counters are the client's, with these limits:
//   - A failed connection may be counted twice, once for the login or the timeout and
//     once for the connection.
//   - PoolEmpty counts connections refused by the limit, and not commands that find no
//     free connection in the pool.
//   - A connection in use when its node left is not counted as closed.
//
// PoolTimeouts is not the client's: the Store counts its own commands, and not those of
// other Stores or within [aerostore.Do]. A batch has a command for each node. A query whose
// context ends first is not counted.
//
// The counters of a node that left are kept.
func (s *Store) Stats() (aerostore.Stats, bool) {
	if !s.life.acquire() {
		return aerostore.Stats{}, false
	}
	defer s.life.release()
	nodes := s.client.GetNodes()
	if len(nodes) > 0 && !s.client.IsConnected() { // the application has closed its client
		return aerostore.Stats{}, false
	}
	counted, err := s.client.Stats()
	if err != nil {
		return aerostore.Stats{}, false
	}
	var inUse []*aerostore.Node
	for _, node := range nodes {
		inUse = append(inUse, s.nodes.of(s.client, node))
	}
	stats := statsOf(counted, inUse)
	stats.MaxConnections = s.maxConnections
	for i := range stats.Nodes {
		stats.Nodes[i].PoolTimeouts = s.poolTimeouts.of(stats.Nodes[i].Node)
	}
	return stats, true
}

// maxConnections returns the limit of the client's policy, 0 if it sets none.
func maxConnections(policy as.ClientPolicy) int64 {
	if !policy.LimitConnectionsToQueueSize {
		return 0
	}
	return int64(policy.ConnectionQueueSize)
}

// statsOf converts the client's statistics, which have counters by host and other entries.
func statsOf(counted map[string]any, inUse []*aerostore.Node) aerostore.Stats {
	var stats aerostore.Stats
	found := map[string]bool{}
	for _, node := range inUse {
		host := net.JoinHostPort(node.Address, strconv.Itoa(node.Port))
		c, _ := counted[host].(map[string]any)
		stats.Nodes = append(stats.Nodes, counters(c).of(*node))
		found[host] = true
	}
	left := len(stats.Nodes)
	for host, c := range counted {
		c, ok := c.(map[string]any)
		address, portText, err := net.SplitHostPort(host)
		if !ok || err != nil || found[host] {
			continue
		}
		port, err := strconv.Atoi(portText)
		if err != nil {
			continue
		}
		node := counters(c).of(aerostore.Node{Address: address, Port: port})
		node.Left = true
		stats.Nodes = append(stats.Nodes, node)
	}
	slices.SortFunc(stats.Nodes[left:], func(a, b aerostore.NodeStats) int {
		return cmp.Or(cmp.Compare(a.Node.Address, b.Node.Address), cmp.Compare(a.Node.Port, b.Node.Port))
	})
	return stats
}

// counters are those of one node, decoded from JSON.
type counters map[string]any

func (c counters) of(node aerostore.Node) aerostore.NodeStats {
	return aerostore.NodeStats{
		Node:                   node,
		ConnectionsOpen:        c.get("open-connections"),
		ConnectionsAttempted:   c.get("connections-attempts"),
		ConnectionsSuccessful:  c.get("connections-successful"),
		ConnectionsFailed:      c.get("connections-failed"),
		ConnectionsTimedOut:    c.get("connections-error-timeout"),
		ConnectionsClosed:      c.get("closed-connections"),
		ConnectionsIdleDropped: c.get("connections-idle-dropped"),
		PoolEmpty:              c.get("connections-pool-empty"),
		PoolOverflow:           c.get("connections-pool-overflow"),
		CircuitBreakerHits:     c.get("circuit-breaker-hits"),
		TendsAttempted:         c.get("tends-total"),
		TendsSuccessful:        c.get("tends-successful"),
		TendsFailed:            c.get("tends-failed"),
		PartitionMapUpdates:    c.get("partition-map-updates"),
		Added:                  c.get("node-added-count"),
		Removed:                c.get("node-removed-count"),
	}
}

func (c counters) get(name string) int64 {
	n, _ := c[name].(float64)
	return int64(n)
}
