package middleware

import "testing"

// What is to be seen only between two steps of what others do.

// enqueue puts somebody at the end of the queue, whatever is free.
func (s *slots) enqueue() *waiter {
	w := &waiter{granted: make(chan struct{})}
	w.place = s.queue.PushBack(w)
	s.waiting.Add(1)
	return w
}

func TestNobodyPassesByThoseWhoWait(t *testing.T) {
	s := slots{limit: 1}
	first := s.enqueue() // has not been given the slot that is free yet
	if s.try() {
		t.Error("it was passed by without a wait")
	}
	second, ok := s.queueUp(9)
	if second == nil || !ok {
		t.Fatal("it was passed by in the queue")
	}
	s.grant()
	<-first.granted
	if s.held.Load() != 1 || s.waiting.Load() != 1 {
		t.Errorf("%d slots held, %d waiting, want 1 and 1", s.held.Load(), s.waiting.Load())
	}
}

func TestASlotThatIsGivenToSomebodyWhoIsLeavingGoesToTheNext(t *testing.T) {
	s := slots{limit: 1}
	if !s.try() {
		t.Fatal("no slot")
	}
	first, _ := s.queueUp(9)
	second, _ := s.queueUp(9)
	s.free()
	<-first.granted
	s.leave(first) // it looked at its context before it saw the slot
	<-second.granted
	s.leave(second)
	if s.held.Load() != 0 || s.waiting.Load() != 0 {
		t.Errorf("%d slots held, %d waiting, want none", s.held.Load(), s.waiting.Load())
	}
}

func TestTheFreeSlotThatSomebodyFindsOnTheWayToTheQueueIsTaken(t *testing.T) {
	s := slots{limit: 1}
	if w, ok := s.queueUp(0); w != nil || !ok || s.held.Load() != 1 || s.waiting.Load() != 0 {
		t.Errorf("place %v, %v; %d slots held, %d waiting", w, ok, s.held.Load(), s.waiting.Load())
	}
}
