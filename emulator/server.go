package emulator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aerostore/aerostore/memory"
)

// A Server serves a store on one node or several. Make one with [Start], [StartCluster],
// [RunT] or [RunClusterT].
type Server struct {
	cluster *cluster
	nodes   []*Node
}

// Start starts a server of one node. The caller closes it.
//
// It fails if it cannot listen on its address.
func Start(opts ...Option) (*Server, error) { return start(1, opts) }

// StartCluster starts a server of n nodes, which share the partitions out among them. Each
// partition has a replica, unless [WithReplicas] sets another number. The caller closes
// the server.
//
// With [WithAddress] the first node has that port and each other one the next. Without it
// each has a free port. StartCluster fails if it cannot listen on the addresses.
//
// It panics if n is not positive.
func StartCluster(n int, opts ...Option) (*Server, error) {
	if n <= 0 {
		panic(fmt.Sprintf("emulator: StartCluster with %d nodes: there must be at least one", n))
	}
	return start(n, opts)
}

func start(n int, opts []Option) (*Server, error) {
	cl := newCluster(newConfig(opts))
	s := &Server{cluster: cl}
	for i := range n {
		s.nodes = append(s.nodes, cl.add(nth(cl.config.address, i)))
	}
	for _, node := range s.nodes {
		if err := node.Start(); err != nil {
			cl.close()
			return nil, err
		}
	}
	return s, nil
}

// RunT starts a server of one node for a test. The server is closed when the test, the
// benchmark or the fuzz target t ends. A [testing.TB] is a t. RunT fails the test if the
// server cannot be started.
func RunT(t interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
}, opts ...Option,
) *Server {
	t.Helper()
	return runT(t, 1, opts)
}

// RunClusterT starts a server of n nodes for a test, as [StartCluster] does. What [RunT]
// says about t applies.
func RunClusterT(t interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
}, n int, opts ...Option,
) *Server {
	t.Helper()
	return runT(t, n, opts)
}

// A testingT is what RunT and RunClusterT use of a testing.TB.
type testingT interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
}

func runT(t testingT, n int, opts []Option) *Server {
	t.Helper()
	s, err := start(n, opts)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Close closes the listeners and all connections, and waits until their goroutines have
// ended. It closes the store, unless [WithStore] set it. Close returns nil and may be
// called more than once. A [Fault.Hook] must not call it.
func (s *Server) Close() error {
	s.cluster.close()
	return nil
}

// Addr returns the address of the first node, such as "127.0.0.1:34567". Clients find the
// others from there.
func (s *Server) Addr() string { return s.nodes[0].Addr() }

// Host returns the host of Addr.
func (s *Server) Host() string { return s.nodes[0].Host() }

// Port returns the port of Addr.
func (s *Server) Port() int { return s.nodes[0].Port() }

// Addrs returns the addresses of all nodes, separated by commas. A client that has them
// all finds the cluster even if the first node does not run.
func (s *Server) Addrs() string {
	addresses := make([]string, len(s.nodes))
	for i, n := range s.nodes {
		addresses[i] = n.Addr()
	}
	return strings.Join(addresses, ",")
}

// Nodes returns the nodes, in the order of their names. The slice belongs to the caller.
func (s *Server) Nodes() []*Node { return slices.Clone(s.nodes) }

// Node returns the i-th node, from 0 on. It panics if there is no such node.
func (s *Server) Node(i int) *Node { return s.nodes[i] }

// Master returns the node that is the master of a partition, or nil if no node runs. It
// panics if there is no such partition. The partition of a key is that of
// [aerostore.Key.Partition].
func (s *Server) Master(partition int) *Node {
	if m := s.cluster.partitions.Load(); len(m.replicas) > 0 {
		return m.replicas[0][partition]
	}
	return nil
}

// Store returns the store that is served.
func (s *Server) Store() *memory.Store { return s.cluster.store }

// Count returns how many of the commands the nodes received and what became of them, all
// nodes and commands together.
func (s *Server) Count(commands ...Command) (sum Count) {
	for _, n := range s.nodes {
		c := n.Count(commands...)
		sum.Received += c.Received
		sum.Applied += c.Applied
	}
	return sum
}
