package asbackend

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// A lifetime counts what is under way in a Store, and closes the client when nothing is.
// The client must not be closed during an operation: it clears a map that operations
// read.
type lifetime struct {
	closed     atomic.Bool
	users      atomic.Int64 // operations under way, and the Store until it is closed
	notAwaited atomic.Int64 // those of the users for which Close does not wait

	abort     chan struct{} // closed to end queries
	abortOnce sync.Once
	end       func() // called when there are no users
}

func newLifetime(end func()) *lifetime {
	l := &lifetime{abort: make(chan struct{}), end: end}
	l.users.Store(1)
	return l
}

// acquire keeps the client open until release is called. It returns false if the Store
// is closed.
func (l *lifetime) acquire() bool {
	l.users.Add(1)
	if l.closed.Load() {
		l.release()
		return false
	}
	return true
}

func (l *lifetime) release() {
	if l.users.Add(-1) == 0 {
		l.end()
	}
}

// unbounded counts an operation for which Close does not wait, until done is
// called.
func (l *lifetime) unbounded() (done func()) {
	l.notAwaited.Add(1)
	return func() { l.notAwaited.Add(-1) }
}

// refuse makes acquire return false from now on.
func (l *lifetime) refuse() {
	if !l.closed.Swap(true) {
		l.release()
	}
}

func (l *lifetime) abortQueries() { l.abortOnce.Do(func() { close(l.abort) }) }

const (
	firstAwaitPause = time.Millisecond
	maxAwaitPause   = 100 * time.Millisecond
)

// await waits until left returns 0 or ctx is done.
func await(ctx context.Context, left func() int64) error {
	for pause := firstAwaitPause; left() > 0; pause = min(2*pause, maxAwaitPause) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}

// Close closes the Store: later operations fail with [aerostore.ErrClosed]. It waits for
// operations on single records and batches under way, which end with their answer or
// their timeout, and for commands abandoned by [WithAbandonOnCancel]. It does not wait
// for queries and functions within [aerostore.Do], and may be called from within them;
// they continue.
//
// A client made by [Dial] is closed when the last of all these has ended. A client passed
// to [New] stays open. Close returns nil, and may be called more than once and at any time.
func (s *Store) Close() error {
	s.life.refuse()
	// The context never ends, so that there is no error.
	_ = await(context.Background(), func() int64 { return s.life.users.Load() - s.life.notAwaited.Load() })
	return nil
}

// Shutdown closes the Store: later operations fail with [aerostore.ErrClosed]. It waits
// for everything under way, queries and functions within [aerostore.Do] included. If
// ctx ends first, Shutdown returns an error that matches the context's and says how many
// operations are still under way. Queries then fail with ErrClosed; other operations end
// with their answer or their timeout.
//
// Shutdown must not be called from within a query or [aerostore.Do] of the same Store,
// because it would wait for that. The client is closed as by [Store.Close], which may be
// called after or during Shutdown.
func (s *Store) Shutdown(ctx context.Context) error {
	if ctx == nil {
		return invalid("the context is nil")
	}
	s.life.refuse()
	if err := await(ctx, s.life.users.Load); err != nil {
		left := s.life.users.Load()
		s.life.abortQueries()
		return fmt.Errorf("asbackend: shut down with %d operations still under way: %w", left, err)
	}
	return nil
}

// closedError returns the error of a call to a closed Store. It is kept out of line for
// the reason that request.late is.
//
//go:noinline
func closedError(call aerostore.Call) *aerostore.Error {
	return call.NewError(aerostore.CodeOK, aerostore.ErrClosed)
}
