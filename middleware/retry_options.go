package middleware

import (
	"context"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
)

// RetryOptions are the options of [Retry].
type RetryOptions struct {
	// Attempts is the maximum number of attempts, including the first. The
	// default is 3.
	Attempts int

	// Backoff sets the pauses between attempts.
	Backoff Backoff

	// AttemptTimeout bounds each attempt: its context ends after that time. The
	// failure is a timeout and transient, as long as the caller's context is
	// alive. Zero and [None] mean no bound. Queries are not bounded, because a
	// query that has begun cannot be tried again.
	//
	// It costs one allocation for each attempt, and a timer if a layer inside
	// waits for the Done channel of the context.
	AttemptTimeout time.Duration

	// Budget bounds the load that retries add to a cluster that fails.
	Budget RetryBudget

	// IsTransient reports whether an error may be gone a moment later. The error
	// is not nil. For a batch it is called with the error of each key that failed
	// and the call of the batch. It is not called for a write in doubt, unless
	// Idempotent allows to resend it. Nil is [IsTransient].
	IsTransient func(ctx context.Context, call aerostore.Call, err error) bool

	// Idempotent reports whether a write that may have been applied already may
	// be sent again. Return true only for calls that can be applied twice without
	// harm, such as a Put of bins that do not depend on earlier values, with one
	// writer for each record. Nil allows none.
	//
	// If the first attempt was applied, the second may fail because of that: with
	// ErrGeneration after [aerostore.GenerationEqual], with ErrExists after
	// CreateOnly. These errors are in doubt, as is every error of a call with an
	// attempt in doubt. A Remove returns false without an error.
	Idempotent func(call aerostore.Call) bool

	// OnEvent is called for each event.
	OnEvent Hook
}

// Backoff sets the pauses between attempts. The pause before the second attempt
// is drawn at random from 0 up to Base, so that callers that failed together do
// not come back together. The upper bound doubles with each attempt until it is
// Max.
//
// The default is a Base of 10 ms and a Max of 1 s. If only one field is set and
// the default of the other does not fit, the other has the same value.
type Backoff struct {
	Base, Max time.Duration
}

// A RetryBudget bounds retries. Over any time there are no more retries than
//
//	Ratio × calls + PerSecond × seconds + Burst
//
// The default is a Ratio of 0.2, 10 PerSecond and a Burst of 100. [None] for
// Ratio or PerSecond, but not for both, leaves that term out. A Ratio of Attempts-1
// or more means no bound.
//
// All callers of a store share its budget. A batch is one call, whatever the
// number of its keys.
type RetryBudget struct {
	Ratio     float64 // retries for each call
	PerSecond float64 // the minimum number of retries per second
	Burst     float64 // the maximum number that is saved up, and the number at the start
}

const (
	defaultBase = 10 * time.Millisecond
	defaultMax  = time.Second
)

func (b Backoff) withDefaults() Backoff {
	set := b
	if set.Max == 0 {
		b.Max = max(defaultMax, set.Base)
	}
	if set.Base == 0 {
		b.Base = min(defaultBase, b.Max)
	}
	return b
}

func (b RetryBudget) withDefaults() RetryBudget {
	return RetryBudget{
		Ratio:     orDefault(b.Ratio, 0.2),
		PerSecond: orDefault(b.PerSecond, 10),
		Burst:     orDefault(b.Burst, 100),
	}
}

// withDefaults returns the options with all fields set. It panics if one is
// invalid.
func (o RetryOptions) withDefaults() RetryOptions {
	o.Attempts = orDefault(o.Attempts, 3)
	o.AttemptTimeout = orDefault(o.AttemptTimeout, 0)
	o.Backoff = o.Backoff.withDefaults()
	o.Budget = o.Budget.withDefaults()
	if o.IsTransient == nil {
		o.IsTransient = func(_ context.Context, _ aerostore.Call, err error) bool { return IsTransient(err) }
	}
	if o.Idempotent == nil {
		o.Idempotent = func(aerostore.Call) bool { return false }
	}
	switch b := o.Budget; {
	case o.Attempts < 1:
		panic(fmt.Sprintf("middleware: Retry of %d attempts", o.Attempts))
	case o.Backoff.Base <= 0 || o.Backoff.Max < o.Backoff.Base:
		panic(fmt.Sprintf("middleware: Retry with pauses from %v to %v", o.Backoff.Base, o.Backoff.Max))
	case o.AttemptTimeout < 0:
		panic(fmt.Sprintf("middleware: Retry of attempts of %v", o.AttemptTimeout))
	case !(b.Ratio >= 0 && b.PerSecond >= 0 && b.Burst > 0): // NaN included
		panic(fmt.Sprintf("middleware: Retry with a budget of %v for each call, %v a second and %v saved up",
			b.Ratio, b.PerSecond, b.Burst))
	case b.Ratio == 0 && b.PerSecond == 0:
		panic("middleware: Retry with a budget that is never filled again")
	}
	return o
}
