package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/aerostore/aerostore"
)

// service answers HTTP and gRPC from a store.
type service struct {
	store     aerostore.Store
	namespace string
	metrics   http.Handler
}

// serve serves requests until ctx ends or a listener fails. Then it accepts no new
// requests, and cancels those that are still under way after the limit. It closes the
// listeners.
func (s *service) serve(ctx context.Context, web, rpc net.Listener, limit time.Duration) error {
	webServer := &http.Server{
		Handler:           otelhttp.NewHandler(s.routes(), "users", otelhttp.WithFilter(observed)),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       time.Minute,
	}
	rpcServer := grpc.NewServer(
		grpc.StatsHandler(otelgrpc.NewServerHandler()),
		grpc.WaitForHandlers(true),
	)
	grpc_health_v1.RegisterHealthServer(rpcServer, &health{service: s})

	ended := make(chan error)
	go func() { ended <- webServer.Serve(web) }()
	go func() { ended <- rpcServer.Serve(rpc) }()
	var err error
	serving := 2
	select {
	case <-ctx.Done():
	case err = <-ended:
		serving--
	}

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	defer context.AfterFunc(ctx, rpcServer.Stop)()
	var stopping sync.WaitGroup
	stopping.Go(rpcServer.GracefulStop)
	err = errors.Join(err, webServer.Shutdown(ctx), webServer.Close())
	stopping.Wait()
	for range serving {
		if e := <-ended; !errors.Is(e, http.ErrServerClosed) && !errors.Is(e, grpc.ErrServerStopped) {
			err = errors.Join(err, e)
		}
	}
	return err
}
