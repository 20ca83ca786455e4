package otlp

import (
	"context"
	"errors"
	"time"
)

// Shutdown is [ShutdownTracing] and [ShutdownMetrics] side by side, so that one that
// takes its time leaves the other its own. The error is that of both, joined.
//
// Call it before the backend is closed: the last export tells what the backend has
// counted.
func Shutdown(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	spans := make(chan error, 1)
	go func() { spans <- ShutdownTracing(ctx) }()
	return errors.Join(ShutdownMetrics(ctx), <-spans)
}

// The most that a shutdown takes without a deadline, and how much of it is kept
// for ending what did not end by itself.
const (
	shutdownLimit = 5 * time.Second
	shutdownGrace = 250 * time.Millisecond
)

// bounded gives a context without a deadline one.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, shutdownLimit-shutdownGrace-laterGrace)
}

// within returns what f does, or the context's error if f goes on in spite of it.
func within(ctx context.Context, f func(context.Context) error) error {
	ended := make(chan error, 1)
	go func() { ended <- f(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace := time.NewTimer(shutdownGrace)
	defer grace.Stop()
	select {
	case err := <-ended:
		return err
	case <-grace.C:
		return ctx.Err()
	}
}
