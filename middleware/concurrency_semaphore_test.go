package middleware

import "testing"

// These tests look at the semaphore between two steps of its operations.

// enqueue adds a waiter to the queue, whether or not a slot is free.
func (s *semaphore) enqueue() *waiter {
	w := &waiter{granted: make(chan struct{})}
	w.place = s.queue.PushBack(w)
	s.waiting.Add(1)
	return w
}

func TestNothingOvertakesTheQueue(t *testing.T) {
	s := semaphore{limit: 1}
	first := s.enqueue() // does not have the free slot yet
	if s.try() {
		t.Error("it was overtaken without a wait")
	}
	second, ok := s.queueUp(9)
	if second == nil || !ok {
		t.Fatal("it was overtaken in the queue")
	}
	s.grant()
	<-first.granted
	if s.held.Load() != 1 || s.waiting.Load() != 1 {
		t.Errorf("%d slots held, %d waiting, want 1 and 1", s.held.Load(), s.waiting.Load())
	}
}

func TestTheSlotOfAWaiterThatLeavesGoesToTheNext(t *testing.T) {
	s := semaphore{limit: 1}
	if !s.try() {
		t.Fatal("no slot")
	}
	first, _ := s.queueUp(9)
	second, _ := s.queueUp(9)
	s.free()
	<-first.granted
	s.leave(first) // it saw the end of its context before its slot
	<-second.granted
	s.leave(second)
	if s.held.Load() != 0 || s.waiting.Load() != 0 {
		t.Errorf("%d slots held, %d waiting, want none", s.held.Load(), s.waiting.Load())
	}
}

func TestAWaiterTakesASlotThatBecameFree(t *testing.T) {
	s := semaphore{limit: 1}
	if w, ok := s.queueUp(0); w != nil || !ok || s.held.Load() != 1 || s.waiting.Load() != 0 {
		t.Errorf("place %v, %v; %d slots held, %d waiting", w, ok, s.held.Load(), s.waiting.Load())
	}
}
