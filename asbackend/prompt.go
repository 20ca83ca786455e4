package asbackend

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// WithPromptCancel has operations on single records and batches return as soon
// as their context is cancelled, though the client cannot be interrupted: the
// command is left behind and ends with its answer or its timeout, unheard. A
// write that was left behind fails in doubt.
//
// At most limit commands are left behind at any time; a cancellation beyond it
// waits for its command, as all do without this option. [Store.LeftBehind] says
// how many there are, and [Store.Close] waits for them. An operation whose
// context can be cancelled costs a goroutine, and a write a copy of its values.
//
// A deadline needs no such option: it ends the command itself. For [Dial] and
// [New], which refuse a limit below 1.
func WithPromptCancel(limit int) Option {
	return func(c *config) {
		c.prompt = &limit
	}
}

// LeftBehind returns how many commands go on at this moment after their context
// was cancelled; see [WithPromptCancel].
func (s *Store) LeftBehind() int { return int(s.leftBehind.Load()) }

// grace is how long a command may take beyond its context's deadline to say
// itself how it ended, which tells more than that it was left behind.
const grace = 20 * time.Millisecond

// outcome is how a command ended.
type outcome struct {
	result   aerostore.Result
	err      error
	panicked any
}

// A flight is a command on a goroutine of its own.
type flight struct {
	request
	landed    chan outcome
	abandoned atomic.Bool // who sets it first has the say: the caller leaving, or the command ending
}

// promptly carries the request out on a goroutine that it leaves behind when
// the context is cancelled.
func (r *request) promptly() (aerostore.Result, error) {
	f := &flight{request: *r, landed: make(chan outcome, 1)} // a copy, lest every request be on the heap
	f.call = r.call.Clone()
	r.store.life.users.Add(1)
	go f.fly()
	select {
	case o := <-f.landed:
		return o.end()
	case <-r.ctx.Done():
	}
	if r.ctx.Err() == context.DeadlineExceeded {
		select {
		case o := <-f.landed:
			return o.end()
		case <-time.After(grace):
		}
	}
	if !f.leave() {
		o := <-f.landed
		return o.end()
	}
	err := r.call.NewContextError(aerostore.ContextError(r.ctx))
	err.InDoubt = r.call.Writes()
	return aerostore.Result{Attempts: 1}, err
}

func (f *flight) fly() {
	defer f.store.life.release()
	var o outcome
	defer func() {
		if o.panicked = recover(); f.abandoned.Swap(true) {
			f.store.leftBehind.Add(-1)
			if o.panicked != nil {
				panic(o.panicked) // there is nobody else to tell
			}
			return
		}
		f.landed <- o
	}()
	o.result, o.err = f.send()
}

// leave leaves the command behind, unless too many are already or it has ended.
func (f *flight) leave() bool {
	left := &f.store.leftBehind
	if int(left.Add(1)) > *f.store.prompt || f.abandoned.Swap(true) {
		left.Add(-1)
		return false
	}
	return true
}

// end ends the operation as the command ended.
func (o outcome) end() (aerostore.Result, error) {
	if o.panicked != nil {
		panic(o.panicked)
	}
	return o.result, o.err
}
