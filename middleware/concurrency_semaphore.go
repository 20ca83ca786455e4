package middleware

import (
	"container/list"
	"sync"
	"sync/atomic"
)

// A semaphore has slots and a queue of waiters. The first in the queue gets the
// first slot that becomes free.
type semaphore struct {
	limit int64
	held  atomic.Int64

	// waiting is the number of waiters, including those that are about to queue
	// up. Nothing overtakes them. It is incremented before a waiter looks for a
	// slot, and read after a slot was freed, so that no free slot is missed.
	waiting atomic.Int64

	mu    sync.Mutex
	queue list.List // of *waiter
}

// A waiter has a place in the queue.
type waiter struct {
	place   *list.Element
	granted chan struct{} // closed when the waiter has a slot
}

// try takes a slot if one is free and nothing waits for it.
func (s *semaphore) try() bool { return s.waiting.Load() == 0 && s.take() }

func (s *semaphore) take() bool {
	for {
		held := s.held.Load()
		if held >= s.limit {
			return false
		}
		if s.held.CompareAndSwap(held, held+1) {
			return true
		}
	}
}

// queueUp takes a slot or, if none is free, a place in the queue of at most
// length. It returns the place, or nil for a slot. It returns false if it took
// neither.
func (s *semaphore) queueUp(length int) (*waiter, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting.Add(1)
	switch {
	case s.queue.Len() == 0 && s.take():
		s.waiting.Add(-1)
		return nil, true
	case s.queue.Len() >= length:
		s.waiting.Add(-1)
		return nil, false
	}
	w := &waiter{granted: make(chan struct{})}
	w.place = s.queue.PushBack(w)
	return w, true
}

// leave releases a place in the queue, or the slot that the waiter got.
func (s *semaphore) leave(w *waiter) {
	s.mu.Lock()
	select {
	case <-w.granted:
		s.mu.Unlock()
		s.free()
	default:
		s.queue.Remove(w.place)
		s.waiting.Add(-1)
		s.mu.Unlock()
	}
}

// free releases a slot.
func (s *semaphore) free() {
	s.held.Add(-1)
	if s.waiting.Load() > 0 {
		s.grant()
	}
}

// grant passes free slots to waiters.
func (s *semaphore) grant() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for first := s.queue.Front(); first != nil && s.take(); first = s.queue.Front() {
		s.queue.Remove(first)
		s.waiting.Add(-1)
		close(first.Value.(*waiter).granted)
	}
}

// queued returns the length of the queue.
func (s *semaphore) queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.Len()
}
