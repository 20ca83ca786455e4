// Package attempt records the attempts of an operation. Layers and backends report their
// attempts, and a layer around them reads the record when the operation has ended.
package attempt

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// Limit is the number of attempts after a first one that a Record has.
const Limit = 32

// wanted is true once Want has been called. Until then no context is searched, which
// takes 20 ns in one of nine levels.
var wanted atomic.Bool

// Want makes Begin look for a Record in its context.
func Want() { wanted.Store(true) }

type contextKey struct{}

// of returns the attempt whose inside ctx is for, nil if there is none.
func of(ctx context.Context) *Attempt {
	a, _ := ctx.Value(contextKey{}).(*Attempt)
	return a
}

// A Record has the attempts of one operation. It is safe for concurrent use.
type Record struct {
	mu      sync.Mutex
	root    Attempt // the operation itself
	further int     // attempts after a first one
	omitted int
	over    bool
}

// New returns a Record, and a context whose attempts it has.
func New(ctx context.Context) (context.Context, *Record) {
	r := new(Record)
	r.root.record = r
	return r.root.Within(ctx), r
}

// Hide returns a context in which attempts are not recorded.
func Hide(ctx context.Context) context.Context {
	if !wanted.Load() {
		return ctx
	}
	return hide(ctx)
}

func hide(ctx context.Context) context.Context {
	if of(ctx) == nil {
		return ctx
	}
	return context.WithValue(ctx, contextKey{}, (*Attempt)(nil))
}

// An Attempt is an attempt of a layer at a call. All methods do nothing on nil, which
// stands for an attempt that is not recorded. The fields may be read after [Record.Close].
type Attempt struct {
	Layer     string // that made it: "retry"
	Number    int    // from 1
	Begun     time.Time
	Ended     time.Time
	Pause     time.Duration // since the end of the attempt before, 0 if that had not ended
	Abandoned bool          // the operation did not wait for the outcome, which is not known
	Call      aerostore.Call
	Result    aerostore.Result
	Err       error
	Inside    []*Attempt // set by Close

	record *Record
	first  *Attempt   // of the attempts of this layer at this call
	rest   []*Attempt // after this attempt, if it is the first
	inside []*Attempt // the first attempts of calls inside
}

// Begin records the first attempt of a layer at a call.
func Begin(ctx context.Context, layer string) *Attempt {
	if !wanted.Load() {
		return nil
	}
	return begin(ctx, layer)
}

func begin(ctx context.Context, layer string) *Attempt {
	around := of(ctx)
	if around == nil {
		return nil
	}
	r := around.record
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || r.further == Limit {
		return nil
	}
	a := &Attempt{Layer: layer, Number: 1, Begun: time.Now(), record: r}
	a.first = a
	around.inside = append(around.inside, a)
	return a
}

// Next records the attempt after a. Several attempts may be next to the same one.
func (a *Attempt) Next() *Attempt {
	if a == nil {
		return nil
	}
	r := a.record
	r.mu.Lock()
	defer r.mu.Unlock()
	next := &Attempt{Layer: a.Layer, Number: a.Number + 1, Begun: time.Now(), record: r, first: a.first}
	if !a.Ended.IsZero() {
		next.Pause = next.Begun.Sub(a.Ended)
	}
	switch {
	case r.over:
	case r.further == Limit:
		r.omitted++
	default:
		r.further++
		a.first.rest = append(a.first.rest, next)
	}
	return next
}

// Within returns the context of what the attempt does. Attempts made with it are inside a.
func (a *Attempt) Within(ctx context.Context) context.Context {
	if a == nil {
		return ctx
	}
	return context.WithValue(ctx, contextKey{}, a)
}

// End records how the attempt ended. It has no effect on an attempt that has ended.
func (a *Attempt) End(call aerostore.Call, result aerostore.Result, err error) {
	if a != nil {
		a.end(call, result, err)
	}
}

func (a *Attempt) end(call aerostore.Call, result aerostore.Result, err error) {
	a.record.mu.Lock()
	defer a.record.mu.Unlock()
	if a.Ended.IsZero() {
		a.Ended, a.Call, a.Result, a.Err = time.Now(), call, result, err
	}
}

// Abandon ends an attempt whose outcome nobody waits for.
func (a *Attempt) Abandon() {
	if a == nil {
		return
	}
	a.record.mu.Lock()
	defer a.record.mu.Unlock()
	a.abandon(time.Now())
}

func (a *Attempt) abandon(now time.Time) {
	if a.Ended.IsZero() {
		a.Ended, a.Abandoned = now, true
	}
}

// Close ends the record, and drops what is reported later. It returns the attempts of
// layers that made several, and how many attempts are beyond the limit. In the place of an
// only attempt are those inside it.
func (r *Record) Close() (attempts []*Attempt, omitted int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	return shown(nil, r.root.inside, time.Now()), r.omitted
}

func shown(to, firsts []*Attempt, now time.Time) []*Attempt {
	for _, first := range firsts {
		if len(first.rest) == 0 {
			to = shown(to, first.inside, now)
			continue
		}
		to = append(append(to, first), first.rest...)
		for _, a := range to[len(to)-len(first.rest)-1:] {
			a.abandon(now)
			a.Inside = shown(nil, a.inside, now)
		}
	}
	return to
}
