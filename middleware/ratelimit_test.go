package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/internal/judgement"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

func TestNoMorePassThanTheRateAndTheBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events heard
		passed := 0
		store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			passed++
			return fake.Success(call), nil
		}), middleware.RateLimit(10, middleware.RateOptions{Burst: 5, OnEvent: events.hook}))
		for range 100 {
			_ = get(t, store)
		}
		if passed != 5 {
			t.Errorf("%d passed at once, want the burst of 5", passed)
		}
		for range 100 { // one second
			time.Sleep(10 * time.Millisecond)
			_ = get(t, store)
		}
		if passed != 15 {
			t.Errorf("%d passed after a second, want the burst and 10", passed)
		}
		wantCounted(t, store, map[string]int64{"rejected": 185, "waited": 0})
		if got := len(events.names()); got != 185 {
			t.Errorf("the hook was called %d times", got)
		}
	})
}

func TestARateLimitIsATokenBucket(t *testing.T) {
	const perSecond, burst, taken = 1000, 100, 6 // tokens that may be taken ahead
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(undated{t}, func(r *rapid.T) {
			store := aerostore.Chain(working, middleware.RateLimit(perSecond, middleware.RateOptions{Burst: burst}))
			start := time.Now()
			bucket, passed := float64(burst), 0
			r.Repeat(map[string]func(*rapid.T){
				"come": func(r *rapid.T) {
					for range rapid.IntRange(1, 50).Draw(r, "operations") {
						if get(t, store) == nil {
							passed++
							bucket--
						} else if bucket >= taken {
							r.Fatalf("it was rejected with %v in the bucket", bucket)
						}
						if bucket < -1e-6 {
							r.Fatalf("it passed with %v in the bucket", bucket)
						}
					}
				},
				"wait": func(r *rapid.T) {
					d := time.Duration(rapid.IntRange(1, 100_000).Draw(r, "µs")) * time.Microsecond
					time.Sleep(d)
					bucket = min(bucket+d.Seconds()*perSecond, burst)
				},
				"": func(r *rapid.T) {
					if most := burst + perSecond*time.Since(start).Seconds(); float64(passed) > most+1e-6 {
						r.Fatalf("%d passed, %v at most", passed, most)
					}
				},
			})
		})
	})
}

func TestARejectionOfARateLimitSaysWhenToRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := aerostore.Chain(working, middleware.RateLimit(4, middleware.RateOptions{Burst: 1}))
		_ = get(t, store)
		err := store.Put(t.Context(), key, bins)
		if !errors.Is(err, middleware.ErrRateLimited) || aerostore.InDoubt(err) || judgement.ErrorType(err) != "rate_limited" {
			t.Errorf("Put returned %v", err)
		}
		const want = "aerostore: PUT test.users: the rate limit is reached: 4 a second: try again in 250ms"
		if err.Error() != want {
			t.Errorf("error\n got %s\nwant %s", err, want)
		}
		rejected, _ := errors.AsType[*middleware.RejectedError](err)
		time.Sleep(rejected.RetryAfter)
		if err := store.Put(t.Context(), key, bins); err != nil {
			t.Errorf("when there should be room: %v", err)
		}
	})
}

func TestTheLongestWaitIsAYear(t *testing.T) {
	store := aerostore.Chain(working, middleware.RateLimit(1e-300, middleware.RateOptions{}))
	_ = get(t, store)
	rejected, ok := errors.AsType[*middleware.RejectedError](get(t, store))
	if !ok || rejected.RetryAfter != 365*24*time.Hour {
		t.Errorf("%+v", rejected)
	}
}

func TestARateLimitServesItsQueueInOrder(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		came := map[int64]time.Duration{}
		store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			mu.Lock()
			defer mu.Unlock()
			came[call.Key.ID().(int64)] = time.Since(start)
			return fake.Success(call), nil
		}), middleware.RateLimit(10, middleware.RateOptions{Burst: 1, MaxWait: 500 * time.Millisecond}))
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() { _, _ = store.Exists(t.Context(), aerostore.NewKey("test", "", i)) })
			synctest.Wait()
		}
		all.Wait()
		for i := range 8 {
			at, ok := came[int64(i)]
			if ok != (i <= 5) || ok && at.Round(time.Millisecond) != time.Duration(i)*100*time.Millisecond {
				t.Errorf("number %d came after %v, %v", i, at, ok)
			}
		}
		wantCounted(t, store, map[string]int64{"waited": 5, "rejected": 2})
	})
}

func TestAWaiterThatLeavesTheRateLimitUsesNoToken(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		store := aerostore.Chain(working,
			middleware.RateLimit(1, middleware.RateOptions{Burst: 1, MaxWait: time.Hour}))
		_ = get(t, store)
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := store.Get(ctx, key)
			left <- err
		}()
		synctest.Wait()
		if waiting := snapshot(t, store).Gauge("waiting"); waiting != 1 {
			t.Errorf("%v wait, want 1", waiting)
		}
		cancel()
		err := <-left
		if !errors.Is(err, context.Canceled) || !errors.Is(err, middleware.ErrRateLimited) || judgement.ErrorType(err) != "canceled" {
			t.Errorf("Get returned %v", err)
		}
		start := time.Now()
		if err := get(t, store); err != nil || time.Since(start) != time.Second {
			t.Errorf("the next one came after %v, %v, want 1s", time.Since(start), err)
		}
	})
}

func TestWaitersThatLeaveTheRateLimitDelayNone(t *testing.T) {
	for _, c := range []struct {
		perSecond float64
		leave     int // of those that wait
		order     string
		come      int // afterwards
		takes     time.Duration
	}{
		{10, 2, "as they came", 1, 100 * ms},
		{10, 2, "the last one first", 1, 100 * ms},
		{100, 99, "as they came", 41, 410 * ms},
		{100, 99, "the last one first", 41, 410 * ms},
		{100, 99, "all at once", 41, 410 * ms},
	} {
		t.Run(fmt.Sprintf("%d of %v a second, %s", c.leave, c.perSecond, c.order), func(t *testing.T) {
			defer goleak.VerifyNone(t)
			synctest.Test(t, func(t *testing.T) {
				store := aerostore.Chain(working, middleware.RateLimit(c.perSecond, middleware.RateOptions{
					Burst:   1,
					MaxWait: time.Second,
				}))
				_ = get(t, store)
				all, leaveAll := context.WithCancel(t.Context())
				cancels := make([]context.CancelFunc, c.leave)
				ended := make([]<-chan error, c.leave)
				for i := range c.leave {
					var ctx context.Context
					ctx, cancels[i] = context.WithCancel(all)
					ended[i] = exists(ctx, store, i)
				}
				if c.order == "the last one first" {
					slices.Reverse(cancels)
				}
				if c.order == "all at once" {
					leaveAll()
				}
				for _, leave := range cancels {
					leave()
					synctest.Wait()
				}
				leaveAll()
				for _, e := range ended {
					if err := <-e; !errors.Is(err, context.Canceled) {
						t.Errorf("a waiter that left: %v", err)
					}
				}
				start := time.Now()
				coming := make([]<-chan error, c.come)
				for i := range c.come {
					coming[i] = exists(t.Context(), store, i)
				}
				for i, e := range coming {
					if err := <-e; err != nil {
						t.Errorf("number %d of those that came afterwards: %v", i, err)
					}
				}
				if took := time.Since(start); took != c.takes {
					t.Errorf("they took %v, want %v", took, c.takes)
				}
			})
		})
	}
}

// A waiting operation passes when the bucket has its tokens, as if those that left
// had never come.
func TestWaitersThatLeaveDoNotDelayThoseThatStay(t *testing.T) {
	const perMs, burst = 1, 8
	weight := func(call aerostore.Call) int { return call.Len() }
	type op struct {
		weight float64
		cancel context.CancelFunc
		ended  chan error
	}
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(undated{t}, func(r *rapid.T) {
			store := aerostore.Chain(working, middleware.RateLimit(1000*perMs, middleware.RateOptions{
				Burst:   burst,
				MaxWait: time.Hour,
				Weight:  weight,
			}))
			tokens := float64(burst)
			var waiting []*op
			serve := func(more float64) {
				for tokens += more; len(waiting) > 0 && tokens >= waiting[0].weight; waiting = waiting[1:] {
					tokens -= waiting[0].weight
					select {
					case err := <-waiting[0].ended:
						if err != nil {
							r.Fatalf("the waiter of weight %v: %v", waiting[0].weight, err)
						}
					default:
						r.Fatalf("the waiter of weight %v did not pass in time", waiting[0].weight)
					}
					waiting[0].cancel()
				}
				tokens = min(tokens, burst)
			}
			defer func() {
				for _, o := range waiting {
					o.cancel()
				}
				synctest.Wait()
			}()
			r.Repeat(map[string]func(*rapid.T){
				"come": func(r *rapid.T) {
					o := &op{ended: make(chan error, 1)}
					batch := make([]aerostore.Key, rapid.IntRange(1, burst).Draw(r, "weight"))
					for i := range batch {
						batch[i] = key
					}
					o.weight = float64(len(batch))
					var ctx context.Context
					ctx, o.cancel = context.WithCancel(t.Context())
					go func() {
						_, err := store.BatchRead(ctx, batch, nil)
						o.ended <- err
					}()
					synctest.Wait()
					waiting = append(waiting, o)
					serve(0)
				},
				"leave": func(r *rapid.T) {
					if len(waiting) == 0 {
						r.Skip("the queue is empty")
					}
					i := rapid.IntRange(0, len(waiting)-1).Draw(r, "place")
					waiting[i].cancel()
					synctest.Wait()
					if err := <-waiting[i].ended; !errors.Is(err, context.Canceled) {
						r.Fatalf("a waiter that left: %v", err)
					}
					waiting = slices.Delete(waiting, i, i+1)
					serve(0)
				},
				"wait": func(r *rapid.T) {
					d := rapid.IntRange(1, 12).Draw(r, "ms")
					for range d {
						time.Sleep(ms)
						synctest.Wait()
						serve(perMs)
					}
				},
				"": func(r *rapid.T) {
					for _, o := range waiting {
						if len(o.ended) > 0 {
							r.Fatalf("one of weight %v passed too early", o.weight)
						}
					}
					stats := snapshot(t, store)
					if got := stats.Gauge("waiting"); got != float64(len(waiting)) {
						r.Fatalf("%v wait, want %d", got, len(waiting))
					}
					if got := stats.Gauge("available"); len(waiting) == 0 && math.Abs(got-tokens) > 1e-3 {
						r.Fatalf("%v are available, want %v", got, tokens)
					}
				},
			})
		})
	})
}

func TestConcurrentCallersOfARateLimitLoseNoToken(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		var passed, refused atomic.Int64
		store := aerostore.Chain(sent(&passed, working), middleware.RateLimit(1000, middleware.RateOptions{
			Burst:   1,
			MaxWait: time.Hour,
		}))
		var all sync.WaitGroup
		start := time.Now()
		for i := range 2000 {
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if i%2 == 0 {
					time.AfterFunc(time.Duration(i)*ms/4, cancel) // about when its token is there
				}
				if _, err := store.Get(ctx, key); err != nil {
					refused.Add(1)
				}
			})
		}
		all.Wait()
		stats := snapshot(t, store)
		if n := passed.Load() + refused.Load(); n != 2000 {
			t.Errorf("%d passed or were rejected, want all", n)
		}
		// Each token was used: they took no longer than those that passed.
		if took := time.Since(start); took != time.Duration(passed.Load()-1)*ms {
			t.Errorf("%d passed in %v", passed.Load(), took)
		}
		if stats.Gauge("waiting") != 0 || stats.Gauge("available") != 0 {
			t.Errorf("in the end %+v", stats.Gauges)
		}
	})
}

func TestARateLimitReturnsTheErrorOfAContextThatHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	store := aerostore.Chain(working, middleware.RateLimit(1, middleware.RateOptions{MaxWait: time.Hour}))
	_ = get(t, store)
	if _, err := store.Get(ctx, key); fmt.Sprint(err) != "aerostore: GET test.users: context canceled" {
		t.Errorf("Get returned %v", err)
	}
}

func TestWeightsDecideHowMuchAnOperationCounts(t *testing.T) {
	writesOnly := func(call aerostore.Call) int {
		if call.Writes() {
			return 1
		}
		return 0
	}
	many := make([]aerostore.Key, 1000)
	for i := range many {
		many[i] = key
	}
	for _, c := range []struct {
		name   string
		weight func(aerostore.Call) int
		batch  []aerostore.Key
		passes int // batches
	}{
		{"an operation counts once", nil, keys, 10},
		{"a batch counts for its keys", middleware.PerKey, keys, 3},
		{"a batch over the burst counts for the burst", middleware.PerKey, many, 1},
		{"reads count for nothing", writesOnly, keys, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := aerostore.Chain(working, middleware.RateLimit(10, middleware.RateOptions{Burst: 10, Weight: c.weight}))
				passed := 0
				for range 20 {
					if _, err := store.BatchRead(t.Context(), c.batch, nil); err == nil {
						passed++
					}
				}
				if passed != c.passes {
					t.Errorf("%d batches passed, want %d", passed, c.passes)
				}
			})
		})
	}
}

func TestRateLimitPanicsWithInvalidOptions(t *testing.T) {
	for want, wire := range map[string]func(){
		"of 0 a second":      func() { middleware.RateLimit(0, middleware.RateOptions{}) },
		"of -1 a second":     func() { middleware.RateLimit(-1, middleware.RateOptions{}) },
		"of NaN a second":    func() { middleware.RateLimit(math.NaN(), middleware.RateOptions{}) },
		"of +Inf a second":   func() { middleware.RateLimit(math.Inf(1), middleware.RateOptions{}) },
		"with a burst of 0":  func() { middleware.RateLimit(1, middleware.RateOptions{Burst: middleware.None}) },
		"with a wait of -1s": func() { middleware.RateLimit(1, middleware.RateOptions{MaxWait: -time.Second}) },
	} {
		got, _ := panicOf(wire).(string)
		if !strings.HasPrefix(got, "middleware: RateLimit "+want+": must be ") {
			t.Errorf("panic %q, want one about %q", got, want)
		}
	}
}

func ExampleRateLimit() {
	store := aerostore.Chain(memory.New(), middleware.RateLimit(100, middleware.RateOptions{Burst: 2}))

	ctx := context.Background()
	ada := aerostore.NewKey("test", "users", "ada")
	for range 3 {
		_, err := store.Exists(ctx, ada)
		rejected, _ := errors.AsType[*middleware.RejectedError](err)
		fmt.Println(errors.Is(err, middleware.ErrRateLimited), rejected != nil && rejected.RetryAfter > 0)
	}

	// Output:
	// false false
	// false false
	// true true
}
