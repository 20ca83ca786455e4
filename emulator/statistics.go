package emulator

import (
	"context"
	"fmt"

	"github.com/aerostore/aerostore"
)

func infoStatistics(n *Node, _ string) string {
	peers, _ := n.cluster.peersOf(n)
	records := int64(0)
	for _, name := range n.cluster.namespaces {
		records += n.objects(name, "").all
	}
	opened, closed := n.counts.received[Connect].Load(), n.counts.closed.Load()
	return fmt.Sprintf("cluster_size=%d;cluster_integrity=true;cluster_is_member=true;objects=%d;"+
		"client_connections=%d;client_connections_opened=%d;client_connections_closed=%d",
		len(peers)+1, records, opened-closed, opened, closed)
}

// infoNamespace answers with the statistics and the configuration of a namespace.
func infoNamespace(n *Node, name string) string {
	if !n.cluster.hasNamespace([]byte(name)) {
		return "type=unknown"
	}
	records := n.objects(name, "")
	peers, _ := n.cluster.peersOf(n)
	replicas := len(n.cluster.partitions.Load().replicas)
	return fmt.Sprintf("ns_cluster_size=%d;effective_replication_factor=%d;objects=%d;master_objects=%d;"+
		"prole_objects=%d;stop_writes=false;hwm_breached=false;migrate_tx_partitions_remaining=0;"+
		"migrate_rx_partitions_remaining=0;nsup-period=1;default-ttl=0;replication-factor=%d;"+
		"max-record-size=1048576;strong-consistency=false;index-type=mem;storage-engine=memory",
		len(peers)+1, replicas, records.all, records.masters, records.all-records.masters, replicas)
}

// objects are how many records a node has.
type objects struct{ all, masters int64 }

// objects counts the records of a set, or of all sets if it is "".
func (n *Node) objects(namespace, set string) (o objects) {
	cl := n.cluster
	if peers, _ := cl.peersOf(n); len(peers) == 0 {
		o.all, _ = cl.store.Count(context.Background(), aerostore.Counting{Namespace: namespace, Set: set})
		o.masters = o.all
		return o
	}
	owned := cl.partitions.Load()
	every := aerostore.Query{Namespace: namespace, Set: set, Bins: []string{}}
	for r, err := range cl.store.Query(cl.background.ctx, every) {
		if err != nil {
			break
		}
		p := r.Key.Partition()
		if owned.has(n, p) {
			o.all++
		}
		if owned.isMaster(n, p) {
			o.masters++
		}
	}
	return o
}
