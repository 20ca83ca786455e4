// Package servertest finds the cluster that tests run on: the one that AEROSPIKE_HOSTS names,
// or an emulator.
package servertest

import (
	"flag"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore/emulator"
)

// Hosts returns the hosts of the cluster, separated by commas. It has the namespaces test
// and bar. All tests of a package share it, so each needs its own sets.
func Hosts(tb testing.TB) string {
	tb.Helper()
	if hosts := os.Getenv("AEROSPIKE_HOSTS"); hosts != "" {
		return hosts
	}
	s, err := emulated()
	if err != nil {
		tb.Fatal(err)
	}
	return s.Addr()
}

// Host returns one of Hosts, for a proxy.
func Host(tb testing.TB) string {
	tb.Helper()
	host, _, _ := strings.Cut(Hosts(tb), ",")
	return host
}

// IsEmulated reports whether the cluster is an emulator.
func IsEmulated() bool { return os.Getenv("AEROSPIKE_HOSTS") == "" }

// Connections are the goroutines of the emulator for its connections, of which a client keeps
// some. A test that looks for leaks ignores them.
func Connections() goleak.Option {
	return goleak.IgnoreAnyFunction("github.com/aerostore/aerostore/emulator.(*conn).serve")
}

// Main runs the tests of a package. It starts the emulator first, so that tests that look for
// leaks know it, and closes it. More tests run at once there than there are processors, since
// most of them wait for a time to be over.
func Main(m *testing.M) int {
	if !IsEmulated() {
		return m.Run()
	}
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		_ = parallel.Value.Set(strconv.Itoa(2 * runtime.GOMAXPROCS(0)))
	}
	s, err := emulated()
	if err != nil {
		panic(err)
	}
	defer func() { _ = s.Close() }()
	return m.Run()
}

var emulated = sync.OnceValues(func() (*emulator.Server, error) {
	// What tests send on purpose and the emulator refuses is not worth a line.
	return emulator.Start(emulator.WithLogger(slog.New(slog.DiscardHandler)))
})
