package otlp

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/status"
)

// A finalAttempt ends the retries of an exporter at a shutdown if no collector
// listens, after one last attempt. Until then an exporter retries for as long as its
// timeout allows, since a collector may come back.
type finalAttempt struct {
	refused atomic.Bool     // the last attempt found no collector
	ending  atomic.Bool     // the shutdown has begun
	made    atomic.Bool     // the last attempt
	waiting context.Context // done when waits for a retry shall end
	wake    context.CancelFunc
}

func newFinalAttempt() *finalAttempt {
	f := new(finalAttempt)
	f.waiting, f.wake = context.WithCancel(context.Background())
	return f
}

// end begins the shutdown.
func (f *finalAttempt) end() {
	f.ending.Store(true)
	if f.refused.Load() {
		f.wake()
	}
}

// lastChance is how long the last attempt waits for a connection.
const lastChance = 250 * time.Millisecond

// wakeable returns a context for an export. A shutdown ends its wait for a retry.
func (f *finalAttempt) wakeable(ctx context.Context) (context.Context, context.CancelFunc) {
	wakeable, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(f.waiting, func() { cancel(errWoken) })
	return wakeable, func() { stop(); cancel(nil) }
}

var errWoken = errors.New("woken for the last attempt")

// unwakeable returns the context of one attempt, which goes on for lastChance after
// a shutdown has begun. A request that is canceled on its way may have arrived, and
// would then be sent twice.
func unwakeable(ctx context.Context) (context.Context, context.CancelFunc) {
	attempt := context.WithoutCancel(ctx)
	var cancel context.CancelFunc
	if deadline, ok := ctx.Deadline(); ok {
		attempt, cancel = context.WithDeadline(attempt, deadline)
	} else {
		attempt, cancel = context.WithCancel(attempt)
	}
	stop := context.AfterFunc(ctx, func() {
		if !errors.Is(context.Cause(ctx), errWoken) {
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				cancel() // the attempt has the deadline itself
			}
			return
		}
		select {
		case <-time.After(lastChance):
			cancel()
		case <-attempt.Done():
		}
	})
	return attempt, func() { stop(); cancel() }
}

// intercept is a [grpc.UnaryClientInterceptor].
func (f *finalAttempt) intercept(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	ctx, cancel := unwakeable(ctx)
	defer cancel()
	err := invoke(ctx, method, request, reply, cc, opts...)
	notGRPC := isHTTP(err)
	if notGRPC {
		err = status.Error(codes.Unavailable, "the endpoint does not speak gRPC, as the port of OTLP over HTTP does not, which is often 4318: "+
			"use its port for gRPC, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")
	}
	f.refused.Store(notGRPC || isRefused(err))
	if !f.refused.Load() || !f.ending.Load() {
		return err
	}
	// The refusal may be old: gRPC pauses between its attempts to connect.
	if f.made.CompareAndSwap(false, true) && connects(ctx, cc) {
		return invoke(ctx, method, request, reply, cc, opts...)
	}
	return errors.New(err.Error()) // without the status, which would be retried
}

// connects reports whether a connection is made within lastChance.
func connects(ctx context.Context, cc *grpc.ClientConn) bool {
	ctx, cancel := context.WithTimeout(ctx, lastChance)
	defer cancel()
	cc.ResetConnectBackoff()
	for state := cc.GetState(); state != connectivity.Ready; state = cc.GetState() {
		cc.Connect()
		if !cc.WaitForStateChange(ctx, state) {
			return false
		}
	}
	return true
}

// isHTTP reports whether a server answered in HTTP/1. gRPC has no status for it.
func isHTTP(err error) bool {
	s, ok := status.FromError(err)
	return ok && s.Code() == codes.Unavailable && strings.Contains(s.Message(), "looked like an HTTP/1.1 header")
}

// isRefused reports whether the address refused the connection, or does not exist.
// The text decides here, too.
func isRefused(err error) bool {
	s, ok := status.FromError(err)
	return ok && s.Code() == codes.Unavailable &&
		(strings.Contains(s.Message(), syscall.ECONNREFUSED.Error()) || strings.Contains(s.Message(), "produced zero addresses"))
}
