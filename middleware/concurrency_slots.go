package middleware

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// slots are what operations hold while they run, with a queue of those that
// wait for one. Whoever came first gets the first slot that becomes free.
type slots struct {
	limit atomic.Int64
	held  atomic.Int64

	// waiting is the number of those who wait or are about to. While there are
	// any nobody passes them by. It is raised before they look for a slot, and
	// slots are freed before it is looked at, so that none is overlooked.
	waiting atomic.Int64

	mu    sync.Mutex
	queue list.List // of *waiter
}

// A waiter is closed when it was given a slot.
type waiter chan struct{}

// Why there is no slot.
var (
	errQueueFull    = errors.New("full")
	errQueueTimeout = errors.New("timeout")
)

// try takes a slot if there is one and nobody waits for it.
func (s *slots) try() bool { return s.waiting.Load() == 0 && s.take() }

func (s *slots) take() bool {
	for {
		held := s.held.Load()
		if held >= s.limit.Load() {
			return false
		}
		if s.held.CompareAndSwap(held, held+1) {
			return true
		}
	}
}

// wait waits for a slot. It returns errQueueFull, errQueueTimeout or the
// context's error if it got none.
func (s *slots) wait(ctx context.Context, length int, timeout time.Duration) error {
	s.mu.Lock()
	s.waiting.Add(1)
	if s.queue.Len() == 0 && s.take() {
		s.waiting.Add(-1)
		s.mu.Unlock()
		return nil
	}
	if s.queue.Len() >= length {
		s.waiting.Add(-1)
		s.mu.Unlock()
		return errQueueFull
	}
	granted := make(waiter)
	place := s.queue.PushBack(granted)
	s.mu.Unlock()

	timer := time.NewTimer(timeout)
	defer timer.Stop()
	var err error
	select {
	case <-granted:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		err = errQueueTimeout
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-granted: // in the meantime
		return nil
	default:
	}
	s.queue.Remove(place)
	s.waiting.Add(-1)
	return err
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
		close(first.Value.(waiter))
	}
}

// resize changes the limit and reports whether it was another one. Slots that
// are held beyond it are not taken away.
func (s *slots) resize(limit int) bool {
	if s.limit.Load() == int64(limit) || s.limit.Swap(int64(limit)) == int64(limit) {
		return false
	}
	s.grant()
	return true
}

// queued returns how many wait.
func (s *slots) queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.Len()
}
