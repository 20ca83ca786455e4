package emulator

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// A Node is a node of a [Server]. It accepts connections and serves its partitions.
//
// A node that is sent a command on a record of another node's partition passes it on, as a
// server does: the client gets the answer of the other node. If that node is cut off, the
// command fails with [aerostore.CodePartitionUnavailable], and is not applied.
//
// No record is lost with a node, since all nodes serve one store.
type Node struct {
	cluster *cluster
	name    string
	counts  counts
	jobs    jobs
	member  bool        // of the cluster, guarded by cluster.mu
	online  atomic.Bool // it accepts connections

	mu       sync.Mutex
	address  string // that clients connect to
	listener net.Listener
	conns    map[*conn]bool
}

// Name returns the name by which clients know the node, such as "E1". It never changes.
func (n *Node) Name() string { return n.name }

// Addr returns the address that clients connect to, such as "127.0.0.1:34567". It changes
// with [Node.Move] only.
func (n *Node) Addr() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.address
}

// Host returns the host of Addr.
func (n *Node) Host() string {
	host, _, _ := net.SplitHostPort(n.Addr())
	return host
}

// Port returns the port of Addr.
func (n *Node) Port() int {
	_, port, _ := net.SplitHostPort(n.Addr())
	p, _ := strconv.Atoi(port)
	return p
}

// Count returns how many of the commands the node received and what became of them, all
// commands together.
func (n *Node) Count(commands ...Command) Count { return n.counts.of(commands) }

// Start lets a node run that was stopped or cut off, at the address that it had. Its
// partitions return to it. Start does nothing if the node runs.
//
// It fails if it cannot listen on the address, or if the server is closed.
func (n *Node) Start() error {
	n.cluster.changing.Lock()
	defer n.cluster.changing.Unlock()
	return n.start()
}

// Stop closes the listener and the connections of the node. The other nodes take over its
// partitions at once. Commands that the node has received may still be applied, but are
// not answered. Stop does nothing if the node does not run.
func (n *Node) Stop() {
	n.cluster.changing.Lock()
	defer n.cluster.changing.Unlock()
	n.stop()
}

// CutOff closes the listener and the connections of the node, as a network that fails: the
// other nodes still count on it, and do not take over its partitions. [Node.Start] and
// [Node.Stop] end that.
func (n *Node) CutOff() {
	n.cluster.changing.Lock()
	defer n.cluster.changing.Unlock()
	n.disconnect()
}

// Move stops the node and starts it at another address, such as "127.0.0.1:3000", under
// its name. With port 0 it takes a free one.
//
// It fails as [Node.Start] does, and the node is stopped then.
func (n *Node) Move(address string) error {
	n.cluster.changing.Lock()
	defer n.cluster.changing.Unlock()
	n.stop()
	n.mu.Lock()
	n.address = address
	n.mu.Unlock()
	return n.start()
}

// TakeOver makes the node the master of partitions, from 0 to 4095, as long as it runs. The
// other nodes keep the order in which they take partitions: what is the master becomes the
// first replica, and the last replica loses the partition. With one copy of each
// partition, the master loses it.
//
// It panics if there is no such partition.
func (n *Node) TakeOver(partitions ...int) {
	for _, p := range partitions {
		if p < 0 || p >= aerostore.PartitionCount {
			panic(fmt.Sprintf("emulator: TakeOver of partition %d: there are %d", p, aerostore.PartitionCount))
		}
	}
	cl := n.cluster
	cl.mu.Lock()
	defer cl.mu.Unlock()
	for _, p := range partitions {
		cl.moved[p] = n
	}
	cl.share()
}

var errClosed = errors.New("the server is closed")

// start is called by one goroutine at a time.
func (n *Node) start() error {
	if n.online.Load() {
		return nil
	}
	l, err := net.Listen("tcp", n.Addr())
	if err != nil {
		return fmt.Errorf("emulator: node %s cannot listen: %w", n.name, err)
	}
	n.mu.Lock()
	n.listener, n.address, n.conns = l, l.Addr().String(), make(map[*conn]bool)
	n.mu.Unlock()
	cl := n.cluster
	ended := false
	cl.change(func() {
		if ended = cl.closed; ended {
			return
		}
		n.member = true
		n.online.Store(true)
		cl.running.Go(func() { n.accept(l) })
	})
	if ended {
		_ = l.Close()
		return fmt.Errorf("emulator: node %s cannot start: %w", n.name, errClosed)
	}
	return nil
}

// stop is called by one goroutine at a time.
func (n *Node) stop() {
	n.disconnect()
	if n.member {
		n.cluster.change(func() { n.member = false })
	}
}

// disconnect closes the listener and all connections.
func (n *Node) disconnect() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.online.Swap(false) {
		return
	}
	_ = n.listener.Close()
	for c := range n.conns {
		c.close()
	}
	n.conns = nil
}

// restart stops and starts the node in the background.
func (n *Node) restart() {
	cl := n.cluster
	cl.mu.Lock()
	defer cl.mu.Unlock()
	if cl.closed {
		return
	}
	cl.running.Go(func() {
		cl.changing.Lock()
		defer cl.changing.Unlock()
		n.stop()
		if err := n.start(); err != nil && !errors.Is(err, errClosed) {
			cl.config.logger.Error("emulator: cannot restart a node", "error", err)
		}
	})
}

func (n *Node) accept(l net.Listener) {
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil { // others pass, such as a client that has gone
			n.connect(nc)
		}
	}
}

// connect serves a connection on a goroutine, unless the node is offline.
func (n *Node) connect(nc net.Conn) {
	c := newConn(n, nc)
	n.counts.received[Connect].Add(1)
	fault := n.strikes(Connect, nil) // here, so that connections count in their order
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.online.Load() {
		c.close()
		n.counts.closed.Add(1)
		return
	}
	n.conns[c] = true
	n.cluster.running.Go(func() {
		c.serve(fault)
		c.close()
		n.mu.Lock()
		delete(n.conns, c)
		n.mu.Unlock()
		n.counts.closed.Add(1)
	})
}

// serves reports whether the node is a master or replica of the partition.
func (n *Node) serves(partition int) bool {
	return n.cluster.partitions.Load().has(n, partition)
}

// reaches reports whether the node can carry out a command on a record of the partition, by
// itself or by passing it on.
func (n *Node) reaches(partition int, write bool) bool {
	m := n.cluster.partitions.Load()
	if len(m.replicas) == 0 {
		return false
	}
	master := m.replicas[0][partition]
	if master == n || !write && m.has(n, partition) {
		return true
	}
	return master.online.Load()
}
