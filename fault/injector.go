package fault

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// An Injector applies faults to the operations that pass through it. The zero Injector
// has no faults and is ready for use. An Injector must not be copied after first use.
// It is safe for concurrent use, and may wrap several stores.
type Injector struct {
	// Hook, if not nil, is called for each operation that a fault applies to, before
	// the fault delays or fails it. Hook must be safe for concurrent use, and must be
	// set before the first operation.
	Hook func(ctx context.Context, call aerostore.Call, fault Fault)

	mu  sync.Mutex
	all atomic.Pointer[[]*Injection] // in the order of Inject; nil if there are none; replaced under mu

	delayed, failed, inDoubt atomic.Int64
}

// Inject adds a fault. If several faults select an operation, the first one added
// applies. A batch fails as a whole, without results.
//
// Inject panics if
//   - Ops has an unknown operation,
//   - Probability is not between 0 and 1,
//   - Times, After or Delay is negative,
//   - Applied is set without InDoubt,
//   - After is set, and Ops is neither empty nor has OpQuery.
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

// Clear removes all faults, as [Injection.Stop] removes one.
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
		if all == nil || call.Check(ctx) != nil { // which the backend refuses
			return next(ctx, call)
		}
		return in.answer(ctx, *all, call, next)
	}
}

// LayerStats implements [aerostore.Layer]. The layer is "fault". Its events are
// "delayed", "failed" and, for those that failed in doubt, also "in_doubt". Its gauge
// "active" is the number of faults.
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

// striking returns the fault that applies to the call, nil if none does.
func striking(all []*Injection, call *aerostore.Call, rows int) *Fault {
	for _, in := range all {
		if in.strike(call, rows) {
			return &in.fault
		}
	}
	return nil
}

// answer runs a call, with the fault that applies to it.
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
			// The delay used up the rest.
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

// hit applies the fault to the call and returns the error of the call, nil if the call
// continues.
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
			_, _ = next(ctx, call) // its answer is lost
		}
	}
	return err
}

// query runs a query, with the faults that apply between its records.
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
