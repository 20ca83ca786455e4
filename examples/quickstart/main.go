// Quickstart runs a small service on aerostore and prints the trace of what it
// did. It needs only Go:
//
//	go run ./examples/quickstart
//
// The flag -h lists the options.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/otelmw"
	"github.com/aerostore/aerostore/otelmw/otlp"
)

const usage = `Quickstart runs a small service on aerostore: a sign-up, a profile, a counter, a
batch, a query, a miss, a conflict and a transient failure. Then it prints the trace:
what ran when, for how long, and how it ended.

  go run ./examples/quickstart                            in memory, nothing to install
  go run ./examples/quickstart -hosts 127.0.0.1:3000      on a cluster
  OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317 go run ./examples/quickstart
                                                          also sends the trace to a collector
  OTEL_METRICS_EXPORTER=otlp                              and metrics
                                                          (Jaeger accepts none)

On a cluster it uses the set "quickstart" and the index "quickstart_age", and removes
its records and the index at the end.

Flags:
`

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, errOut io.Writer) (err error) {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.Usage = func() {
		fmt.Fprint(errOut, usage)
		flags.PrintDefaults()
	}
	hosts := flags.String("hosts", "", "run on the cluster at these `addresses`: h1:3000,h2:3000")
	namespace := flags.String("namespace", "test", "the `namespace` to use")
	timeout := flags.Duration("timeout", 30*time.Second, "give up after this `time`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -h", flags.Arg(0))
	}
	if *namespace == "" {
		return errors.New("the namespace is empty; see -h")
	}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()

	// The backend is closed after the last measurements, which hold its counts.
	backend, err := open(ctx, *hosts, *namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, backend.Close()) }()

	// Spans go to the tree that is printed, and to a collector if one is configured.
	spans := &recorder{}
	telemetry := []otlp.Option{otlp.WithSpanProcessor(spans), otlp.WithServiceName("aerostore-quickstart")}
	if !configured("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER") {
		if err := os.Setenv("OTEL_TRACES_EXPORTER", "none"); err != nil {
			return err
		}
	}
	if err := otlp.InitTracing(ctx, telemetry...); err != nil {
		return err
	}
	defer func() {
		// Lost telemetry is no reason to fail.
		if err := otlp.Shutdown(context.WithoutCancel(ctx)); err != nil {
			fmt.Fprintln(errOut, "quickstart:", err)
		}
	}()
	if configured("OTEL_METRICS_EXPORTER", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
		if err := otlp.InitMetrics(ctx, telemetry...); err != nil {
			return err
		}
	}

	store := aerostore.Chain(backend,
		otelmw.Tracing(),
		otelmw.Metrics(),
		aerostore.Intercept(busyOnce()),
	)
	service := &accounts{store: store, namespace: *namespace, set: "quickstart", out: out}

	where := "in memory"
	if *hosts != "" {
		where = "on " + *hosts
	}
	fmt.Fprintf(out, "A service %s:\n\n", where)
	ctx, span := otel.Tracer("quickstart").Start(ctx, "quickstart")
	err = service.run(ctx)
	span.End()
	fmt.Fprintln(out)
	return errors.Join(err, spans.printTree(out))
}

// backend is the methods that both backends have.
type backend interface {
	aerostore.Store
	io.Closer
}

// open is a variable for tests.
var open = func(ctx context.Context, hosts, namespace string) (backend, error) {
	if hosts == "" {
		return memory.New(memory.WithNamespaces(namespace)), nil
	}
	return asbackend.Dial(ctx, hosts)
}

// configured reports whether any of the variables is set.
func configured(variables ...string) bool {
	return slices.ContainsFunc(variables, func(v string) bool { return os.Getenv(v) != "" })
}
