package emulator

import (
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strconv"

	"github.com/aerostore/aerostore/memory"
)

// An Option changes a default of [Start]. Nil options are ignored.
type Option func(*config)

type config struct {
	address     string
	namespaces  []string
	store       *memory.Store // nil for a new one
	logger      *slog.Logger
	clusterName string
	users       map[string]string // passwords by name; nil if there is no authentication
	compression bool
	keepStore   bool
	replicas    int // copies of each partition
}

func newConfig(opts []Option) config {
	c := config{address: "127.0.0.1:0", logger: slog.Default(), clusterName: "emulator", replicas: 2}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	if c.store == nil {
		var opts []memory.Option
		if c.namespaces != nil {
			opts = append(opts, memory.WithNamespaces(c.namespaces...))
		}
		c.store = memory.New(opts...)
	}
	return c
}

// nth returns the address of the i-th node.
func nth(address string, i int) string {
	host, port, err := net.SplitHostPort(address)
	n, _ := strconv.Atoi(port)
	if err != nil || n == 0 { // net.Listen says what is wrong
		return address
	}
	return net.JoinHostPort(host, strconv.Itoa(n+i))
}

// WithAddress sets the address to listen on, such as "127.0.0.1:3000", instead of a free
// port of the loopback interface.
func WithAddress(address string) Option {
	return func(c *config) { c.address = address }
}

// WithReplicas sets how many nodes have each partition, its master included, instead of 2.
// It is what a server calls the replication factor. With fewer nodes than that, all have it.
//
// It panics if n is not positive.
func WithReplicas(n int) Option {
	if n <= 0 {
		panic(fmt.Sprintf("emulator: WithReplicas of %d: there must be at least one", n))
	}
	return func(c *config) { c.replicas = n }
}

// WithStore serves the store, instead of a new one. The server does not close it.
//
// It panics if store is nil.
func WithStore(store *memory.Store) Option {
	if store == nil {
		panic("emulator: WithStore with a nil store")
	}
	return func(c *config) { c.store, c.keepStore = store, true }
}

// WithNamespaces sets the namespaces of the new store, instead of "test" and "bar". It has
// no effect together with [WithStore].
//
// It panics if there are no names or if one is empty.
func WithNamespaces(names ...string) Option {
	if len(names) == 0 || slices.Contains(names, "") {
		panic("emulator: WithNamespaces without a name: pass at least one, and none that is empty")
	}
	names = slices.Clone(names)
	return func(c *config) { c.namespaces = names }
}

// WithLogger sets the logger for requests that are malformed or not supported, instead of
// [slog.Default]. At the level Debug, it also logs each command, without keys and values.
//
// It panics if logger is nil.
func WithLogger(logger *slog.Logger) Option {
	if logger == nil {
		panic("emulator: WithLogger with a nil logger")
	}
	return func(c *config) { c.logger = logger }
}

// WithClusterName sets the name of the cluster, instead of "emulator". A client that was
// configured with another name refuses the server.
func WithClusterName(name string) Option {
	return func(c *config) { c.clusterName = name }
}

// WithUser makes clients log in. The user may do everything. With several users, each may
// log in. Without any, the server answers a login as one without security does.
//
// It panics if name is empty.
func WithUser(name, password string) Option {
	if name == "" {
		panic("emulator: WithUser without a name")
	}
	return func(c *config) {
		c.users = maps.Clone(c.users)
		if c.users == nil {
			c.users = make(map[string]string)
		}
		c.users[name] = password
	}
}

// WithCompression makes the server accept compressed commands, and compress its answers
// to clients that ask for it, as the Enterprise Edition does. The Community Edition
// refuses compressed commands.
func WithCompression() Option {
	return func(c *config) { c.compression = true }
}
