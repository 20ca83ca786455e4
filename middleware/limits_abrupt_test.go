package middleware_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

// eachTrip runs a test for each place and each way not to return from there.
func eachTrip(t *testing.T, places []string, test func(*testing.T, *tripwire)) {
	for name, trip := range map[string]func(){
		"panics":               func() { panic(marker) },
		"exits":                runtime.Goexit,
		"panics after a while": func() { time.Sleep(150 * ms); panic(marker) },
	} {
		for _, place := range places {
			t.Run(place+" "+name, func(t *testing.T) {
				defer goleak.VerifyNone(t)
				synctest.Test(t, func(t *testing.T) {
					w := &tripwire{place: place, trip: trip}
					test(t, w)
					if !w.tripped.Load() {
						t.Error("nothing came to the wire")
					}
				})
			})
		}
	}
}

// begin starts a read that may end at the wire. It returns a channel that is closed
// when the read has ended.
func (w *tripwire) begin(ctx context.Context, store aerostore.Store) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { _ = recover() }()
		_, _ = store.Get(tripContext{ctx, w}, key)
	}()
	synctest.Wait()
	return ended
}

func TestPanicsAndExitsReleaseSlotsOfAConcurrencyLimit(t *testing.T) {
	eachTrip(t, []string{"next", "waited", "rejected", "Err", "Done"}, func(t *testing.T, w *tripwire) {
		g := newGate()
		store := aerostore.Chain(w.next(g.handle), middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{
			Queue: 1, MaxWait: 100 * ms,
			OnEvent: w.hook,
		}))
		atRest := func(after string) {
			t.Helper()
			synctest.Wait()
			stats := snapshot(t, store)
			if stats.Gauge("in_flight") != 0 || stats.Gauge("waiting") != 0 {
				t.Errorf("after %s %v slots are held, %v wait", after, stats.Gauge("in_flight"), stats.Gauge("waiting"))
			}
		}

		// The first has the slot, the second waits, and the third finds the queue
		// full. The second gets the slot if the wire is there. Else it waits too
		// long, and the last one waits until it is canceled.
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		operations := []<-chan struct{}{w.begin(ctx, store), w.begin(ctx, store), w.begin(ctx, store)}
		if w.place == "waited" {
			g.release <- struct{}{}
		}
		time.Sleep(200 * ms)
		operations = append(operations, w.begin(ctx, store))
		cancel()
		time.Sleep(200 * ms)
		close(g.release)
		for _, ended := range operations {
			<-ended
		}
		atRest("the trip")

		// The slot and the place are free for others.
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

func TestPanicsAndExitsReleaseTokensOfARateLimit(t *testing.T) {
	eachTrip(t, []string{"next", "weight", "waited", "rejected", "Err", "Deadline", "Done"}, func(t *testing.T, w *tripwire) {
		store := aerostore.Chain(w.next(working), middleware.RateLimit(10, middleware.RateOptions{
			Burst:   1,
			MaxWait: time.Second,
			OnEvent: w.hook,
			Weight:  w.weight,
		}))
		start := time.Now()
		switch w.place {
		case "next", "weight":
		default:
			_ = get(t, store)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		tripped := w.begin(ctx, store)
		if w.place == "rejected" {
			cancel()
		}
		<-tripped
		if waiting := snapshot(t, store).Gauge("waiting"); waiting != 0 {
			t.Errorf("%v wait", waiting)
		}
		// One token was used, by the operation before or by the one that came to
		// the backend. The next is there a tenth of a second later.
		wait := 100 * ms
		if w.place == "weight" {
			wait = 0
		}
		wait = max(wait, time.Since(start))
		if err := get(t, store); err != nil || time.Since(start) != wait {
			t.Errorf("the next one came after %v, want %v: %v", time.Since(start), wait, err)
		}
	})
}
