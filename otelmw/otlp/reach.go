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

// reach is what is known of whether there is a collector to answer. An exporter
// tries again for as long as it may, since a collector may come back. At the end that
// would be a wait for nothing.
type reach struct {
	nobody  atomic.Bool     // the last attempt has found that nobody listens
	ending  atomic.Bool     // no attempt is worth a wait any more
	given   atomic.Bool     // the last chance was
	waiting context.Context // of those who wait for another attempt: it ends with an end where nobody listens
	wake    context.CancelFunc
}

func newReach() *reach {
	r := new(reach)
	r.waiting, r.wake = context.WithCancel(context.Background())
	return r
}

// end says that the attempts that follow are the last ones.
func (r *reach) end() {
	r.ending.Store(true)
	if r.nobody.Load() {
		r.wake()
	}
}

// lastChance is how long a collector that came back has to be found.
const lastChance = 250 * time.Millisecond

// wakeable returns a context for an export that an end wakes from its wait for
// another attempt.
func (r *reach) wakeable(ctx context.Context) (context.Context, context.CancelFunc) {
	wakeable, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(r.waiting, func() { cancel(errWoken) })
	return wakeable, func() { stop(); cancel(nil) }
}

var errWoken = errors.New("woken for the last attempt")

// unwaking returns the context of one attempt, which an end leaves the time of a
// last chance: a request that was cancelled on its way may have arrived, and would
// be sent twice.
func unwaking(ctx context.Context) (context.Context, context.CancelFunc) {
	attempt := context.WithoutCancel(ctx)
	var cancel context.CancelFunc
	if deadline, ok := ctx.Deadline(); ok {
		attempt, cancel = context.WithDeadline(attempt, deadline)
	} else {
		attempt, cancel = context.WithCancel(attempt)
	}
	stop := context.AfterFunc(ctx, func() {
		if !errors.Is(context.Cause(ctx), errWoken) {
			cancel()
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
func (r *reach) intercept(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	ctx, cancel := unwaking(ctx)
	defer cancel()
	err := invoke(ctx, method, request, reply, cc, opts...)
	r.nobody.Store(nobodyListens(err))
	if !r.nobody.Load() || !r.ending.Load() {
		return err
	}
	// What is known may be old: gRPC pauses between its attempts to connect.
	if r.given.CompareAndSwap(false, true) && connects(ctx, cc) {
		return invoke(ctx, method, request, reply, cc, opts...)
	}
	return errors.New(err.Error()) // of no status that is tried again
}

// connects reports whether the connection is there after a little while.
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

// nobodyListens reports whether the address has nobody behind it, or there is no
// address. gRPC tells it by its text alone.
func nobodyListens(err error) bool {
	s, ok := status.FromError(err)
	return ok && s.Code() == codes.Unavailable &&
		(strings.Contains(s.Message(), syscall.ECONNREFUSED.Error()) || strings.Contains(s.Message(), "produced zero addresses"))
}
