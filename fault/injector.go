package fault

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// An Injector strikes the operations that pass it with the faults that are set
// in it at the moment. The zero Injector has none and is ready for use; it must
// not be copied. It is safe for concurrent use, and may be around any number of
// stores.
type Injector struct {
	// Hook, if not nil, is told of each operation that a fault strikes, before
	// that does anything to it. It is called by many goroutines at once and must
	// be set before the first operation.
	Hook func(ctx context.Context, call aerostore.Call, fault Fault)

	mu  sync.Mutex
	all atomic.Pointer[[]*Injection] // in the order in which they were set; nil: none; replaced as a whole under mu

	delayed, failed, inDoubt atomic.Int64
}

// Inject makes operations fail from now on. Of several faults that fit an
// operation the one set first strikes. A batch fails as a whole, without
// results.
//
// It panics if f holds an unknown operation, a probability that is none or a
// negative number, if it is Applied but not InDoubt, which is what a failure
// without doubt promises not to be, or has After and Ops without OpQuery.
func (in *Injector) Inject(f Fault) *Injection {
	f.check()
	f.Ops = slices.Clone(f.Ops)
	if !f.fails() && (f.Delay == 0 || f.InDoubt) {
		f.Code = aerostore.CodeServer
	}
	injection := newInjection(f, in)
	in.change(func(all []*Injection) []*Injection { return append(all, injection) })
	return injection
}

// Clear ends all faults, as [Injection.Stop] does each.
func (in *Injector) Clear() {
	if all := in.all.Load(); all != nil {
		for _, injection := range *all {
			injection.Stop()
		}
	}
}

// Active reports whether there are any faults.
func (in *Injector) Active() bool { return in.all.Load() != nil }

// Intercept implements [aerostore.Layer], and is an [aerostore.Interceptor].
func (in *Injector) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		all := in.all.Load()
		if all == nil || call.Check(ctx) != nil { // which the backend tells in its own words
			return next(ctx, call)
		}
		return in.answer(ctx, *all, call, next)
	}
}

// LayerStats implements [aerostore.Layer]. The layer is "fault"; it counts
// operations that were "delayed", that "failed" and, of these, that were left
// "in_doubt". Its level "active" is the number of faults that are set.
func (in *Injector) LayerStats() aerostore.LayerStats {
	active := 0
	if all := in.all.Load(); all != nil {
		active = len(*all)
	}
	return aerostore.LayerStats{
		Layer: "fault",
		Events: []aerostore.LayerEvent{
			{Name: "delayed", N: in.delayed.Load()},
			{Name: "failed", N: in.failed.Load()},
			{Name: "in_doubt", N: in.inDoubt.Load()},
		},
		Gauges: []aerostore.LayerGauge{{Name: "active", Value: float64(active)}},
	}
}

func (in *Injector) change(f func([]*Injection) []*Injection) {
	in.mu.Lock()
	defer in.mu.Unlock()
	var all []*Injection
	if now := in.all.Load(); now != nil {
		all = slices.Clone(*now)
	}
	if all = f(all); len(all) == 0 {
		in.all.Store(nil)
		return
	}
	in.all.Store(&all)
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

// answer carries a call out unless a fault strikes it.
func (in *Injector) answer(
	ctx context.Context, all []*Injection, call aerostore.Call, next aerostore.Handler,
) (aerostore.Result, error) {
	var until time.Time
	if call.Options.Timeout > 0 {
		until = time.Now().Add(call.Options.Timeout)
	}
	if fault := striking(all, &call, 0); fault != nil {
		if err := in.hit(ctx, fault, call, next, until); err != nil {
			return aerostore.Result{Attempts: 1}, err
		}
		if !until.IsZero() {
			// What is left of it, for what the delay has used up.
			if call.Options.Timeout = time.Until(until); call.Options.Timeout <= 0 {
				return aerostore.Result{Attempts: 1}, call.NewError(aerostore.CodeTimeout, nil)
			}
		}
	}
	if call.Op == aerostore.OpQuery {
		return in.query(ctx, all, call, next, until)
	}
	return next(ctx, call)
}

// hit lets the fault do to the call what it does, and returns the error that
// the call then fails with, nil if it is to go on.
func (in *Injector) hit(
	ctx context.Context, fault *Fault, call aerostore.Call, next aerostore.Handler, until time.Time,
) error {
	if in.Hook != nil {
		in.Hook(ctx, call, *fault)
	}
	if fault.Delay > 0 {
		in.delayed.Add(1)
		if err := fault.wait(ctx, &call, until); err != nil {
			return err
		}
	}
	if !fault.fails() {
		return nil
	}
	in.failed.Add(1)
	err := fault.error(&call)
	if err.InDoubt {
		in.inDoubt.Add(1)
		if fault.Applied {
			_, _ = next(ctx, call) // whatever it gives is lost
		}
	}
	return err
}

// query lets faults strike a query between its records.
func (in *Injector) query(
	ctx context.Context, all []*Injection, call aerostore.Call, next aerostore.Handler, until time.Time,
) (aerostore.Result, error) {
	var struck error
	rows := 0
	inner := call.WithQuery(*call.Query(), func(r *aerostore.Record) bool {
		if !call.Yield(r) {
			return false
		}
		rows++
		if fault := striking(all, &call, rows); fault != nil {
			struck = in.hit(ctx, fault, call, next, until)
		}
		return struck == nil
	})
	result, err := next(ctx, inner)
	if struck != nil {
		err = struck
	}
	return result, err
}
