package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
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
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// An attempt is what one attempt of a script does.
type attempt struct {
	takes    time.Duration
	name     string // of the record that it returns, in Bins["name"]
	err      aerostore.ResultCode
	panics   bool
	exits    bool
	attempts int32
	deaf     bool // to its context
}

// attempts is a handler that follows a script, one step for each attempt.
type attempts struct {
	mu     sync.Mutex
	script []attempt
	calls  []aerostore.Call
	ctxs   []context.Context
	ended  int
}

func (s *attempts) handle(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
	s.mu.Lock()
	a := s.script[min(len(s.calls), len(s.script)-1)]
	s.calls = append(s.calls, call)
	s.ctxs = append(s.ctxs, ctx)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.ended++
		s.mu.Unlock()
	}()
	timer := time.NewTimer(a.takes)
	defer timer.Stop()
	if a.deaf {
		<-timer.C
	} else {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return aerostore.Result{}, call.NewContextError(ctx.Err())
		}
	}
	switch {
	case a.panics:
		panic(errors.New(marker))
	case a.exits:
		runtime.Goexit()
	case a.err != 0:
		return aerostore.Result{Attempts: a.attempts}, call.NewError(a.err, fmt.Errorf("%s", a.name))
	}
	record := &aerostore.Record{Key: call.Key, Bins: aerostore.Bins{"name": a.name}}
	return fake.Completed(aerostore.Result{Attempts: a.attempts, Node: node}.WithRecord(record), call), nil
}

func (s *attempts) n() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// resultOf keeps the result of a layer.
func resultOf(to *aerostore.Result) aerostore.Middleware {
	return aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			result, err := next(ctx, call)
			*to = result
			return result, err
		}
	})
}

const ms = time.Millisecond

func TestTheFirstAnswerOfTwoAttemptsWins(t *testing.T) {
	for _, c := range []struct {
		name   string
		script []attempt
		want   string
		after  time.Duration
		n      int   // attempts that were made
		tries  int32 // Attempts in the result
		won    int64
	}{
		{"a quick one is not hedged", []attempt{{takes: 9 * ms, name: "a", attempts: 1}}, "a", 9 * ms, 1, 1, 0},
		{"the second one is quicker", []attempt{{takes: 100 * ms, name: "a"}, {takes: 5 * ms, name: "b", attempts: 1}}, "b", 15 * ms, 2, 2, 1},
		{"the first one comes after all", []attempt{{takes: 30 * ms, name: "a", attempts: 2}, {takes: 50 * ms, name: "b"}}, "a", 30 * ms, 2, 3, 0},
		{"a failure before the delay is returned", []attempt{{takes: 5 * ms, err: aerostore.CodeTimeout, name: "a"}}, "TIMEOUT a", 5 * ms, 1, 0, 0},
		{"the first one fails and the second does not", []attempt{{takes: 20 * ms, err: aerostore.CodeTimeout}, {takes: 50 * ms, name: "b"}}, "b", 60 * ms, 2, 2, 1},
		{"the second one fails and the first does not", []attempt{{takes: 50 * ms, name: "a"}, {takes: 5 * ms, err: aerostore.CodeTimeout}}, "a", 50 * ms, 2, 2, 0},
		{"both fail after attempts inside", []attempt{{takes: 20 * ms, err: aerostore.CodeTimeout, name: "a", attempts: 3}, {takes: 20 * ms, err: aerostore.CodeNetwork, name: "b", attempts: 2}}, "TIMEOUT a", 30 * ms, 2, 5, 0},
		{"one fails after attempts inside", []attempt{{takes: 20 * ms, err: aerostore.CodeTimeout, attempts: 3}, {takes: 50 * ms, name: "b", attempts: 2}}, "b", 60 * ms, 2, 5, 1},
		{"both fail, the first first", []attempt{{takes: 20 * ms, err: aerostore.CodeTimeout, name: "a"}, {takes: 20 * ms, err: aerostore.CodeNetwork, name: "b"}}, "TIMEOUT a", 30 * ms, 2, 2, 0},
		{"both fail, the second first", []attempt{{takes: 40 * ms, err: aerostore.CodeTimeout, name: "a"}, {takes: 5 * ms, err: aerostore.CodeNetwork, name: "b"}}, "TIMEOUT a", 40 * ms, 2, 2, 0},
		{"that there is no record is an answer", []attempt{{takes: 100 * ms, name: "a"}, {takes: 5 * ms, err: aerostore.CodeNotFound, name: "b"}}, "KEY_NOT_FOUND_ERROR b", 15 * ms, 2, 2, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			synctest.Test(t, func(t *testing.T) {
				backend := &attempts{script: c.script}
				var result aerostore.Result
				store := aerostore.Chain(aerostore.Handler(backend.handle), resultOf(&result),
					middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None}))
				start := time.Now()
				record, err := store.Get(t.Context(), key)
				took := time.Since(start)
				var got string
				if err != nil {
					got = aerostore.CodeOf(err).String() + " " + errors.Unwrap(err).Error()
				} else {
					got, _ = record.Str("name")
				}
				if got != c.want || took != c.after || backend.n() != c.n || result.Attempts != c.tries {
					t.Errorf("%q after %v in %d attempts (%d by its result), want %q after %v in %d (%d)",
						got, took, backend.n(), result.Attempts, c.want, c.after, c.n, c.tries)
				}
				synctest.Wait()
				if backend.ended != c.n {
					t.Errorf("%d of %d attempts have ended when the caller has its answer", backend.ended, c.n)
				}
				for _, ctx := range backend.ctxs {
					if ctx.Err() == nil {
						t.Error("the context of an attempt has not ended")
					}
				}
				stats := snapshot(t, store)
				if stats.Event("hedged") != int64(c.n-1) || stats.Event("won") != c.won || stats.Gauge("in_flight") != 0 || stats.Gauge("abandoned") != 0 {
					t.Errorf("stats %+v", stats)
				}
			})
		})
	}
}

func TestAHedgeReportsItsAttemptsWhenTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			name   string
			script []attempt
			want   int32
		}{
			{"both run", []attempt{{takes: time.Second}}, 2},
			{"one has failed", []attempt{{takes: time.Second}, {takes: 5 * ms, err: aerostore.CodeTimeout, attempts: 3}}, 4},
		} {
			backend := &attempts{script: c.script}
			var result aerostore.Result
			store := aerostore.Chain(aerostore.Handler(backend.handle), resultOf(&result),
				middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None}))
			ctx, cancel := context.WithTimeout(t.Context(), 100*ms)
			_, _ = store.Get(ctx, key)
			cancel()
			if result.Attempts != c.want {
				t.Errorf("%s: %d attempts, want %d", c.name, result.Attempts, c.want)
			}
		}
	})
}

func TestOnlyReadsAreHedged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		n := map[string]int{}
		slow := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				mu.Lock()
				n[fmt.Sprint(call.Name(), call.Writes())]++
				mu.Unlock()
				time.Sleep(20 * ms)
				return next(ctx, call)
			}
		})
		backend := memory.NewT(t)
		_ = backend.Put(t.Context(), key, bins)
		store := aerostore.Chain(backend, middleware.Hedge(middleware.HedgeOptions{
			MinDelay: 10 * ms,
			Quantile: middleware.None,
			Budget:   1,
		}), slow)
		reads, writes := everyOperation(t.Context(), store)
		for name, err := range reads {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, err := range writes {
			if err != nil && name != "Touch" && name != "Append" && name != "Prepend" {
				t.Errorf("%s: %v", name, err)
			}
		}
		time.Sleep(time.Second)
		for name, n := range n {
			hedged := slices.Contains([]string{
				"GETfalse", "SELECTfalse", "EXISTSfalse", "OPERATEfalse", "BATCH READfalse", "BATCH OPERATEfalse",
				"BATCH WRITEfalse",
			}, name)
			if want := map[bool]int{true: 2, false: 1}[hedged]; n != want {
				t.Errorf("%s was sent %d times, want %d", name, n, want)
			}
		}
		if len(n) != 20 {
			t.Errorf("%d kinds of operation were seen: %v", len(n), n)
		}
	})
}

func TestAnAbandonedAttemptHasACopyOfTheArguments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: time.Hour, deaf: true}, {takes: ms}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle),
			middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None}))
		mine, names := slices.Clone(keys), []string{"name"}
		if _, err := store.BatchRead(t.Context(), mine, names); err != nil {
			t.Fatal(err)
		}
		clear(mine)
		clear(names)
		loser := backend.calls[0]
		if !slices.Equal(loser.Keys(), keys) || !slices.Equal(loser.BinNames(), []string{"name"}) {
			t.Errorf("the abandoned attempt now has %v and %v", loser.Keys(), loser.BinNames())
		}
		time.Sleep(time.Hour)
	})
}

func TestAttemptsHaveTheValuesOfTheCallersContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type ctxKey struct{}
		backend := &attempts{script: []attempt{{takes: 20 * ms}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle),
			middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None}))
		if _, err := store.Get(context.WithValue(t.Context(), ctxKey{}, "carried"), key); err != nil {
			t.Fatal(err)
		}
		for i, ctx := range backend.ctxs {
			if ctx.Value(ctxKey{}) != "carried" {
				t.Errorf("attempt %d has another context", i)
			}
		}
	})
}

func TestTheEndOfTheContextEndsAHedgedRead(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: time.Second, deaf: true}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle),
			middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None}))
		for _, after := range []time.Duration{5 * ms, 50 * ms} { // before and after the second attempt
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			start := time.Now()
			_, err := store.Get(ctx, key)
			if fmt.Sprint(err) != "aerostore: GET test.users: context deadline exceeded" || time.Since(start) != after {
				t.Errorf("after %v: %v", time.Since(start), err)
			}
		}
		if losers := snapshot(t, store).Gauge("abandoned"); losers != 3 {
			t.Errorf("%v abandoned attempts, want 3", losers)
		}
		time.Sleep(time.Second)
		if losers := snapshot(t, store).Gauge("abandoned"); losers != 0 {
			t.Errorf("%v abandoned attempts, want 0", losers)
		}
	})
}

func TestThereAreNoMoreAbandonedAttemptsThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: time.Hour, deaf: true}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Hedge(middleware.HedgeOptions{MaxAbandoned: 3}))
		ctx, cancel := context.WithTimeout(t.Context(), ms/2)
		defer cancel()
		for range 3 {
			go store.Get(ctx, key)
		}
		time.Sleep(ms)
		start := time.Now()
		_, _ = store.Get(t.Context(), key)
		if took := time.Since(start); took < time.Hour-ms {
			t.Errorf("the caller was answered after %v: not by the operation itself", took)
		}
		time.Sleep(time.Hour)
		if n := backend.n(); n != 4 {
			t.Errorf("%d attempts, want 4", n)
		}
	})
}

func TestTheCallerOfAHedgePanicsWithAnAttempt(t *testing.T) {
	defer goleak.VerifyNone(t)
	for name, script := range map[string][]attempt{
		"the only attempt":   {{takes: ms, panics: true}},
		"the second attempt": {{takes: time.Hour}, {takes: ms, panics: true}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				backend := &attempts{script: script}
				store := aerostore.Chain(aerostore.Handler(backend.handle),
					middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None}))
				got, _ := panicOf(func() { _ = get(t, store) }).(*middleware.PanicError)
				if got == nil || fmt.Sprint(got.Value) != marker || got.Unwrap() == nil || !strings.Contains(got.Error(), "(*attempts).handle") {
					t.Errorf("panic %v", got)
				}
			})
		})
	}
}

func TestAPanicOfAnAbandonedAttemptIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events heard
		backend := &attempts{script: []attempt{{takes: time.Second, panics: true, deaf: true}, {takes: ms}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle),
			middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None, OnEvent: events.hook}))
		if err := get(t, store); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if want := []string{"hedged", "won", "panicked"}; !slices.Equal(events.names(), want) {
			t.Errorf("the hook got %v, want %v", events.names(), want)
		}
	})
}

func TestTheCallerOfAHedgeExitsWithAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{exits: true}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Hedge(middleware.HedgeOptions{}))
		done, returned := make(chan struct{}), false
		go func() {
			defer close(done)
			_ = get(t, store)
			returned = true
		}()
		<-done
		if returned {
			t.Error("the caller went on")
		}
	})
}

func TestTheBudgetBoundsHedges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: 20 * ms}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Hedge(middleware.HedgeOptions{
			MinDelay: 10 * ms,
			Quantile: middleware.None,
			Budget:   0.1,
		}))
		for range 1000 {
			_ = get(t, store)
		}
		hedged := snapshot(t, store).Event("hedged")
		if hedged < 100 || hedged > 110 || snapshot(t, store).Event("over_budget") != 1000-hedged {
			t.Errorf("%d of 1000 hedged, want a tenth and the ten saved up", hedged)
		}
	})
}

func TestTheDelayFollowsWhatOperationsTake(t *testing.T) {
	for _, c := range []struct {
		part  float64
		sigma float64
	}{{0.9, 0.5}, {0.95, 0.5}, {0.95, 1}, {0.99, 0.3}} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			random := rand.New(rand.NewPCG(1, 2))
			median := 10 * ms
			draw := func() time.Duration {
				mu.Lock()
				defer mu.Unlock()
				return time.Duration(float64(median) * math.Exp(c.sigma*random.NormFloat64()))
			}
			store := aerostore.Chain(aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				timer := time.NewTimer(draw())
				defer timer.Stop()
				select {
				case <-timer.C:
				case <-ctx.Done():
				}
				return fake.Success(call), nil
			}), middleware.Hedge(middleware.HedgeOptions{Quantile: c.part, Budget: 1e-6}))
			for _, m := range []time.Duration{10 * ms, 40 * ms, 5 * ms} {
				mu.Lock()
				median = m
				mu.Unlock()
				for range 4000 {
					_ = get(t, store)
				}
				want := float64(m) * math.Exp(c.sigma*math.Sqrt2*math.Erfinv(2*c.part-1)) / 1e9
				if got := snapshot(t, store).Gauge("delay"); got < want/1.35 || got > want*1.35 {
					t.Errorf("quantile %v of a log-normal distribution of %v: %.4f, want about %.4f", c.part, m, got, want)
				}
			}
		})
	}
}

func TestHedgePanicsWithInvalidOptions(t *testing.T) {
	for want, opt := range map[string]middleware.HedgeOptions{
		"with a quantile of 1":              {Quantile: 1},
		"with a quantile of NaN":            {Quantile: math.NaN()},
		"after 0s":                          {MinDelay: middleware.None},
		"with a budget of 0":                {Budget: middleware.None},
		"with a budget of 1.1":              {Budget: 1.1},
		"with at most 0 abandoned attempts": {MaxAbandoned: middleware.None},
	} {
		if got, _ := panicOf(func() { middleware.Hedge(opt) }).(string); !strings.HasPrefix(got, "middleware: Hedge "+want+": ") {
			t.Errorf("panic %q, want one about %q", got, want)
		}
	}
}

func ExampleHedge() {
	var first atomic.Bool
	first.Store(true)
	slowOnce := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if call.Op == aerostore.OpGet && first.Swap(false) {
				<-ctx.Done() // a packet was lost
				return aerostore.Result{}, call.NewContextError(ctx.Err())
			}
			return next(ctx, call)
		}
	})
	store := aerostore.Chain(memory.New(), middleware.Hedge(middleware.HedgeOptions{MinDelay: 5 * time.Millisecond}), slowOnce)

	ctx := context.Background()
	ada := aerostore.NewKey("test", "users", "ada")
	_ = store.Put(ctx, ada, aerostore.Bins{"name": "Ada"})
	record, err := store.Get(ctx, ada)
	fmt.Println(record.Bins, err)

	// Output:
	// map[name:Ada] <nil>
}
