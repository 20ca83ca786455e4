// Httpserver is a small HTTP and gRPC service on aerostore whose traces, baggage,
// log and metrics belong together: the span of a request is the parent of those
// of its store operations, each log record says which span it was written under,
// and so do the exemplars that Prometheus finds.
//
//	go run .
//
// README.md shows what to ask it; -h says what else it can do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aerostore/aerostore/otelmw/otlp"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "httpserver:", err)
		os.Exit(1)
	}
}

// config is what the flags say.
type config struct {
	http, grpc       string
	hosts, namespace string
	level            slog.Level
}

func parse(args []string, out io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("httpserver", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&c.http, "http", "127.0.0.1:8080", "serve HTTP at this `address`")
	flags.StringVar(&c.grpc, "grpc", "127.0.0.1:8081", "serve gRPC health checks at this `address`")
	flags.StringVar(&c.hosts, "hosts", "", "use the cluster at these `addresses` (h1:3000,h2:3000) and not a store in memory")
	flags.StringVar(&c.namespace, "namespace", "test", "the `namespace` to use")
	flags.TextVar(&c.level, "log", slog.LevelDebug, "log from this `level` on")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q; -h explains", flags.Arg(0))
	}
	if c.namespace == "" {
		return c, errors.New("the namespace is empty; -h explains")
	}
	return c, nil
}

// run serves until ctx ends, and then until the requests under way are done.
func run(ctx context.Context, args []string, out io.Writer) (err error) {
	c, err := parse(args, out)
	if err != nil {
		return err
	}
	logger := newLogger(out, c.level)

	// It is closed after the last measurements, which hold its counts.
	backend, err := open(ctx, c.hosts, c.namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, backend.Close()) }()

	reader, metrics, err := newMetrics()
	if err != nil {
		return err
	}
	telemetry := []otlp.Option{
		otlp.WithServiceName("aerostore-httpserver"),
		otlp.WithLogger(logger),
		otlp.WithMetricReader(reader),
	}
	defer func() {
		// Telemetry that gets nowhere is no reason to fail.
		if err := otlp.Shutdown(context.WithoutCancel(ctx)); err != nil {
			logger.Warn("telemetry was lost", "error", err)
		}
	}()
	if err := errors.Join(otlp.InitTracing(ctx, telemetry...), otlp.InitMetrics(ctx, telemetry...)); err != nil {
		return err
	}

	web, err := net.Listen("tcp", c.http)
	if err != nil {
		return err
	}
	rpc, err := net.Listen("tcp", c.grpc)
	if err != nil {
		return errors.Join(err, web.Close())
	}
	logger.Info("listening", "http", web.Addr().String(), "grpc", rpc.Addr().String())

	s := service{store: layered(backend, logger), namespace: c.namespace, metrics: metrics}
	return s.serve(ctx, web, rpc, shutdownLimit)
}

// shutdownLimit is how long requests under way may take when the service stops.
const shutdownLimit = 10 * time.Second
