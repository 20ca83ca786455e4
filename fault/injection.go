package fault

import (
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/aerostore/aerostore"
)

// An Injection is a [Fault] in an [Injector]. It is safe for concurrent use.
type Injection struct {
	fault    Fault
	injector *Injector

	mu      sync.Mutex
	random  *rand.Rand // nil: no probability
	strikes int
	stopped bool
}

func newInjection(f Fault, injector *Injector) *Injection {
	in := &Injection{fault: f, injector: injector}
	if f.Probability > 0 {
		in.random = rand.New(rand.NewPCG(f.Seed, 0)) //nolint:gosec // G404: reproducible on purpose
	}
	return in
}

// Stop removes the fault. It affects no operation after Stop returns. Stop may be
// called more than once. A fault is also removed after its Times.
func (in *Injection) Stop() {
	in.mu.Lock()
	in.stopped = true
	in.mu.Unlock()
	in.injector.change(func(all []*Injection) []*Injection {
		return slices.DeleteFunc(all, func(other *Injection) bool { return other == in })
	})
}

// Strikes returns how many operations the fault has failed or delayed so far.
func (in *Injection) Strikes() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.strikes
}

// strike reports whether the fault applies to the call, a query after so many rows.
func (in *Injection) strike(call *aerostore.Call, rows int) bool {
	if in.fault.After != rows || !in.fault.selects(call) {
		return false
	}
	hit, last := in.draw()
	if last {
		in.Stop()
	}
	return hit
}

// draw decides about a selected call, and whether it is the last one.
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
