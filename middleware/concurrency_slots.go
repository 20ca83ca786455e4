package middleware

import (
	"container/list"
	"sync"
	"sync/atomic"
)

// slots are what operations hold while they run, with a queue of those that
// wait for one. Whoever came first gets the first slot that becomes free.
type slots struct {
	limit int64
	held  atomic.Int64

	// waiting is the number of those who wait or are about to. While there are
	// any nobody passes them by. It is raised before they look for a slot, and
	// slots are freed before it is looked at, so that none is overlooked.
	waiting atomic.Int64

	mu    sync.Mutex
	queue list.List // of *waiter
}

// A waiter has a place in the queue.
type waiter struct {
	place   *list.Element
	granted chan struct{} // closed when it was given a slot
}

// try takes a slot if there is one and nobody waits for it.
func (s *slots) try() bool { return s.waiting.Load() == 0 && s.take() }

func (s *slots) take() bool {
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

// queueUp takes a slot or, if there is none, a place in the queue of at most
// length. It returns the place, nil if there is none, and reports whether it
// took one of the two.
func (s *slots) queueUp(length int) (*waiter, bool) {
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

// leave gives up a place in the queue, or the slot that it was given.
func (s *slots) leave(w *waiter) {
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

// free gives a slot back.
func (s *slots) free() {
	s.held.Add(-1)
	if s.waiting.Load() > 0 {
		s.grant()
	}
}

// grant gives the slots that are free to those who wait.
func (s *slots) grant() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for first := s.queue.Front(); first != nil && s.take(); first = s.queue.Front() {
		s.queue.Remove(first)
		s.waiting.Add(-1)
		close(first.Value.(*waiter).granted)
	}
}

// queued returns how many wait.
func (s *slots) queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.Len()
}
