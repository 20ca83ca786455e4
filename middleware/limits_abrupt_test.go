package middleware_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

// A striker is a function of the application that does not return the first
// time that it is called where it is to strike.
type striker struct {
	where  string
	strike func()
	struck atomic.Bool
}

func (s *striker) at(place string) {
	if place == s.where && s.struck.CompareAndSwap(false, true) {
		s.strike()
	}
}

func (s *striker) hook(_ context.Context, _ aerostore.Call, e middleware.Event) { s.at(e.Name) }

func (s *striker) weight(aerostore.Call) int {
	s.at("weight")
	return 1
}

// next strikes in the backend's place.
func (s *striker) next(h aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		s.at("next")
		return h(ctx, call)
	}
}

// strikingContext strikes when a method is called.
type strikingContext struct {
	context.Context
	*striker
}

func (c strikingContext) Err() error {
	c.at("Err")
	return c.Context.Err()
}

func (c strikingContext) Done() <-chan struct{} {
	c.at("Done")
	return c.Context.Done()
}

func (c strikingContext) Deadline() (time.Time, bool) {
	c.at("Deadline")
	return c.Context.Deadline()
}

// eachStrike runs a test for each place and each way not to return.
func eachStrike(t *testing.T, places []string, test func(*testing.T, *striker)) {
	for name, strike := range map[string]func(){
		"panics":               func() { panic(marker) },
		"exits":                runtime.Goexit,
		"panics after a while": func() { time.Sleep(150 * ms); panic(marker) },
	} {
		for _, place := range places {
			t.Run(place+" "+name, func(t *testing.T) {
				defer goleak.VerifyNone(t)
				synctest.Test(t, func(t *testing.T) {
					s := &striker{where: place, strike: strike}
					test(t, s)
					if !s.struck.Load() {
						t.Error("nothing was struck")
					}
				})
			})
		}
	}
}

// begin starts an operation, which may be struck. What it returns is closed when
// that has ended.
func (s *striker) begin(ctx context.Context, store aerostore.Store) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { _ = recover() }()
		_, _ = store.Get(strikingContext{ctx, s}, key)
	}()
	synctest.Wait()
	return ended
}

func TestAConcurrencyLimitLosesNoSlotAndNoPlaceToWhatDoesNotReturn(t *testing.T) {
	eachStrike(t, []string{"next", "waited", "rejected", "Err", "Done"}, func(t *testing.T, s *striker) {
		g := newGate()
		store := aerostore.Chain(s.next(g.handle), middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{
			Queue: 1, MaxWait: 100 * ms,
			OnEvent: s.hook,
		}))
		atRest := func(after string) {
			t.Helper()
			synctest.Wait()
			stats := snapshot(t, store)
			if stats.Gauge("in_flight") != 0 || stats.Gauge("waiting") != 0 {
				t.Errorf("after %s %v slots are held, %v wait", after, stats.Gauge("in_flight"), stats.Gauge("waiting"))
			}
		}

		// One has the slot, two find it taken, of whom the second finds the queue
		// full. The one that waits is given the slot where that is to be struck;
		// else it waits too long, and the last one until it is canceled.
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		operations := []<-chan struct{}{s.begin(ctx, store), s.begin(ctx, store), s.begin(ctx, store)}
		if s.where == "waited" {
			g.release <- struct{}{}
		}
		time.Sleep(200 * ms)
		operations = append(operations, s.begin(ctx, store))
		cancel()
		time.Sleep(200 * ms)
		close(g.release)
		for _, ended := range operations {
			<-ended
		}
		atRest("the strike")

		// The slot and the place are there for others.
		g.release = make(chan struct{})
		first, second := exists(t.Context(), store, 1), exists(t.Context(), store, 2)
		close(g.release)
		for _, ended := range []<-chan error{first, second} {
			if err := <-ended; err != nil {
				t.Errorf("afterwards: %v", err)
			}
		}
		atRest("others")
	})
}

func TestARateLimitLosesNoTurnToWhatDoesNotReturn(t *testing.T) {
	eachStrike(t, []string{"next", "weight", "waited", "rejected", "Err", "Deadline", "Done"}, func(t *testing.T, s *striker) {
		store := aerostore.Chain(s.next(working), middleware.RateLimit(10, middleware.RateOptions{
			Burst:   1,
			MaxWait: time.Second,
			OnEvent: s.hook,
			Weight:  s.weight,
		}))
		start := time.Now()
		switch s.where {
		case "next", "weight":
		default:
			_ = get(t, store)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		struck := s.begin(ctx, store)
		if s.where == "rejected" {
			cancel()
		}
		<-struck
		if waiting := snapshot(t, store).Gauge("waiting"); waiting != 0 {
			t.Errorf("%v wait", waiting)
		}
		// One turn was used, by the operation before or by the one that came to
		// the backend. The next comes a tenth of a second later.
		turn := 100 * ms
		if s.where == "weight" {
			turn = 0
		}
		turn = max(turn, time.Since(start))
		if err := get(t, store); err != nil || time.Since(start) != turn {
			t.Errorf("the next one came after %v, want %v: %v", time.Since(start), turn, err)
		}
	})
}
