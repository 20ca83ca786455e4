package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/internal/judgement"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// A gate is a handler that blocks operations until the test releases them.
type gate struct {
	mu      sync.Mutex
	order   []any // the ids of those that came in
	release chan struct{}
}

func newGate() *gate { return &gate{release: make(chan struct{})} }

func (g *gate) handle(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
	g.mu.Lock()
	g.order = append(g.order, call.Key.ID())
	g.mu.Unlock()
	<-g.release
	return fake.Success(call), nil
}

func (g *gate) seen() []any {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.order)
}

// exists starts an operation on the i-th record and returns a channel for its
// error.
func exists(ctx context.Context, store aerostore.Store, i int) <-chan error {
	ended := make(chan error, 1)
	go func() {
		_, err := store.Exists(ctx, aerostore.NewKey("test", "users", i))
		ended <- err
	}()
	synctest.Wait()
	return ended
}

func TestAConcurrencyLimitServesItsQueueInOrder(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		var events heard
		g := newGate()
		store := aerostore.Chain(aerostore.Handler(g.handle), middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{
			Queue: 5, MaxWait: time.Second,
			OnEvent: events.hook,
		}))
		var ended []<-chan error
		for i := range 8 {
			ended = append(ended, exists(t.Context(), store, i))
		}
		for i := 6; i < 8; i++ {
			err := <-ended[i]
			if !errors.Is(err, middleware.ErrConcurrencyLimited) || judgement.ErrorType(err) != "concurrency_limited" {
				t.Errorf("beyond the queue: %v", err)
			}
			const want = "aerostore: EXISTS test.users: too many operations at once: 1 run and 5 wait"
			if fmt.Sprint(err) != want {
				t.Errorf("error\n got %s\nwant %s", err, want)
			}
		}
		stats := snapshot(t, store)
		if stats.Gauge("in_flight") != 1 || stats.Gauge("waiting") != 5 || stats.Gauge("limit") != 1 {
			t.Errorf("gauges %+v", stats.Gauges)
		}
		for i := range 6 {
			g.release <- struct{}{}
			if err := <-ended[i]; err != nil {
				t.Error(err)
			}
		}
		if want := []any{int64(0), int64(1), int64(2), int64(3), int64(4), int64(5)}; !slices.Equal(g.seen(), want) {
			t.Errorf("the order is %v", g.seen())
		}
		wantCounted(t, store, map[string]int64{"waited": 5, "rejected": 2})
		if got := len(events.names()); got != 7 {
			t.Errorf("the hook was called %d times", got)
		}
	})
}

func TestAWaitForASlotEndsAfterMaxWait(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		store := aerostore.Chain(aerostore.Handler(g.handle), middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{
			Queue: 5, MaxWait: 50 * time.Millisecond,
		}))
		first := exists(t.Context(), store, 0)
		start := time.Now()
		err := <-exists(t.Context(), store, 1)
		const want = "aerostore: EXISTS test.users: too many operations at once: no slot of 1 was free for it within 50ms"
		if fmt.Sprint(err) != want || aerostore.InDoubt(err) || time.Since(start) != 50*time.Millisecond {
			t.Errorf("error after %v\n got %v\nwant %s", time.Since(start), err, want)
		}
		close(g.release)
		if err := <-first; err != nil {
			t.Error(err)
		}
		if err := <-exists(t.Context(), store, 2); err != nil {
			t.Errorf("with the slot free again: %v", err)
		}
	})
}

func TestDefaultsOfAConcurrencyLimit(t *testing.T) {
	const limit = 2
	for _, c := range []struct {
		name    string
		opts    middleware.ConcurrencyOptions
		length  int
		timeout time.Duration
	}{
		{"empty", middleware.ConcurrencyOptions{}, limit, 100 * ms},
		{"a length", middleware.ConcurrencyOptions{Queue: 5}, 5, 100 * ms},
		{"a timeout", middleware.ConcurrencyOptions{MaxWait: time.Second}, limit, time.Second},
		{"none", middleware.ConcurrencyOptions{Queue: middleware.None}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate()
				store := aerostore.Chain(aerostore.Handler(g.handle), middleware.ConcurrencyLimit(limit, c.opts))
				start := time.Now()
				for i := range 10 {
					exists(t.Context(), store, i)
				}
				stats := snapshot(t, store)
				if stats.Gauge("in_flight") != limit || stats.Gauge("waiting") != float64(c.length) {
					t.Errorf("%v run and %v wait, want %d and %d", stats.Gauge("in_flight"), stats.Gauge("waiting"), limit, c.length)
				}
				for snapshot(t, store).Gauge("waiting") > 0 {
					time.Sleep(ms)
					synctest.Wait()
				}
				if took := time.Since(start); took != c.timeout {
					t.Errorf("they waited for %v, want %v", took, c.timeout)
				}
				close(g.release)
			})
		})
	}
}

func TestTheEndOfTheContextEndsAWaitForASlot(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		store := aerostore.Chain(aerostore.Handler(g.handle), middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{
			Queue: 5, MaxWait: time.Hour,
		}))
		first := exists(t.Context(), store, 0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		second, third := exists(ctx, store, 1), exists(t.Context(), store, 2)
		err := <-second
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, middleware.ErrConcurrencyLimited) {
			t.Errorf("the one whose deadline passed: %v", err)
		}
		if _, err := store.Get(ctx, key); fmt.Sprint(err) != "aerostore: GET test.users: context deadline exceeded" {
			t.Errorf("with a context that is done: %v", err)
		}
		close(g.release)
		for _, ended := range []<-chan error{first, third} {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		if want := []any{int64(0), int64(2)}; !slices.Equal(g.seen(), want) {
			t.Errorf("the order is %v, want %v", g.seen(), want)
		}
	})
}

func TestASlotIsReleasedHoweverTheOperationEnds(t *testing.T) {
	backend := &exchangeable{h: working}
	store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{Queue: middleware.None}))
	for name, run := range map[string]func(){
		"an error": func() {
			backend.set(broken)
			_ = get(t, store)
		},
		"a panic": func() {
			backend.set(func(context.Context, aerostore.Call) (aerostore.Result, error) { panic(marker) })
			if got := panicOf(func() { _ = get(t, store) }); got != marker {
				t.Errorf("the panic became %v", got)
			}
		},
		"a break": func() {
			backend.set(fake.Yields(2, nil))
			for range store.Query(t.Context(), everyone) {
				break
			}
		},
	} {
		run()
		if held := snapshot(t, store).Gauge("in_flight"); held != 0 {
			t.Errorf("after %s %v slots are held", name, held)
		}
	}
}

func TestAnOperationInALoopIsRejectedIfTheQueryHoldsTheLastSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := memory.NewT(t)
		for i := range 3 {
			if err := backend.Put(t.Context(), aerostore.NewKey("test", "users", i), bins); err != nil {
				t.Fatal(err)
			}
		}
		store := aerostore.Chain(backend, middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{}))
		rows := 0
		for record, err := range store.Query(t.Context(), everyone) {
			if err != nil {
				t.Fatal(err)
			}
			rows++
			if err := store.Touch(t.Context(), record.Key); !errors.Is(err, middleware.ErrConcurrencyLimited) {
				t.Errorf("within the query: %v", err)
			}
		}
		if rows != 3 {
			t.Errorf("%d records", rows)
		}
		if err := store.Touch(t.Context(), aerostore.NewKey("test", "users", 1)); err != nil {
			t.Errorf("after the query: %v", err)
		}
	})
}

func TestConcurrentCallersHoldNoMoreSlotsThanTheLimit(t *testing.T) {
	defer goleak.VerifyNone(t)
	const limit = 4
	var running, most, ran atomic.Int64
	backend := &exchangeable{h: func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		n := running.Add(1)
		for {
			if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		ran.Add(1)
		for range rand.IntN(3) {
			time.Sleep(0) // lets others run
		}
		running.Add(-1)
		return fake.Success(call), nil
	}}
	store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.ConcurrencyLimit(limit, middleware.ConcurrencyOptions{Queue: 8, MaxWait: 100 * time.Microsecond}))
	var all sync.WaitGroup
	var succeeded atomic.Int64
	for range 32 {
		all.Go(func() {
			for i := range 500 {
				ctx, cancel := context.WithCancel(t.Context())
				if i%3 == 0 {
					go cancel() // at a random moment
				}
				if _, err := store.Get(ctx, key); err == nil {
					succeeded.Add(1)
				} else if !errors.Is(err, middleware.ErrConcurrencyLimited) && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				cancel()
			}
		})
	}
	all.Wait()
	if most.Load() > limit {
		t.Errorf("%d ran at once, the limit is %d", most.Load(), limit)
	}
	if ran.Load() != succeeded.Load() || ran.Load() == 0 {
		t.Errorf("%d ran, %d succeeded", ran.Load(), succeeded.Load())
	}
	stats := snapshot(t, store)
	if stats.Gauge("in_flight") != 0 || stats.Gauge("waiting") != 0 {
		t.Errorf("at rest %+v", stats.Gauges)
	}
	arrived, release := make(chan struct{}), make(chan struct{})
	backend.set(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		arrived <- struct{}{}
		<-release
		return fake.Success(call), nil
	})
	for range limit {
		all.Go(func() { _ = get(t, store) })
		<-arrived // the test hangs here if a slot was lost
	}
	close(release)
	all.Wait()
}

func TestADeadlineInTheQueueDoesNotOpenACircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		store := aerostore.Chain(aerostore.Handler(g.handle),
			middleware.CircuitBreaker(middleware.BreakerOptions{MinCalls: 1}),
			middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{Queue: 5, MaxWait: time.Hour}))
		first := exists(t.Context(), store, 0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := <-exists(ctx, store, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("in the queue: %v", err)
		}
		if state := aerostore.Layers(store)[0].LayerStats().Gauge("state"); state != 0 {
			t.Errorf("the circuit has the state %v", state)
		}
		close(g.release)
		<-first
	})
}

func TestConcurrencyLimitPanicsWithInvalidOptions(t *testing.T) {
	for want, wire := range map[string]func(){
		"of 0":               func() { middleware.ConcurrencyLimit(0, middleware.ConcurrencyOptions{}) },
		"with a queue of -2": func() { middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{Queue: -2}) },
		"with a wait of -1s": func() { middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{MaxWait: -time.Second}) },
	} {
		if got, _ := panicOf(wire).(string); !strings.HasPrefix(got, "middleware: ConcurrencyLimit "+want+": must be ") {
			t.Errorf("panic %q, want one about %q", got, want)
		}
	}
}

func ExampleConcurrencyLimit() {
	store := aerostore.Chain(memory.New(), middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{
		Queue: 10, MaxWait: time.Millisecond,
	}))

	ctx := context.Background()
	ada := aerostore.NewKey("test", "users", "ada")
	fmt.Println(store.Put(ctx, ada, aerostore.Bins{"visits": 1}))
	for range store.Query(ctx, aerostore.Query{Namespace: "test", Set: "users"}) {
		// The query holds the only slot as long as the loop runs.
		fmt.Println(store.Touch(ctx, ada))
	}

	// Output:
	// <nil>
	// aerostore: TOUCH test.users: too many operations at once: no slot of 1 was free for it within 1ms
}

func TestEachWaiterOfAConcurrencyLimitGetsASlot(t *testing.T) {
	for _, c := range []struct {
		name     string
		wait     time.Duration
		deadline time.Duration
	}{
		{"longer than it may", 90 * time.Millisecond, time.Hour},
		{"past its deadline", time.Hour, 90 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := aerostore.Chain(working,
					middleware.RateLimit(10, middleware.RateOptions{Burst: 1, MaxWait: c.wait}))
				_ = get(t, store)
				ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
				defer cancel()
				start := time.Now()
				_, err := store.Get(ctx, key)
				if !errors.Is(err, middleware.ErrRateLimited) || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Get returned %v", err)
				}
				if took := time.Since(start); took != 0 {
					t.Errorf("it waited for %v", took)
				}
			})
		})
	}
}
