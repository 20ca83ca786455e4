package middleware

import (
	"sync"
	"sync/atomic"
	"time"
)

// A RetryBudget bounds retries. Over any time there are no more retries than
//
//	Ratio × calls + PerSecond × seconds + Burst
//
// The default is a Ratio of 0.2, 10 PerSecond and a Burst of 100. [None] for Ratio
// or PerSecond leaves out that term. Only one of them may be None. A Ratio of
// Attempts-1 or more means no bound.
//
// All callers of a store share its budget. A batch is one call, whatever the
// number of its keys.
type RetryBudget struct {
	Ratio     float64 // retries for each call
	PerSecond float64 // the minimum number of retries per second
	Burst     float64 // the maximum number that is saved up, and the number at the start; at least 1
}

func (b RetryBudget) withDefaults() RetryBudget {
	return RetryBudget{
		Ratio:     orDefault(b.Ratio, 0.2),
		PerSecond: orDefault(b.PerSecond, 10),
		Burst:     orDefault(b.Burst, 100),
	}
}

// A retryBucket is a bucket of retries. Each call adds a part of a retry, and so
// does time. Each retry takes one out. A call increments a counter, and the
// bucket is filled when a retry needs it.
type retryBucket struct {
	RetryBudget
	unlimited bool

	calls atomic.Int64

	mu      sync.Mutex
	saved   float64
	counted int64     // calls that saved includes
	filled  time.Time // the time up to which saved is filled
}

func newRetryBucket(o RetryOptions) *retryBucket {
	b := &retryBucket{RetryBudget: o.Budget, saved: o.Budget.Burst, filled: time.Now()}
	b.unlimited = b.Ratio >= float64(o.Attempts-1)
	return b
}

// take takes a retry out and reports whether there was one.
func (b *retryBucket) take() bool {
	if b.unlimited {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fill(); b.saved < 1 {
		return false
	}
	b.saved--
	return true
}

// left returns the number of retries in the bucket.
func (b *retryBucket) left() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill()
	return b.saved
}

func (b *retryBucket) fill() {
	if b.unlimited {
		return // an infinite Ratio times 0 calls is not a number
	}
	now, calls := time.Now(), b.calls.Load()
	b.saved += b.Ratio*float64(calls-b.counted) + b.PerSecond*now.Sub(b.filled).Seconds()
	b.saved = min(b.saved, b.Burst)
	b.counted, b.filled = calls, now
}
