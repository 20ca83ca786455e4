// Aeroemu runs an emulated Aerospike cluster in memory until it is interrupted. Official
// clients connect to it as to a server:
//
//	go run github.com/aerostore/aerostore/cmd/aeroemu -load fixture.json
//
// The flag -h lists the options. A fixture is a text of [memory.Store.Snapshot], which
// shows the form.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/aerostore/aerostore/emulator"
	"github.com/aerostore/aerostore/memory"
)

const usage = `Aeroemu runs an emulated Aerospike cluster in memory until it is interrupted.

  aeroemu                                   at 127.0.0.1:3000, with the namespaces test and bar
  aeroemu -port 0                           at a free port
  aeroemu -namespace users,orders           with other namespaces
  aeroemu -load fixture.json                with records and indexes
  aeroemu -nodes 3                          at the ports 3000, 3001 and 3002
  aeroemu -log debug                        logs each command

A fixture has records by namespace and set:

  {"records": {"test": {"users": [
    {"key": "ada", "bins": {"age": 36, "tags": ["a", "b"]}},
    {"key": 42, "bins": {"age": 7}, "ttl": 600}
  ]}}}

Flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "aeroemu:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("aeroemu", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.Usage = func() {
		fmt.Fprint(errOut, usage)
		flags.PrintDefaults()
	}
	port := flags.Uint("port", 3000, "`port` of the first node on the loopback interface; 0 is a free one")
	nodes := flags.Int("nodes", 1, "`number` of nodes")
	namespaces := flags.String("namespace", "test,bar", "`names` of the namespaces, separated by commas")
	fixture := flags.String("load", "", "`file` with the first records and indexes")
	level := slog.LevelWarn
	flags.TextVar(&level, "log", level, "`level` of the log on stderr: debug, info, warn or error")
	if err := flags.Parse(args); err != nil {
		return err
	}
	names := strings.Split(*namespaces, ",")
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("there are arguments after the flags: %q", flags.Arg(0))
	case *port > 65535:
		return fmt.Errorf("-port %d: the highest port is 65535", *port)
	case *nodes < 1:
		return fmt.Errorf("-nodes %d: there must be at least one", *nodes)
	}
	for _, name := range names {
		if name == "" {
			return fmt.Errorf("-namespace %q: a name is empty", *namespaces)
		}
	}

	store := memory.New(memory.WithNamespaces(names...))
	defer func() { _ = store.Close() }()
	if err := load(store, *fixture); err != nil {
		return err
	}
	server, err := emulator.StartCluster(*nodes,
		emulator.WithStore(store),
		emulator.WithAddress("127.0.0.1:"+strconv.FormatUint(uint64(*port), 10)),
		emulator.WithLogger(slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: level}))))
	if err != nil {
		return fmt.Errorf("%w; -port sets another port", err)
	}
	defer func() { _ = server.Close() }()
	if err := explain(out, server, names); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// load fills the store from a file, if there is one.
func load(store *memory.Store, file string) error {
	if file == "" {
		return nil
	}
	f, err := os.Open(file) //nolint:gosec // G304: the user chooses the file
	if err != nil {
		return fmt.Errorf("-load: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := store.Load(f); err != nil {
		return fmt.Errorf("-load %s: %w", file, err)
	}
	return nil
}

// explain says how a client connects.
func explain(out io.Writer, server *emulator.Server, namespaces []string) error {
	_, err := fmt.Fprintf(out, `An Aerospike cluster is emulated at %s, with the namespaces %s.
Connect with
  Go         client, err := aerospike.NewClient(%q, %d)
  aerostore  store, err := asbackend.Dial(ctx, %q)
  others     host %s, port %d, no user, no TLS
Interrupt it to stop. Nothing is kept.
`, server.Addrs(), strings.Join(namespaces, " and "), server.Host(), server.Port(), server.Addr(), server.Host(), server.Port())
	return err
}
