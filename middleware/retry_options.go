package middleware

import (
	"context"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
)

// A RetryOption changes what [Retry] does: [RetryAttempts], [RetryBackoff],
// [RetryAttemptTimeout], a [RetryBudget], a [RetryClassifier], [RetryInDoubt]
// or a [RetryHook]. Of two of a kind the last one counts; nil is none.
type RetryOption interface {
	applyRetry(*retryConfig)
}

// RetryAttempts is how often an operation is tried at most, the first time
// included: 3 unless set. Retry panics if it is not positive.
type RetryAttempts int

// RetryBackoff sets the pauses. The one before the second attempt lasts between
// nothing and Base, drawn at random so that those who failed together do not
// come back together; that range doubles from attempt to attempt until it is
// Cap. Zero keeps the default, which is 10 ms and 1 s, or the other one where
// that is beyond it. Retry panics if one is negative or Cap is less than Base.
type RetryBackoff struct {
	Base, Cap time.Duration
}

// RetryAttemptTimeout bounds each attempt: its context ends after that time,
// and the failure counts as a timeout, transient as any other, as long as the
// caller's own context is alive. Without it an attempt may take as long as the
// operation. Queries are not bounded by it, since one that has begun cannot be
// tried again. Retry panics if it is not positive.
//
// It costs an allocation for each attempt, and a timer where something inside
// waits for the context's Done.
type RetryAttemptTimeout time.Duration

// RetryBudget bounds the load that retries add to a backend that fails: over
// any time there are no more retries than
//
//	Ratio × calls + PerSecond × seconds + Burst
//
// Zero keeps the default, which is a Ratio of 0.2, 10 PerSecond and a Burst of
// 100; [None] says that there is no Ratio or nothing PerSecond. The budget is that
// of one store: all who call it share it. A batch counts as one call, whatever
// the number of its keys. A Ratio of the number of attempts or more, less one,
// leaves nothing to bound and switches the budget off.
//
// Retry panics if one of them is negative otherwise or not a number, if both Ratio
// and PerSecond are None, or if Burst is.
type RetryBudget struct {
	Ratio     float64 // retries for each call
	PerSecond float64 // the minimum number of retries per second
	Burst     float64 // how many can be saved up, and how many there are at first
}

// A RetryClassifier reports whether an error, which is not nil, may have passed
// a moment later. It is asked about the errors of single keys in a batch, with
// the batch's call. By default that is [IsTransient]. It is not asked about a
// write in doubt, unless [RetryInDoubt] lets that be repeated, nor once the
// caller's context is done. Nil keeps the default.
type RetryClassifier func(ctx context.Context, call aerostore.Call, err error) bool

// RetryInDoubt reports whether a write that may have been applied already may
// be sent again. By default none may. Say true only of a call that can be
// applied twice without harm, such as a Put of bins whose values do not depend
// on what was there, with one writer for each record. Nil keeps the default.
//
// Mind what such a repeat answers when the first attempt was applied after all:
// with [aerostore.GenerationEqual] it is ErrGeneration, with CreateOnly
// ErrExists, of a Remove that the record did not exist. The error of a call any
// of whose attempts was in doubt is in doubt, so the first two say so; the
// answer of a Remove does not.
type RetryInDoubt func(call aerostore.Call) bool

// A RetryHook is told of each attempt that failed in a way that another one
// might mend, before the pause. It is called by many goroutines at once and
// delays the operation. Nil is none.
type RetryHook func(ctx context.Context, attempt RetryAttempt)

// A RetryAttempt is an attempt that failed, and what comes of it.
type RetryAttempt struct {
	Call   aerostore.Call // the whole call
	Number int            // from 1
	Err    error          // how it failed; of a batch, the first key's error that counts
	Keys   int            // how many keys of a batch this is about, else 0

	// Stop says why there will be no other attempt: "in_doubt", "exhausted",
	// "out_of_time", "over_budget" or "context_ended". It is "" if there will, after
	// Wait, unless the context ends meanwhile.
	Stop string
	Wait time.Duration
}

func (o RetryAttempts) applyRetry(c *retryConfig)       { c.attempts = int(o) }
func (o RetryAttemptTimeout) applyRetry(c *retryConfig) { c.limit = newLimit(time.Duration(o), true) }
func (o RetryBudget) applyRetry(c *retryConfig)         { c.budget = o }
func (o RetryClassifier) applyRetry(c *retryConfig)     { c.transient = o }
func (o RetryInDoubt) applyRetry(c *retryConfig)        { c.repeats = o }
func (o RetryHook) applyRetry(c *retryConfig)           { c.hook = o }

func (o RetryBackoff) applyRetry(c *retryConfig) {
	c.base, c.ceiling = o.Base, o.Cap
	if o.Cap == 0 {
		c.ceiling = max(defaultCap, o.Base)
	}
	if o.Base == 0 {
		c.base = min(defaultBase, c.ceiling)
	}
}

const (
	defaultBase = 10 * time.Millisecond
	defaultCap  = time.Second
)

type retryConfig struct {
	attempts      int
	base, ceiling time.Duration
	limit         *TimeoutError // of an attempt; nil: none
	budget        RetryBudget
	transient     RetryClassifier
	repeats       RetryInDoubt
	hook          RetryHook
}

func newRetryConfig(opts []RetryOption) retryConfig {
	c := retryConfig{attempts: 3, base: defaultBase, ceiling: defaultCap}
	for _, opt := range opts {
		if opt != nil {
			opt.applyRetry(&c)
		}
	}
	if c.transient == nil {
		c.transient = func(_ context.Context, _ aerostore.Call, err error) bool { return IsTransient(err) }
	}
	if c.repeats == nil {
		c.repeats = func(aerostore.Call) bool { return false }
	}
	c.budget = RetryBudget{
		Ratio:     orDefault(c.budget.Ratio, 0.2),
		PerSecond: orDefault(c.budget.PerSecond, 10),
		Burst:     orDefault(c.budget.Burst, 100),
	}
	c.check()
	return c
}

func (c *retryConfig) check() {
	b := c.budget
	switch {
	case c.attempts < 1:
		panic(fmt.Sprintf("middleware: Retry of %d attempts", c.attempts))
	case c.base <= 0 || c.ceiling < c.base:
		panic(fmt.Sprintf("middleware: Retry with pauses from %v to %v", c.base, c.ceiling))
	case c.limit != nil && c.limit.Limit <= 0:
		panic(fmt.Sprintf("middleware: Retry of attempts of %v", c.limit.Limit))
	case !(b.Ratio >= 0 && b.PerSecond >= 0 && b.Burst > 0): // so NaN is caught, too
		panic(fmt.Sprintf("middleware: Retry with a budget of %v for each call, %v a second and %v saved up",
			b.Ratio, b.PerSecond, b.Burst))
	case b.Ratio == 0 && b.PerSecond == 0:
		panic("middleware: Retry with a budget that is used up once")
	}
}

// unlimited reports whether the budget can never run out.
func (c *retryConfig) unlimited() bool { return c.budget.Ratio >= float64(c.attempts-1) }
