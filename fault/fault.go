package fault

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aerostore/aerostore"
)

// A Fault selects operations and describes how they fail. An operation must satisfy all
// fields that select. The zero Fault makes every operation fail with
// [aerostore.CodeServer], without applying it.
//
// A Fault does not affect an operation that is refused before anything is sent, or
// whose context is done.
type Fault struct {
	// Ops, Namespace, Set, Key and Match select operations. A zero value selects
	// all, those of [aerostore.Do] included. Namespace, Set and Key select a batch
	// if one of its keys has all three. Match must be safe for concurrent use.
	Ops       []aerostore.Op
	Namespace string
	Set       string
	Key       aerostore.Key
	Match     func(aerostore.Call) bool

	// Probability is the fraction of the selected operations that fail, from 0 to 1.
	// The default is 1.
	Probability float64

	// Seed determines the random sequence: with one goroutine, the same seed makes
	// the same operations fail.
	Seed uint64

	// Times is the maximum number of operations that fail. Zero means no maximum.
	Times int

	// After, if not zero, selects queries only, and makes them fail after that many
	// records. A query with fewer records does not fail.
	After int

	// Delay is the time that an operation waits before it runs or fails. If its
	// context ends in this time, the operation fails with the context's error. If
	// its [aerostore.Timeout] ends, it fails with [aerostore.ErrTimeout]. In both
	// cases it is not applied. Otherwise the operation has the rest of its Timeout.
	// A Fault with a Delay and without Code, Err and InDoubt only delays.
	Delay time.Duration

	// Code and Err are the fields of the [aerostore.Error]. The default is
	// CodeServer if neither is set.
	Code aerostore.ResultCode
	Err  error

	// InDoubt marks the errors of operations that write as in doubt: see
	// [aerostore.Error]. It does not affect reads.
	InDoubt bool

	// Applied applies an operation that writes, a batch for all of its keys, and
	// replaces its answer with the error. It needs InDoubt. Without Applied, a
	// failed operation is not applied.
	Applied bool
}

func (f *Fault) check() {
	for _, op := range f.Ops {
		if !op.IsValid() {
			panic(fmt.Sprintf("fault: Ops has the unknown operation %d", op))
		}
	}
	switch {
	case !(0 <= f.Probability && f.Probability <= 1): // refuses NaN, too
		panic(fmt.Sprintf("fault: Probability %v is not between 0 and 1", f.Probability))
	case f.Times < 0:
		panic(fmt.Sprintf("fault: Times %d is negative", f.Times))
	case f.After < 0:
		panic(fmt.Sprintf("fault: After %d is negative", f.After))
	case f.After > 0 && len(f.Ops) > 0 && !slices.Contains(f.Ops, aerostore.OpQuery):
		panic("fault: After is set and Ops does not have OpQuery")
	case f.Delay < 0:
		panic(fmt.Sprintf("fault: Delay %v is negative", f.Delay))
	case f.Applied && !f.InDoubt:
		panic("fault: Applied is set without InDoubt")
	}
}

// fails reports whether the fault does more than delay.
func (f *Fault) fails() bool { return f.Code != aerostore.CodeOK || f.Err != nil }

// selects reports whether the fault selects the call.
func (f *Fault) selects(call *aerostore.Call) bool {
	if len(f.Ops) > 0 && !slices.Contains(f.Ops, call.Op) {
		return false
	}
	return f.selectsTarget(call) && (f.Match == nil || f.Match(*call))
}

func (f *Fault) selectsTarget(call *aerostore.Call) bool {
	if call.Len() == 0 {
		namespace, set := call.Target()
		return f.isIn(namespace, set) && f.Key == aerostore.Key{}
	}
	for i := range call.Len() {
		key := call.KeyAt(i)
		if f.isIn(key.Namespace(), key.Set()) && (f.Key == aerostore.Key{} || same(f.Key, key)) {
			return true
		}
	}
	return false
}

func (f *Fault) isIn(namespace, set string) bool {
	return (f.Namespace == "" || f.Namespace == namespace) && (f.Set == "" || f.Set == set)
}

// same reports whether both keys name one record, also if one of them is a digest.
func same(a, b aerostore.Key) bool {
	return a == b || a.IsDigest() != b.IsDigest() &&
		a.Namespace() == b.Namespace() && a.Set() == b.Set() && a.Digest() == b.Digest()
}

// wait delays the call. It returns an error if the context ends in this time, or the
// timeout of the call, which ends at until. A zero until means no timeout.
func (f *Fault) wait(ctx context.Context, call *aerostore.Call, until time.Time) error {
	delay, late := f.Delay, false
	if left := time.Until(until); !until.IsZero() && left < delay {
		delay, late = left, true
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		if late {
			return call.NewError(aerostore.CodeTimeout, nil)
		}
		return nil
	case <-ctx.Done():
		return call.NewContextError(aerostore.ContextError(ctx))
	}
}

// error returns the error of the call.
func (f *Fault) error(call *aerostore.Call) *aerostore.Error {
	err := call.NewError(f.Code, f.Err)
	err.InDoubt = f.InDoubt && call.Writes()
	return err
}
