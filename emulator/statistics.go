package emulator

import (
	"context"
	"fmt"

	"github.com/aerostore/aerostore"
)

func infoStatistics(n *Node, _ string) string {
	peers, _ := n.cluster.peersOf(n)
	opened, closed := n.counts.received[Connect].Load(), n.counts.closed.Load()
	return fmt.Sprintf("cluster_size=%d;cluster_integrity=true;cluster_is_member=true;objects=%d;"+
		"client_connections=%d;client_connections_opened=%d;client_connections_closed=%d",
		len(peers)+1, n.cluster.objects(""), opened-closed, opened, closed)
}

// infoNamespace answers with the statistics and the configuration of a namespace.
func infoNamespace(n *Node, name string) string {
	if !n.cluster.hasNamespace([]byte(name)) {
		return "type=unknown"
	}
	objects := n.cluster.objects(name)
	peers, _ := n.cluster.peersOf(n)
	replicas := len(n.cluster.partitions.Load().replicas)
	return fmt.Sprintf("ns_cluster_size=%d;effective_replication_factor=%d;objects=%d;master_objects=%d;"+
		"prole_objects=0;stop_writes=false;hwm_breached=false;migrate_tx_partitions_remaining=0;"+
		"migrate_rx_partitions_remaining=0;nsup-period=1;default-ttl=0;replication-factor=%d;"+
		"max-record-size=1048576;strong-consistency=false;index-type=mem;storage-engine=memory",
		len(peers)+1, replicas, objects, objects, replicas)
}

// objects counts the records of a namespace, or of all if it is "".
func (cl *cluster) objects(namespace string) (n int64) {
	for _, name := range cl.namespaces {
		if namespace == "" || namespace == name {
			count, _ := cl.store.Count(context.Background(), aerostore.Counting{Namespace: name})
			n += count
		}
	}
	return n
}
