package fault

import (
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/aerostore/aerostore"
)

// An Injection is a [Fault] that was set in an [Injector].
type Injection struct {
	fault Fault
	among *Injector

	mu      sync.Mutex
	random  *rand.Rand // nil: no probability
	strikes int
	stopped bool
}

func newInjection(f Fault, among *Injector) *Injection {
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
