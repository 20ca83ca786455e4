package middleware

import (
	"context"
	"errors"
	"testing"
	"time"
)

// What is to be seen only between two steps of what others do.

func TestNobodyPassesByThoseWhoWait(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	var s slots
	s.limit.Store(1)
	s.queue.PushBack(make(waiter)) // has not been given the slot that is free yet
	s.waiting.Store(1)
	if s.try() {
		t.Error("it was passed by without a wait")
	}
	if err := s.wait(canceled, 9, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("it was passed by in the queue: %v", err)
	}
	if s.grant(); s.held.Load() != 1 || s.waiting.Load() != 0 {
		t.Errorf("%d slots held, %d waiting, want 1 and 0", s.held.Load(), s.waiting.Load())
	}
}

func TestASlotThatIsGivenToSomebodyWhoIsLeavingIsNotLost(t *testing.T) {
	for range 1000 {
		var s slots
		s.limit.Store(1)
		s.held.Store(1)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.wait(ctx, 1, time.Hour) }()
		for s.queued() == 0 {
		}
		go cancel()
		s.free()
		// Whichever came first: a slot is held by whoever was told so.
		err := <-ended
		if held := s.held.Load(); (err == nil) != (held == 1) || s.waiting.Load() != 0 {
			t.Fatalf("wait gave %v, %d slots are held, %d wait", err, held, s.waiting.Load())
		}
	}
}
