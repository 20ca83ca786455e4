package middleware

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aerostore/aerostore"
)

// A deadline is a context that ends at a time. Unlike context.WithDeadline it
// starts no timer until somebody asks for Done, which makes it one allocation
// where a backend looks at the deadline and waits by its own means.
type deadline struct {
	context.Context // the caller's

	at    time.Time
	limit *TimeoutError

	mu     sync.Mutex
	timed  context.Context // made when it is needed
	cancel context.CancelFunc
	over   bool
}

// within returns a context that ends after the limit, nil if the caller's own
// ends as soon.
func within(ctx context.Context, clock *laggingClock, limit *TimeoutError) *deadline {
	if at, ok := ctx.Deadline(); ok && clock.isWithin(at, limit.Limit) {
		return nil
	}
	return &deadline{Context: ctx, at: time.Now().Add(limit.Limit), limit: limit}
}

// Deadline implements context.Context.
func (d *deadline) Deadline() (at time.Time, ok bool) { return d.at, true }

// Done implements context.Context.
func (d *deadline) Done() <-chan struct{} { return d.ticking().Done() }

// Err implements context.Context.
func (d *deadline) Err() error {
	d.mu.Lock()
	untimed := d.timed == nil && !d.over
	d.mu.Unlock()
	if untimed && time.Now().Before(d.at) {
		return d.Context.Err()
	}
	return d.ticking().Err()
}

// Value implements context.Context. What asks for the context's cancellation
// asks for Done first.
func (d *deadline) Value(key any) any {
	d.mu.Lock()
	timed := d.timed
	d.mu.Unlock()
	if timed == nil {
		return d.Context.Value(key)
	}
	return timed.Value(key)
}

// ticking returns the context with a timer. It is made and canceled without the
// lock, since that calls methods of the caller's context.
func (d *deadline) ticking() context.Context {
	d.mu.Lock()
	timed := d.timed
	d.mu.Unlock()
	if timed != nil {
		return timed
	}
	return d.keep(context.WithDeadlineCause(d.Context, d.at, d.limit))
}

// keep keeps the context, unless another came first, and returns the one kept.
func (d *deadline) keep(timed context.Context, cancel context.CancelFunc) context.Context {
	d.mu.Lock()
	kept, unwanted := d.timed, d.timed != nil || d.over
	if kept == nil {
		kept = timed
		d.timed, d.cancel = timed, cancel
	}
	d.mu.Unlock()
	if unwanted {
		cancel()
	}
	return kept
}

// end releases the timer. The context is done from now on.
func (d *deadline) end() {
	d.mu.Lock()
	d.over = true
	cancel := d.cancel
	d.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// isNear reports whether the limit is as good as reached. Aerospike's client
// gives up early if another attempt of its own, after a pause of a millisecond,
// would come too late.
func (d *deadline) isNear() bool {
	return time.Until(d.at) <= max(d.limit.Limit/10, 2*time.Millisecond)
}

// explain returns err, naming the limit if it was that which ended the call, and
// reports whether it was.
func (d *deadline) explain(call aerostore.Call, err error) (ended bool, explained error) {
	if !errors.Is(err, context.DeadlineExceeded) || !d.isNear() {
		return false, err // of a deadline that somebody set further in
	}
	switch named, ok := errors.AsType[*TimeoutError](err); {
	case !ok:
		return true, d.limit.fail(call, err)
	case named == d.limit: // what is inside has the context's cause in its error
		return true, errorOf(call, err)
	default:
		return false, err // of a Timeout further in
	}
}
