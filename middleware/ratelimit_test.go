package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

func TestNoMorePassesThanTheRateAndTheBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events told
		passed := 0
		store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			passed++
			return success(call), nil
		}), middleware.RateLimit(10, middleware.RateBurst(5), middleware.Hook(events.hook)))
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
			t.Errorf("the hook was told %d times", got)
		}
	})
}

func TestARateLimitPassesWhatABucketWould(t *testing.T) {
	const perSecond, burst, taken = 1000, 100, 6 // turns that may be taken ahead
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(undated{t}, func(r *rapid.T) {
			store := aerostore.Chain(working, middleware.RateLimit(perSecond, middleware.RateBurst(burst)))
			start := time.Now()
			bucket, passed := float64(burst), 0
			r.Repeat(map[string]func(*rapid.T){
				"come": func(r *rapid.T) {
					for range rapid.IntRange(1, 50).Draw(r, "operations") {
						if get(t, store) == nil {
							passed++
							bucket--
						} else if bucket >= taken {
							r.Fatalf("it was turned away with %v in the bucket", bucket)
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

func TestARateRejectionSaysWhenThereWillBeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := aerostore.Chain(working, middleware.RateLimit(4, middleware.RateBurst(1)))
		_ = get(t, store)
		err := store.Put(t.Context(), key, bins)
		if !errors.Is(err, middleware.ErrRateLimited) || aerostore.InDoubt(err) || judgement.ErrorType(err) != "rate_limited" {
			t.Errorf("Put gave %v", err)
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

func TestAWaitThatNobodyLivesToSeeIsToldAsOneOfAYear(t *testing.T) {
	store := aerostore.Chain(working, middleware.RateLimit(1e-300))
	_ = get(t, store)
	rejected, ok := errors.AsType[*middleware.RejectedError](get(t, store))
	if !ok || rejected.RetryAfter != 365*24*time.Hour {
		t.Errorf("%+v", rejected)
	}
}

func TestOperationsWaitForTheirTurnInOrder(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		came := map[int64]time.Duration{}
		store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			mu.Lock()
			defer mu.Unlock()
			came[call.Key.ID().(int64)] = time.Since(start)
			return success(call), nil
		}), middleware.RateLimit(10, middleware.RateBurst(1), middleware.RateWait(500*time.Millisecond)))
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

func TestNoOperationWaitsInVain(t *testing.T) {
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
					middleware.RateLimit(10, middleware.RateBurst(1), middleware.RateWait(c.wait)))
				_ = get(t, store)
				ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
				defer cancel()
				start := time.Now()
				_, err := store.Get(ctx, key)
				if !errors.Is(err, middleware.ErrRateLimited) || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Get gave %v", err)
				}
				if took := time.Since(start); took != 0 {
					t.Errorf("it waited for %v", took)
				}
			})
		})
	}
}

func TestACallerWhoLeavesTheRateLimitGivesItsTurnBack(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		store := aerostore.Chain(working,
			middleware.RateLimit(1, middleware.RateBurst(1), middleware.RateWait(time.Hour)))
		_ = get(t, store)
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := store.Get(ctx, key)
			left <- err
		}()
		synctest.Wait()
		if waiting := snapshot(t, store).Level("waiting"); waiting != 1 {
			t.Errorf("%v wait, want 1", waiting)
		}
		cancel()
		err := <-left
		if !errors.Is(err, context.Canceled) || !errors.Is(err, middleware.ErrRateLimited) || judgement.ErrorType(err) != "canceled" {
			t.Errorf("Get gave %v", err)
		}
		start := time.Now()
		if err := get(t, store); err != nil || time.Since(start) != time.Second {
			t.Errorf("the next one came after %v, %v, want 1s", time.Since(start), err)
		}
	})
}

func TestADoneContextIsRefusedByARateLimitInTheUsualWords(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	store := aerostore.Chain(working, middleware.RateLimit(1, middleware.RateWait(time.Hour)))
	_ = get(t, store)
	if _, err := store.Get(ctx, key); fmt.Sprint(err) != "aerostore: GET test.users: context canceled" {
		t.Errorf("Get gave %v", err)
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
		weight middleware.RateWeight
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
				store := aerostore.Chain(working, middleware.RateLimit(10, middleware.RateBurst(10), c.weight))
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

func TestRateLimitPanicsIfTheOptionsMakeNoSense(t *testing.T) {
	for want, wire := range map[string]func(){
		"of 0 a second":      func() { middleware.RateLimit(0) },
		"of -1 a second":     func() { middleware.RateLimit(-1) },
		"of NaN a second":    func() { middleware.RateLimit(math.NaN()) },
		"of +Inf a second":   func() { middleware.RateLimit(math.Inf(1)) },
		"with a burst of 0":  func() { middleware.RateLimit(1, middleware.RateBurst(0)) },
		"with a wait of -1s": func() { middleware.RateLimit(1, nil, middleware.RateWait(-time.Second)) },
	} {
		got, _ := panicOf(wire).(string)
		if got != "middleware: RateLimit "+want {
			t.Errorf("panic %q, want one about %q", got, want)
		}
	}
}

func ExampleRateLimit() {
	store := aerostore.Chain(memory.New(), middleware.RateLimit(100, middleware.RateBurst(2)))

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
