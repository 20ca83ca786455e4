package middleware

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aerostore/aerostore"
)

// A deadline is a context that ends at a time. Unlike context.WithDeadline it
// starts a timer only when Done is called. So it is one allocation for a backend
// that reads the deadline and waits by its own means.
type deadline struct {
	context.Context // the caller's

	at    time.Time
	limit *TimeoutError

	mu     sync.Mutex
	timed  context.Context // with a timer, nil until it is needed
	cancel context.CancelFunc
	over   bool
}

// within returns a context that ends after the limit. It returns nil if the
// caller's context has an earlier deadline.
func within(ctx context.Context, limit *TimeoutError) *deadline {
	if at, ok := ctx.Deadline(); ok && time.Until(at) <= limit.Limit {
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

// Value implements context.Context. Package context calls Done before it looks
// for the context's cancellation by Value.
func (d *deadline) Value(key any) any {
	d.mu.Lock()
	timed := d.timed
	d.mu.Unlock()
	if timed == nil {
		return d.Context.Value(key)
	}
	return timed.Value(key)
}

// ticking returns the context with a timer. It makes and cancels that context
// without the lock, because both call methods of the caller's context.
func (d *deadline) ticking() context.Context {
	d.mu.Lock()
	timed := d.timed
	d.mu.Unlock()
	if timed != nil {
		return timed
	}
	return d.keep(context.WithDeadlineCause(d.Context, d.at, d.limit))
}

// keep stores the context, unless there is one already, and returns the stored
// one.
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

// end releases the timer. From then on the context is done.
func (d *deadline) end() {
	d.mu.Lock()
	d.over = true
	cancel := d.cancel
	d.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// isNear reports whether the limit is nearly reached. Aerospike's client gives
// up early if its next attempt, after a pause of a millisecond, would be too
// late.
func (d *deadline) isNear() bool {
	return time.Until(d.at) <= max(d.limit.Limit/10, 2*time.Millisecond)
}

// explain reports whether the limit ended the call, and returns err with the
// limit in its chain if it did.
func (d *deadline) explain(call aerostore.Call, err error) (ended bool, explained error) {
	if !errors.Is(err, context.DeadlineExceeded) || !d.isNear() {
		return false, err // of another deadline inside
	}
	switch named, ok := errors.AsType[*TimeoutError](err); {
	case !ok:
		return true, d.limit.newError(call, err)
	case named == d.limit: // the error has the context's cause already
		return true, errorOf(call, err)
	default:
		return false, err // of a Timeout inside
	}
}
