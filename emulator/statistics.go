package emulator

import (
	"context"
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/serverinfo"
)

// server returns what answers requests about the contents of the store.
func (n *Node) server() *serverinfo.Server {
	cl := n.cluster
	peers, _ := cl.peersOf(n)
	opened, closed := n.counts.received[Connect].Load(), n.counts.closed.Load()
	return &serverinfo.Server{
		Source: cl.store, Node: n.name, ClusterName: cl.config.clusterName,
		Nodes: len(peers) + 1, Replicas: len(cl.partitions.Load().replicas),
		Objects: n.objects,
		Statistics: fmt.Sprintf(";client_connections=%d;client_connections_opened=%d;client_connections_closed=%d",
			opened-closed, opened, closed),
	}
}

// objects counts the records of a set, or of all sets if it is "", that the node has, and
// those of which it is the master.
func (n *Node) objects(namespace, set string) (all, masters int64) {
	cl := n.cluster
	if peers, _ := cl.peersOf(n); len(peers) == 0 {
		all, _ = cl.store.Count(context.Background(), aerostore.Counting{Namespace: namespace, Set: set})
		return all, all
	}
	owned := cl.partitions.Load()
	every := aerostore.Query{Namespace: namespace, Set: set, Bins: []string{}}
	for r, err := range cl.store.Query(cl.background.ctx, every) {
		if err != nil {
			break
		}
		p := r.Key.Partition()
		if owned.has(n, p) {
			all++
		}
		if owned.isMaster(n, p) {
			masters++
		}
	}
	return all, masters
}
