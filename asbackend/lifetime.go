package asbackend

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// A lifetime counts what is under way in a Store and ends it. The client must
// not be closed under an operation: it clears a map that operations read.
type lifetime struct {
	closed     atomic.Bool
	users      atomic.Int64 // what is under way, and one for the Store until it is closed
	notAwaited atomic.Int64 // those of the users for which Close does not wait

	abort     chan struct{} // closed when queries are to be broken off
	abortOnce sync.Once
	end       func() // called when nothing is under way any more
}

func newLifetime(end func()) *lifetime {
	l := &lifetime{abort: make(chan struct{}), end: end}
	l.users.Store(1)
	return l
}

// acquire keeps the client open until release is called.
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

// unbounded counts something for which Close does not wait, until done is called.
func (l *lifetime) unbounded() (done func()) {
	l.notAwaited.Add(1)
	return func() { l.notAwaited.Add(-1) }
}

// refuse has acquire fail from now on.
func (l *lifetime) refuse() {
	if !l.closed.Swap(true) {
		l.release()
	}
}

func (l *lifetime) abortQueries() { l.abortOnce.Do(func() { close(l.abort) }) }

const (
	firstLook = time.Millisecond
	slowLook  = 100 * time.Millisecond
)

// await waits until what is left is none, or ctx is done.
func await(ctx context.Context, left func() int64) error {
	for pause := firstLook; left() > 0; pause = min(2*pause, slowLook) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}

// Close ends the Store: operations from now on fail with [aerostore.ErrClosed].
// It waits for operations on single records and batches that are under way,
// those left behind by [WithPromptCancel] included, which end with their answer
// or their timeout. It does not wait for queries and what runs within
// [aerostore.Do], so that it may be called from within them; they go on.
//
// A client made by [Dial] is closed as soon as the last of all these has ended;
// one given to [New] stays open. Close returns nil and may be called more than
// once and at any time.
func (s *Store) Close() error {
	s.life.refuse()
	// The context never ends, so that there is no error.
	_ = await(context.Background(), func() int64 { return s.life.users.Load() - s.life.notAwaited.Load() })
	return nil
}

// Shutdown ends the Store once what is under way has ended. Operations from now
// on fail with [aerostore.ErrClosed]. When ctx ends before that, queries under
// way fail with ErrClosed and what else is under way is left to end with its
// answer or its timeout; the error then says how much that is and matches the
// context's. It must not be called from within a query or [aerostore.Do] of the
// same Store, for which it would wait.
//
// The client is closed as by [Store.Close], which may be called after or during
// a Shutdown.
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

// closedError returns the error of a call that came or went on too late. It is
// kept out of line as request.late is.
//
//go:noinline
func closedError(call aerostore.Call) *aerostore.Error {
	return call.NewError(aerostore.CodeOK, aerostore.ErrClosed)
}
