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

// intercept is a [grpc.UnaryClientInterceptor].
func (r *reach) intercept(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
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
