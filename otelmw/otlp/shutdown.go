package otlp

import (
	"context"
	"errors"
	"time"
)

// Shutdown calls [ShutdownTracing] and [ShutdownMetrics] concurrently, so that neither
// waits for the other. It joins their errors.
//
// Call it before the backend is closed, so that the last export has the backend's
// counts.
func Shutdown(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	spans := make(chan error, 1)
	go func() { spans <- ShutdownTracing(ctx) }()
	return errors.Join(ShutdownMetrics(ctx), <-spans)
}

// The most that a shutdown takes without a deadline, and the part of it that is kept
// for stopping what did not stop by itself.
const (
	shutdownLimit = 5 * time.Second
	shutdownGrace = 250 * time.Millisecond
)

// bounded returns a context with a deadline.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, shutdownLimit-shutdownGrace-asyncGrace)
}

// within returns the error of f, or the context's error if f does not return in time.
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
