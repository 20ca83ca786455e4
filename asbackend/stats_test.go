package asbackend

import (
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
)

func TestStatsAreTheClientsCountersByNode(t *testing.T) {
	all := map[string]any{
		"open-connections": 1., "connections-attempts": 2., "connections-successful": 3., "connections-failed": 4.,
		"connections-error-timeout": 5., "closed-connections": 6., "connections-idle-dropped": 7.,
		"connections-pool-empty": 8., "connections-pool-overflow": 9., "circuit-breaker-hits": 10.,
		"tends-total": 11., "tends-successful": 12., "tends-failed": 13., "partition-map-updates": 14.,
		"node-added-count": 15., "node-removed-count": 16.,
		"get-metrics": map[string]any{"count": 17.},
	}
	one := aerostore.Node{Name: "BB9", Address: "10.0.0.7", Port: 3000}
	fresh := aerostore.Node{Name: "BB8", Address: "10.0.0.8", Port: 3000}
	got := statsOf(map[string]any{
		"10.0.0.7:3000":            all,
		"[fe80::1]:3001":           map[string]any{"closed-connections": 2.},
		"10.0.0.9:3000":            map[string]any{"node-removed-count": 1.},
		"cluster-aggregated-stats": all,
		"open-connections":         1,
		"odd:port":                 map[string]any{},
	}, []*aerostore.Node{&one, &fresh})
	want := aerostore.Stats{Nodes: []aerostore.NodeStats{
		{
			Node: one, ConnectionsOpen: 1, ConnectionsAttempted: 2, ConnectionsSuccessful: 3, ConnectionsFailed: 4,
			ConnectionsTimedOut: 5, ConnectionsClosed: 6, ConnectionsIdleDropped: 7, PoolEmpty: 8, PoolOverflow: 9,
			CircuitBreakerHits: 10, TendsAttempted: 11, TendsSuccessful: 12, TendsFailed: 13, PartitionMapUpdates: 14,
			Added: 15, Removed: 16,
		},
		{Node: fresh},
		{Node: aerostore.Node{Address: "10.0.0.9", Port: 3000}, Left: true, Removed: 1},
		{Node: aerostore.Node{Address: "fe80::1", Port: 3001}, Left: true, ConnectionsClosed: 2},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}
