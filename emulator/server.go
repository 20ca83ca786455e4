package emulator

import (
	"net"
	"strconv"

	"github.com/aerostore/aerostore/memory"
)

// A Server is a cluster of one node that serves a store. Make one with [Start] or [RunT].
type Server struct {
	cluster *cluster
	node    *node
}

// Start starts a server. The caller closes it.
func Start(opts ...Option) (*Server, error) {
	c := newCluster(newConfig(opts))
	n, err := c.start(c.config.address)
	if err != nil {
		c.close()
		return nil, err
	}
	return &Server{cluster: c, node: n}, nil
}

// RunT starts a server for a test. The server is closed when the test, the benchmark or
// the fuzz target t ends. A [testing.TB] is a t. RunT fails the test if the server cannot
// be started.
func RunT(t interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
}, opts ...Option,
) *Server {
	t.Helper()
	s, err := Start(opts...)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Close closes the listener and all connections, and waits until their goroutines have
// ended. It closes the store, unless [WithStore] set it. Close returns nil and
// may be called more than once.
func (s *Server) Close() error {
	s.cluster.close()
	return nil
}

// Addr returns the address that clients connect to, such as "127.0.0.1:34567".
func (s *Server) Addr() string { return s.node.address }

// Host returns the host of Addr.
func (s *Server) Host() string {
	host, _, _ := net.SplitHostPort(s.node.address)
	return host
}

// Port returns the port of Addr.
func (s *Server) Port() int {
	_, port, _ := net.SplitHostPort(s.node.address)
	n, _ := strconv.Atoi(port)
	return n
}

// Store returns the store that is served.
func (s *Server) Store() *memory.Store { return s.cluster.store }
