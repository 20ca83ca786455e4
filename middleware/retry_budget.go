package middleware

import (
	"sync"
	"sync/atomic"
	"time"
)

// retryTokens are a bucket of retries: each call puts a part of one in, time does,
// too, and each retry takes one out. Calls only count; what they are worth is
// reckoned when a retry asks.
type retryTokens struct {
	RetryBudget
	unlimited bool

	calls atomic.Int64

	mu      sync.Mutex
	saved   float64
	counted int64 // of the calls
	asked   time.Time
}

func newRetryTokens(b RetryBudget, unlimited bool) *retryTokens {
	return &retryTokens{RetryBudget: b, unlimited: unlimited, saved: b.Burst, asked: time.Now()}
}

// take takes a retry out and reports whether there was one.
func (b *retryTokens) take() bool {
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

// left returns how many retries there are at the moment.
func (b *retryTokens) left() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill()
	return b.saved
}

func (b *retryTokens) fill() {
	now, calls := time.Now(), b.calls.Load()
	b.saved += b.Ratio*float64(calls-b.counted) + b.PerSecond*now.Sub(b.asked).Seconds()
	b.saved = min(b.saved, b.Burst)
	b.counted, b.asked = calls, now
}
