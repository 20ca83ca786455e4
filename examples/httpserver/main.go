// Httpserver is a small HTTP and gRPC service on aerostore that connects traces,
// baggage, logs and metrics. The span of a request is the parent of the spans of its
// store operations. Each log record and each exemplar names its span.
//
//	go run .
//
// README.md shows requests to send. The flag -h lists the options.
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

// config holds the values of the flags.
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
	flags.StringVar(&c.hosts, "hosts", "", "use the cluster at these `addresses` (h1:3000,h2:3000) instead of a store in memory")
	flags.StringVar(&c.namespace, "namespace", "test", "the `namespace` to use")
	flags.TextVar(&c.level, "log", slog.LevelDebug, "log from this `level` on")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q; see -h", flags.Arg(0))
	}
	if c.namespace == "" {
		return c, errors.New("the namespace is empty; see -h")
	}
	return c, nil
}

// run serves until ctx ends and the requests under way have ended.
func run(ctx context.Context, args []string, out io.Writer) (err error) {
	c, err := parse(args, out)
	if err != nil {
		return err
	}
	logger := newLogger(out, c.level)

	// The backend is closed after the last measurements, which hold its counts.
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
		// Lost telemetry is no reason to fail.
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

// shutdownLimit bounds the requests under way when the service stops.
const shutdownLimit = 10 * time.Second
