package fault

import (
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/draw"
)

// An Injection is a [Fault] in an [Injector]. It is safe for concurrent use.
type Injection struct {
	fault    Fault
	injector *Injector
	draw     *draw.Draw
}

func newInjection(f Fault, injector *Injector) *Injection {
	return &Injection{fault: f, injector: injector, draw: draw.New(f.Probability, f.Seed, 0, f.Times)}
}

// Stop removes the fault. It affects no operation after Stop returns. Stop may be
// called more than once. A fault is also removed after its Times.
func (in *Injection) Stop() {
	in.draw.Stop()
	in.injector.change(func(all []*Injection) []*Injection {
		return slices.DeleteFunc(all, func(other *Injection) bool { return other == in })
	})
}

// Strikes returns how many operations the fault has failed or delayed so far.
func (in *Injection) Strikes() int { return in.draw.Hits() }

// strike reports whether the fault applies to the call, a query after so many rows.
func (in *Injection) strike(call *aerostore.Call, rows int) bool {
	if in.fault.After != rows || !in.fault.selects(call) {
		return false
	}
	hit, last := in.draw.Next()
	if last {
		in.Stop()
	}
	return hit
}
