package asbackend

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// WithAbandonOnCancel makes operations on single records and batches return when
// their context is cancelled. The client cannot interrupt a command, so the command is
// abandoned: it ends with its answer or its timeout, which is ignored. An abandoned
// write fails in doubt.
//
// At most limit commands are abandoned at any time. At the limit, further cancellations
// wait for their commands, as all do without this option. [Store.Abandoned] counts the
// abandoned commands, and [Store.Close] waits for them. An operation whose context can
// be cancelled costs a goroutine. A write also costs a copy of its values.
//
// Deadlines do not need this option: a deadline is the command's timeout. [Dial] and
// [New] take the option, and fail if limit is below 1.
func WithAbandonOnCancel(limit int) Option {
	return func(c *config) { c.abandons, c.maxAbandoned = true, limit }
}

// Abandoned returns the number of commands still running after their context was
// cancelled; see [WithAbandonOnCancel].
func (s *Store) Abandoned() int { return int(s.abandoned.Load()) }

// grace is how long a command may outlast its context's deadline. Its own error says
// more than that it was abandoned.
const grace = 20 * time.Millisecond

// An outcome is how a request ended.
type outcome struct {
	result   aerostore.Result
	err      error
	panicked any
}

// An abandonable is a request on a goroutine of its own, which its caller can abandon.
type abandonable struct {
	request
	done chan outcome

	// settled is set first by the caller that abandons the request, or by the request
	// when it ends.
	settled atomic.Bool
}

// doAbandonable carries out the request on a goroutine, and abandons it when the
// context is cancelled.
func (r *request) doAbandonable(left time.Duration) (aerostore.Result, error) {
	a := &abandonable{request: *r, done: make(chan outcome, 1)} // a copy, so that other requests stay on the stack
	a.call = r.call.Clone()
	r.store.life.users.Add(1)
	go a.run(left)
	select {
	case o := <-a.done:
		return o.end()
	case <-r.ctx.Done():
	}
	if r.ctx.Err() == context.DeadlineExceeded {
		select {
		case o := <-a.done:
			return o.end()
		case <-time.After(grace):
		}
	}
	if !a.abandon() {
		o := <-a.done
		return o.end()
	}
	err := r.call.NewContextError(aerostore.ContextError(r.ctx))
	err.InDoubt = r.call.Writes()
	return aerostore.Result{Attempts: 1}, err
}

func (a *abandonable) run(left time.Duration) {
	defer a.store.life.release()
	var o outcome
	defer func() {
		if o.panicked = recover(); a.settled.Swap(true) {
			a.store.abandoned.Add(-1)
			if o.panicked != nil {
				panic(o.panicked) // no caller is left to panic
			}
			return
		}
		a.done <- o
	}()
	o.result, o.err = a.doBounded(left)
}

// abandon reports false if too many requests are abandoned already or this one ended.
func (a *abandonable) abandon() bool {
	abandoned := &a.store.abandoned
	if int(abandoned.Add(1)) > a.store.maxAbandoned || a.settled.Swap(true) {
		abandoned.Add(-1)
		return false
	}
	return true
}

// end returns the outcome to the caller, or panics as the request did.
func (o outcome) end() (aerostore.Result, error) {
	if o.panicked != nil {
		panic(o.panicked)
	}
	return o.result, o.err
}
