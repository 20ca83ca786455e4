package middleware

import (
	"container/list"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// turns are a token bucket with a queue. Those who wait hold a place in the
// queue and no tokens, so that one who leaves takes nothing from those behind.
type turns struct {
	stopwatch
	perSecond float64
	most      float64 // tokens in the bucket

	// credit is what was taken from the bucket and not used yet. A chunk of tokens
	// is taken at once, since a look at the clock costs more than all the rest;
	// the bucket holds less by as many. It is 0 while anybody waits.
	credit atomic.Int64
	chunk  int

	mu     sync.Mutex
	tokens float64       // in the bucket
	as     time.Duration // of when
	queue  list.List     // of *turn
	asked  float64       // tokens that the queue waits for
	timer  *time.Timer   // for the first in the queue
}

// A turn is a place in the queue.
type turn struct {
	tokens float64
	place  *list.Element
	came   chan struct{} // closed when the tokens were taken from the bucket
}

const (
	// mostTurns is how many are taken at once, at most.
	mostTurns = 16

	// negligible is the part of a token that rounding may take away.
	negligible = 1e-6
)

// init makes the bucket full.
func (t *turns) init(c rateConfig) {
	t.stopwatch = startStopwatch()
	t.perSecond, t.chunk = c.perSecond, 1
	if c.weight == nil {
		t.chunk = min(max(c.burst/mostTurns, 1), mostTurns)
	}
	t.most = float64(c.burst - t.chunk + 1)
	t.tokens = t.most
}

// take takes n tokens if they are there and nobody waits. With a chunk of more
// than 1, n is 1.
func (t *turns) take(n int) bool {
	if t.spend() {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.advance()
	return t.takeNow(n)
}

func (t *turns) spend() bool {
	for {
		credit := t.credit.Load()
		if credit <= 0 {
			return false
		}
		if t.credit.CompareAndSwap(credit, credit-1) {
			return true
		}
	}
}

// takeNow is take with the lock held.
func (t *turns) takeNow(n int) bool {
	switch {
	case t.spend():
		return true
	case t.queue.Len() > 0 || t.until(float64(n)) > 0:
		return false
	}
	t.tokens -= float64(n)
	if more := float64(t.chunk - 1); more > 0 && t.tokens >= more {
		t.tokens -= more
		t.credit.Add(int64(more))
	}
	return true
}

// queueUp takes n tokens, or a place in the queue if they will be there within
// the time given. It returns the place, nil if there is none, and how long it
// takes until the tokens are there, 0 if they were taken.
func (t *turns) queueUp(n int, within time.Duration) (*turn, time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.advance()
	if t.takeNow(n) {
		return nil, 0
	}
	wait := t.until(t.asked + float64(n))
	if wait > within {
		return nil, wait
	}
	p := &turn{tokens: float64(n), came: make(chan struct{})}
	p.place = t.queue.PushBack(p)
	t.asked += p.tokens
	t.wake()
	return p, wait
}

// leave gives up a place, or the tokens that were taken for it.
func (t *turns) leave(p *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.advance()
	select {
	case <-p.came:
		t.tokens = min(t.tokens+p.tokens, t.most)
	default:
		t.remove(p)
	}
	t.advance()
	t.wake()
}

func (t *turns) remove(p *turn) {
	t.queue.Remove(p.place)
	if t.asked -= p.tokens; t.queue.Len() == 0 {
		t.asked = 0
	}
}

// advance fills the bucket up to now and serves those whose turn has come. Each
// is served as of when the tokens were there, however late that is noticed.
func (t *turns) advance() {
	now := t.now()
	for first := t.queue.Front(); first != nil; first = t.queue.Front() {
		p := first.Value.(*turn)
		at := t.as + t.until(p.tokens)
		if at > now {
			break
		}
		t.fill(at)
		t.tokens -= p.tokens
		t.remove(p)
		close(p.came)
	}
	t.fill(now)
}

func (t *turns) fill(now time.Duration) {
	if now > t.as {
		t.tokens = min(t.tokens+(now-t.as).Seconds()*t.perSecond, t.most)
		t.as = now
	}
}

// until returns how long it takes until the bucket has had so many tokens more
// than it has given away: 0 if it has them, a year at most.
func (t *turns) until(tokens float64) time.Duration {
	missing := tokens - t.tokens
	if missing <= negligible {
		return 0
	}
	return time.Duration(math.Ceil(min(missing/t.perSecond, aYear) * float64(time.Second)))
}

// wake sets the timer for the first in the queue.
func (t *turns) wake() {
	first := t.queue.Front()
	switch {
	case first == nil && t.timer != nil:
		t.timer.Stop()
	case first == nil:
	case t.timer == nil:
		t.timer = time.AfterFunc(t.due(first), t.ring)
	default:
		t.timer.Reset(t.due(first))
	}
}

// due returns how long it takes until a place is served.
func (t *turns) due(first *list.Element) time.Duration {
	return t.as + t.until(first.Value.(*turn).tokens) - t.now()
}

func (t *turns) ring() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.advance()
	t.wake()
}

// available returns how many tokens could be taken at the moment, and how many
// operations wait.
func (t *turns) available() (tokens float64, waiting int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.advance()
	if waiting = t.queue.Len(); waiting == 0 {
		tokens = max(t.tokens, 0) + float64(t.credit.Load())
	}
	return tokens, waiting
}
