package memory

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// An Injection is a [Fault] that was set in a store.
type Injection struct {
	fault Fault
	among *injections

	mu      sync.Mutex
	random  *rand.Rand // nil: no probability
	strikes int
	stopped bool
}

func newInjection(f Fault, among *injections) *Injection {
	in := &Injection{fault: f, among: among}
	if f.Probability > 0 {
		in.random = rand.New(rand.NewPCG(f.Seed, 0)) //nolint:gosec // G404: reproducible on purpose
	}
	return in
}

// Stop ends the fault: once it has returned, no operation is struck. It may be
// called more than once. A fault that struck all of its Times has ended.
func (in *Injection) Stop() {
	in.mu.Lock()
	in.stopped = true
	in.mu.Unlock()
	in.among.change(func(all []*Injection) []*Injection {
		return slices.DeleteFunc(all, func(other *Injection) bool { return other == in })
	})
}

// Strikes returns how many operations the fault has struck so far.
func (in *Injection) Strikes() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.strikes
}

// strike reports whether the fault strikes the call, of which that many
// records have been yielded.
func (in *Injection) strike(call *aerostore.Call, rows int) bool {
	if in.fault.After != rows || !in.fault.fits(call) {
		return false
	}
	hit, last := in.draw()
	if last {
		in.Stop()
	}
	return hit
}

// draw decides about a call that fits, and whether it was the last one.
func (in *Injection) draw() (hit, last bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.stopped || in.random != nil && in.random.Float64() >= in.fault.Probability {
		return false, false
	}
	in.strikes++
	in.stopped = in.strikes == in.fault.Times
	return true, in.stopped
}

// injections are the faults of a store, in the order in which they were set.
type injections struct {
	mu  sync.Mutex
	all atomic.Pointer[[]*Injection] // nil: none; replaced as a whole under mu
}

func (i *injections) change(f func([]*Injection) []*Injection) {
	i.mu.Lock()
	defer i.mu.Unlock()
	var all []*Injection
	if now := i.all.Load(); now != nil {
		all = slices.Clone(*now)
	}
	if all = f(all); len(all) == 0 {
		i.all.Store(nil)
		return
	}
	i.all.Store(&all)
}

// striking returns the fault that strikes the call, nil if none does.
func striking(all []*Injection, call *aerostore.Call, rows int) *Fault {
	for _, in := range all {
		if in.strike(call, rows) {
			return &in.fault
		}
	}
	return nil
}

// answerUnlessStruck is answer while faults are set.
func (s *Store) answerUnlessStruck(
	ctx context.Context, all []*Injection, call aerostore.Call,
) (result aerostore.Result, err error) {
	fault := striking(all, &call, 0)
	switch {
	case fault == nil && call.Op == aerostore.OpQuery:
		return s.queryUntilStruck(ctx, all, call)
	case fault == nil:
		return s.answer(ctx, &call)
	case fault.Applied && call.Writes():
		_, _ = s.answer(ctx, &call)
	}
	return aerostore.Result{Attempts: 1}, fault.error(&call)
}

// queryUntilStruck lets faults strike a query between its records.
func (s *Store) queryUntilStruck(
	ctx context.Context, all []*Injection, call aerostore.Call,
) (result aerostore.Result, err error) {
	var fault *Fault
	rows := 0
	inner := call.WithQuery(*call.Query(), func(r *aerostore.Record) bool {
		if !call.Yield(r) {
			return false
		}
		rows++
		fault = striking(all, &call, rows)
		return fault == nil
	})
	result, err = s.answer(ctx, &inner)
	if fault != nil {
		err = fault.error(&call)
	}
	return result, err
}
