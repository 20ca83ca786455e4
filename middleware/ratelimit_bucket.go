package middleware

import (
	"container/list"
	"math"
	"sync"
	"time"
)

// A tokenBucket is a token bucket with a queue. A waiter holds a place in the
// queue and no tokens, so a waiter that leaves takes nothing from those behind.
type tokenBucket struct {
	start     time.Time
	perSecond float64
	size      float64

	mu     sync.Mutex
	tokens float64
	filled time.Duration // the time up to which tokens is filled, since start
	queue  list.List     // of *tokenWaiter
	queued float64       // tokens that the queue waits for
	timer  *time.Timer   // for the first in the queue
}

// A tokenWaiter has a place in the queue.
type tokenWaiter struct {
	tokens float64
	place  *list.Element
	served chan struct{} // closed when the tokens were taken for it
}

const (
	// negligible is the part of a token that may be missing because of rounding.
	negligible = 1e-6

	// longestRefill is the longest time in seconds until tokens are there.
	longestRefill = 365 * 24 * 3600
)

// newTokenBucket returns a full bucket.
func newTokenBucket(perSecond float64, size int) *tokenBucket {
	return &tokenBucket{start: time.Now(), perSecond: perSecond, size: float64(size), tokens: float64(size)}
}

// take takes n tokens if they are there and nothing waits.
func (b *tokenBucket) take(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance()
	return b.takeNow(n)
}

// takeNow is take with the lock held.
func (b *tokenBucket) takeNow(n int) bool {
	if b.queue.Len() > 0 || b.until(float64(n)) > 0 {
		return false
	}
	b.tokens -= float64(n)
	return true
}

// queueUp takes n tokens, or a place in the queue if they will be there within
// the given time. It returns the place, or nil, and how long it takes until the
// tokens are there, 0 if they were taken.
func (b *tokenBucket) queueUp(n int, within time.Duration) (*tokenWaiter, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance()
	if b.takeNow(n) {
		return nil, 0
	}
	wait := b.until(b.queued + float64(n))
	if wait > within {
		return nil, wait
	}
	w := &tokenWaiter{tokens: float64(n), served: make(chan struct{})}
	w.place = b.queue.PushBack(w)
	b.queued += w.tokens
	b.setTimer()
	return w, wait
}

// leave releases a place, or the tokens that were taken for it.
func (b *tokenBucket) leave(w *tokenWaiter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance()
	select {
	case <-w.served:
		b.tokens = min(b.tokens+w.tokens, b.size)
	default:
		b.remove(w)
	}
	b.advance()
	b.setTimer()
}

func (b *tokenBucket) remove(w *tokenWaiter) {
	b.queue.Remove(w.place)
	if b.queued -= w.tokens; b.queue.Len() == 0 {
		b.queued = 0
	}
}

// advance serves the waiters whose tokens are there and fills the bucket. Each
// waiter is served as of the moment when its tokens were there, however late
// advance is called.
func (b *tokenBucket) advance() {
	now := time.Since(b.start)
	for first := b.queue.Front(); first != nil; first = b.queue.Front() {
		w := first.Value.(*tokenWaiter)
		at := b.filled + b.until(w.tokens)
		if at > now {
			break
		}
		b.fill(at)
		b.tokens -= w.tokens
		b.remove(w)
		close(w.served)
	}
	b.fill(now)
}

func (b *tokenBucket) fill(now time.Duration) {
	if now > b.filled {
		b.tokens = min(b.tokens+(now-b.filled).Seconds()*b.perSecond, b.size)
		b.filled = now
	}
}

// until returns how long it takes until the bucket has the tokens, 0 if it has
// them.
func (b *tokenBucket) until(tokens float64) time.Duration {
	missing := tokens - b.tokens
	if missing <= negligible {
		return 0
	}
	return time.Duration(math.Ceil(min(missing/b.perSecond, longestRefill) * float64(time.Second)))
}

// setTimer sets the timer for the first in the queue.
func (b *tokenBucket) setTimer() {
	first := b.queue.Front()
	switch {
	case first == nil && b.timer != nil:
		b.timer.Stop()
	case first == nil:
	case b.timer == nil:
		b.timer = time.AfterFunc(b.dueIn(first), b.ring)
	default:
		b.timer.Reset(b.dueIn(first))
	}
}

// dueIn returns how long it takes until a waiter is served.
func (b *tokenBucket) dueIn(first *list.Element) time.Duration {
	return b.filled + b.until(first.Value.(*tokenWaiter).tokens) - time.Since(b.start)
}

func (b *tokenBucket) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance()
	b.setTimer()
}

// available returns how many tokens may be taken now, and how many operations
// wait.
func (b *tokenBucket) available() (tokens float64, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance()
	if waiting = b.queue.Len(); waiting == 0 {
		tokens = max(b.tokens, 0)
	}
	return tokens, waiting
}
