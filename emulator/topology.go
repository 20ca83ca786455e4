package emulator

import (
	"context"
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
	faults     faults
	background background

	partitions atomic.Pointer[partitionMap]
	running    sync.WaitGroup // the goroutines of all nodes

	changing sync.Mutex // serializes changes of the nodes

	mu     sync.Mutex // of the following, and of Node.member
	nodes  []*Node    // also those that do not run
	moved  map[int]*Node
	peers  int // the generation of the list of nodes
	closed bool
}

// A partitionMap says which nodes have which partitions. It is never changed.
type partitionMap struct {
	generation int
	replicas   [][aerostore.PartitionCount]*Node // the masters, the first replicas and so on
}

func newCluster(c config) *cluster {
	cl := &cluster{config: c, store: c.store, namespaces: c.store.Namespaces(), logins: newLogins(), moved: make(map[int]*Node)}
	cl.background.ctx, cl.background.stop = context.WithCancel(context.Background())
	cl.handler = c.store.HandlerFor(c.store)
	cl.partitions.Store(&partitionMap{})
	return cl
}

// add adds a node that does not run yet.
func (cl *cluster) add(address string) *Node {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	n := &Node{cluster: cl, name: fmt.Sprintf("E%d", len(cl.nodes)+1), address: address}
	cl.nodes = append(cl.nodes, n)
	return n
}

// change changes the nodes and shares the partitions out among those that are members.
func (cl *cluster) change(f func()) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	f()
	cl.peers++
	cl.share()
}

// share shares the partitions out. The nodes take turns as masters, and the next ones are
// the replicas.
func (cl *cluster) share() {
	members := 0
	for _, n := range cl.nodes {
		if n.member {
			members++
		}
	}
	after := &partitionMap{
		generation: cl.partitions.Load().generation + 1,
		replicas:   make([][aerostore.PartitionCount]*Node, min(cl.config.replicas, members)),
	}
	for p := range aerostore.PartitionCount {
		replica := 0
		take := func(n *Node) {
			if n.member && replica < len(after.replicas) {
				after.replicas[replica][p] = n
				replica++
			}
		}
		first := cl.moved[p]
		if first != nil {
			take(first)
		}
		for i := range cl.nodes {
			if n := cl.nodes[(p+i)%len(cl.nodes)]; n != first {
				take(n)
			}
		}
	}
	cl.partitions.Store(after)
}

// close ends all goroutines and the store.
func (cl *cluster) close() {
	cl.mu.Lock()
	again := cl.closed
	cl.closed = true
	cl.mu.Unlock()
	for _, n := range cl.nodes { // not changed after the start
		n.disconnect()
	}
	cl.background.stop()
	cl.running.Wait()
	if !again && !cl.config.keepStore {
		_ = cl.store.Close()
	}
}

// peersOf returns the other nodes, and the generation of the list of nodes.
func (cl *cluster) peersOf(n *Node) (peers []*Node, generation int) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	for _, other := range cl.nodes {
		if other != n && other.member {
			peers = append(peers, other)
		}
	}
	return peers, cl.peers
}

// has reports whether the node is a master or replica of the partition.
func (m *partitionMap) has(n *Node, partition int) bool {
	for i := range m.replicas {
		if m.replicas[i][partition] == n {
			return true
		}
	}
	return false
}

// isMaster reports whether the node is the master of the partition.
func (m *partitionMap) isMaster(n *Node, partition int) bool {
	return len(m.replicas) > 0 && m.replicas[0][partition] == n
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
