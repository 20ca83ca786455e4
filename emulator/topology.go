package emulator

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// A cluster is the nodes that serve one store. They share the partitions out among them.
type cluster struct {
	config     config
	store      *memory.Store
	handler    aerostore.Handler // of the store
	namespaces []string
	logins     *logins
	filters    filters

	partitions atomic.Pointer[partitionMap]

	mu     sync.Mutex // of the nodes, and of changes to the partitions
	nodes  []*node
	peers  int // the generation of the list of nodes
	closed bool
}

// A partitionMap says which nodes have which partitions. It is never changed.
type partitionMap struct {
	generation int
	replicas   [][aerostore.PartitionCount]*node // the masters, the first replicas and so on
}

func newCluster(c config) *cluster {
	cl := &cluster{config: c, store: c.store, namespaces: c.store.Namespaces(), logins: newLogins()}
	cl.handler = c.store.HandlerFor(c.store)
	cl.partitions.Store(&partitionMap{})
	return cl
}

// start adds a node that has all partitions of which no other node is the master.
func (cl *cluster) start(address string) (*node, error) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	n, err := listen(cl, fmt.Sprintf("E%d", len(cl.nodes)+1), address)
	if err != nil {
		return nil, err
	}
	cl.nodes = append(cl.nodes, n)
	cl.peers++
	before := cl.partitions.Load()
	after := &partitionMap{generation: before.generation + 1}
	after.replicas = append(after.replicas, [aerostore.PartitionCount]*node{})
	if len(before.replicas) > 0 {
		after.replicas[0] = before.replicas[0]
	}
	for p, master := range after.replicas[0] {
		if master == nil {
			after.replicas[0][p] = n
		}
	}
	cl.partitions.Store(after)
	n.serve()
	return n, nil
}

func (cl *cluster) close() {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	if cl.closed {
		return
	}
	cl.closed = true
	for _, n := range cl.nodes {
		n.close()
	}
	if !cl.config.keepStore {
		_ = cl.store.Close()
	}
}

// peersOf returns the other nodes, and the generation of the list of nodes.
func (cl *cluster) peersOf(n *node) (peers []*node, generation int) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	for _, other := range cl.nodes {
		if other != n {
			peers = append(peers, other)
		}
	}
	return peers, cl.peers
}

// has reports whether the node is a master or replica of the partition.
func (m *partitionMap) has(n *node, partition int) bool {
	for i := range m.replicas {
		if m.replicas[i][partition] == n {
			return true
		}
	}
	return false
}

// hasNamespace reports whether there is a namespace of that name.
func (cl *cluster) hasNamespace(name []byte) bool {
	_, ok := cl.namespace(name)
	return ok
}

// namespace returns the name of a namespace without allocating it.
func (cl *cluster) namespace(name []byte) (string, bool) {
	for _, n := range cl.namespaces {
		if n == string(name) {
			return n, true
		}
	}
	return "", false
}
