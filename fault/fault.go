package fault

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aerostore/aerostore"
)

// A Fault says which operations fail, and how. The fields of one kind narrow it
// down together. The zero Fault fails every operation, always, with
// [aerostore.CodeServer] and without doing anything.
//
// Input that is refused before anything is sent and a context that is done fail
// by themselves and are not struck.
type Fault struct {
	// Which operations: those of Ops (none named: all, those of [aerostore.Do]
	// included) that are about the namespace, the set and the record and that
	// Match accepts. Zero values do not narrow. A batch is about every one of
	// its keys. Match is called by many goroutines at once.
	Ops       []aerostore.Op
	Namespace string
	Set       string
	Key       aerostore.Key
	Match     func(aerostore.Call) bool

	// How often: always, or with a probability up to 1, drawn in a sequence
	// that Seed determines; and then Times times at most, without an end if
	// that is 0. Where one goroutine calls the store, the same seed strikes the
	// same operations.
	Probability float64
	Seed        uint64
	Times       int

	// After selects queries that yielded that many records, and strikes them
	// there. Queries that end before go unscathed.
	After int

	// Delay is how much longer an operation takes, before anything else
	// happens. If its context ends meanwhile, it fails with the context's error,
	// and if its [aerostore.Timeout] does, with [aerostore.ErrTimeout]. Nothing
	// was done then. Otherwise what is left of its Timeout is for the rest of the
	// operation. A Fault with a Delay and without Code, Err and InDoubt delays and
	// does no other harm.
	Delay time.Duration

	// Code and Err are those of the error. Code is CodeServer if neither is
	// set.
	Code aerostore.ResultCode
	Err  error

	// InDoubt marks the error as one that does not say whether the operation
	// was applied, which counts for operations that write: see
	// [aerostore.Error].
	InDoubt bool

	// Applied has an operation that writes carried out all the same, a batch for
	// all of its keys, and its answer lost: whatever it is, it becomes this
	// error. Without Applied nothing happens.
	Applied bool
}

func (f *Fault) check() {
	for _, op := range f.Ops {
		if !op.IsValid() {
			panic(fmt.Sprintf("fault: a Fault of operation %d", op))
		}
	}
	switch {
	case !(0 <= f.Probability && f.Probability <= 1): // so NaN is caught, too
		panic(fmt.Sprintf("fault: a Fault with probability %v", f.Probability))
	case f.Times < 0:
		panic(fmt.Sprintf("fault: a Fault of %d times", f.Times))
	case f.After < 0:
		panic(fmt.Sprintf("fault: a Fault after %d records", f.After))
	case f.After > 0 && len(f.Ops) > 0 && !slices.Contains(f.Ops, aerostore.OpQuery):
		panic("fault: a Fault after some records of what is no query")
	case f.Delay < 0:
		panic(fmt.Sprintf("fault: a Fault with a delay of %v", f.Delay))
	case f.Applied && !f.InDoubt:
		panic("fault: a Fault that is applied and not in doubt")
	}
}

// fails reports whether the fault does more than delay.
func (f *Fault) fails() bool { return f.Code != aerostore.CodeOK || f.Err != nil }

// fits reports whether the call is one of those that are to fail.
func (f *Fault) fits(call *aerostore.Call) bool {
	if len(f.Ops) > 0 && !slices.Contains(f.Ops, call.Op) {
		return false
	}
	return f.isAbout(call) && (f.Match == nil || f.Match(*call))
}

func (f *Fault) isAbout(call *aerostore.Call) bool {
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

// same reports whether both keys name one record, of which one may be known by
// its digest alone.
func same(a, b aerostore.Key) bool {
	return a == b || a.IsDigest() != b.IsDigest() &&
		a.Namespace() == b.Namespace() && a.Set() == b.Set() && a.Digest() == b.Digest()
}

// wait delays the call. It returns the error of one whose context ended, or whose
// timeout did, which is at the time until unless that is zero.
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

// error returns how the call fails.
func (f *Fault) error(call *aerostore.Call) *aerostore.Error {
	err := call.NewError(f.Code, f.Err)
	err.InDoubt = f.InDoubt && call.Writes()
	return err
}
