package middleware

import (
	"context"
	"fmt"
	"math"
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

	// AttemptTimeout limits each attempt: its context ends after that time. The
	// attempt fails with a timeout, which is transient as long as the caller's
	// context is not done. Zero, the default, and [None] mean no limit. Queries
	// are not limited, because a query that has begun cannot be tried again.
	//
	// It costs one allocation for each attempt, and a timer if a layer inside
	// waits for the Done channel of the context.
	AttemptTimeout time.Duration

	// Budget bounds the load that retries add to a cluster that fails.
	Budget RetryBudget

	// IsTransient reports whether an error may be gone a moment later. The error
	// is not nil. For a batch it is called with the error of each key that failed
	// and the call of the batch. It is not called for a write in doubt, unless
	// Idempotent allows resending it. The default is [IsTransient].
	IsTransient func(ctx context.Context, call aerostore.Call, err error) bool

	// Idempotent reports whether a write in doubt may be sent again. Return true
	// only for calls that can be applied twice without harm. An example is a Put
	// of bins that do not depend on earlier values, with one writer for each
	// record. The default allows none.
	//
	// If the first attempt was applied, the second may fail because of that: with
	// ErrGeneration after [aerostore.GenerationEqual], with ErrExists after
	// CreateOnly. These errors are in doubt, as is every error of a call with an
	// attempt in doubt. A Remove returns false without an error.
	Idempotent func(call aerostore.Call) bool

	// OnEvent, if not nil, is called for each event.
	OnEvent Hook
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
		panic(fmt.Sprintf("middleware: Retry of %d attempts: must be positive", o.Attempts))
	case o.Backoff.Base <= 0 || o.Backoff.Max < o.Backoff.Base:
		panic(fmt.Sprintf("middleware: Retry with pauses from %v to %v: Base must be positive and at most Max", o.Backoff.Base, o.Backoff.Max))
	case o.AttemptTimeout < 0:
		panic(fmt.Sprintf("middleware: Retry of attempts of %v: must be positive, or None", o.AttemptTimeout))
	case !(b.Ratio >= 0 && b.PerSecond >= 0 && b.Burst >= 1), // NaN included
		math.IsInf(b.PerSecond, 0), math.IsInf(b.Burst, 0):
		panic(fmt.Sprintf("middleware: Retry with a budget of %v for each call, %v a second and %v saved up: "+
			"none may be negative or infinite, and the last must be at least 1",
			b.Ratio, b.PerSecond, b.Burst))
	case b.Ratio == 0 && b.PerSecond == 0:
		panic("middleware: Retry with a budget that is never filled again: Ratio and PerSecond must not both be None")
	}
	return o
}
