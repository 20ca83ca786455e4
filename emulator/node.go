package emulator

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// A node accepts connections and serves its partitions.
type node struct {
	cluster  *cluster
	id       string
	listener net.Listener
	address  string // that clients connect to
	counts   counts

	serving sync.WaitGroup
	mu      sync.Mutex
	conns   map[*conn]bool
	closed  bool
}

// counts are what info requests report of a node.
type counts struct {
	opened, closed atomic.Int64 // connections
}

// listen returns a node that does not accept connections yet.
func listen(cl *cluster, id, address string) (*node, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("emulator: cannot listen on %s: %w", address, err)
	}
	return &node{cluster: cl, id: id, listener: l, address: l.Addr().String(), conns: make(map[*conn]bool)}, nil
}

// serve starts to accept connections.
func (n *node) serve() { n.serving.Go(n.accept) }

func (n *node) accept() {
	for {
		nc, err := n.listener.Accept()
		if err != nil {
			return // closed
		}
		n.connect(nc)
	}
}

// connect serves a connection on a goroutine, unless the node is closed.
func (n *node) connect(nc net.Conn) {
	c := newConn(n, nc)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		_ = nc.Close()
		return
	}
	n.counts.opened.Add(1)
	n.conns[c] = true
	n.serving.Go(func() {
		c.serve()
		_ = nc.Close()
		n.mu.Lock()
		delete(n.conns, c)
		n.mu.Unlock()
		n.counts.closed.Add(1)
	})
}

// close closes the listener and all connections and waits for their goroutines.
func (n *node) close() {
	n.mu.Lock()
	n.closed = true
	_ = n.listener.Close()
	for c := range n.conns {
		_ = c.net.Close()
	}
	n.mu.Unlock()
	n.serving.Wait()
}

// serves reports whether the node is a master or replica of the partition.
func (n *node) serves(partition int) bool {
	return n.cluster.partitions.Load().has(n, partition)
}
