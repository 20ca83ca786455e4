package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/internal/judgement"
	"github.com/aerostore/aerostore/middleware"
)

var (
	working = fake.Answers(aerostore.Result{}, nil)
	broken  = fake.Fails(aerostore.CodeTimeout)
)

// get is an operation whose result does not matter.
func get(t *testing.T, store aerostore.Store) error {
	t.Helper()
	_, err := store.Get(t.Context(), key)
	return err
}

// opened returns a store whose circuit has just opened, and its backend.
func opened(t *testing.T, opts middleware.BreakerOptions) (aerostore.Store, *exchangeable) {
	t.Helper()
	backend := &exchangeable{h: broken}
	store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.CircuitBreaker(opts))
	for range 20 {
		_ = get(t, store)
	}
	if state := snapshot(t, store).Gauge("state"); state != 2 {
		t.Fatalf("state %v after 20 failures, want 2: open", state)
	}
	return store, backend
}

func TestACircuitOpensAtTheFailureRateOfTheMinimumOfCalls(t *testing.T) {
	for _, c := range []struct {
		name                string
		successes, failures int
		open                bool
	}{
		{"half of twenty", 10, 10, true},
		{"less than half", 11, 10, false},
		{"all of less than twenty", 0, 19, false},
		{"all of twenty", 0, 20, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				backend := &exchangeable{h: working}
				store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.CircuitBreaker(middleware.BreakerOptions{}))
				for range c.successes {
					_ = get(t, store)
				}
				backend.set(broken)
				for range c.failures {
					_ = get(t, store)
				}
				if got := errors.Is(get(t, store), middleware.ErrCircuitOpen); got != c.open {
					t.Errorf("the circuit is open: %v, want %v", got, c.open)
				}
			})
		})
	}
}

func TestFailuresBeforeTheWindowDoNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := aerostore.Chain(broken, middleware.CircuitBreaker(middleware.BreakerOptions{Window: 10 * time.Second}))
		for range 3 {
			for range 19 {
				_ = get(t, store)
			}
			time.Sleep(10 * time.Second)
		}
		if calls := snapshot(t, store).Gauge("calls"); calls != 0 {
			t.Errorf("%v operations count after the window has passed", calls)
		}
		wantCounted(t, store, map[string]int64{"opened": 0, "rejected": 0})
	})
}

func TestTheErrorOfAnOpenCircuitSaysWhenToRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, backend := opened(t, middleware.BreakerOptions{OpenFor: 5 * time.Second})
		backend.set(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			t.Error("something was sent")
			return fake.Success(call), nil
		})
		time.Sleep(2 * time.Second)
		err := store.Put(t.Context(), key, bins)
		e, ok := errors.AsType[*aerostore.Error](err)
		if !ok || e.Code != aerostore.CodeOK || aerostore.InDoubt(err) || !errors.Is(err, middleware.ErrCircuitOpen) {
			t.Errorf("Put returned %#v", err)
		}
		const want = "aerostore: PUT test.users: the circuit breaker is open: too many operations failed: try again in 3s"
		if err.Error() != want {
			t.Errorf("error\n got %s\nwant %s", err, want)
		}
		if rejected, ok := errors.AsType[*middleware.RejectedError](err); !ok || rejected.RetryAfter != 3*time.Second {
			t.Errorf("RejectedError %+v, want to try again after 3s", rejected)
		}
		if got := judgement.ErrorType(err); got != "circuit_open" {
			t.Errorf("error.type %q", got)
		}
		if got := aerostore.CodeOf(err); got != aerostore.CodeOK {
			t.Errorf("code %v", got)
		}
	})
}

func TestAHalfOpenCircuitClosesWhenItsProbesSucceed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events heard
		store, backend := opened(t, middleware.BreakerOptions{OnEvent: events.hook})
		time.Sleep(5 * time.Second)
		release := make(chan struct{})
		backend.set(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			<-release
			return fake.Success(call), nil
		})
		errs := make(chan error, 10)
		for range 10 {
			go func() { errs <- get(t, store) }()
		}
		synctest.Wait()
		for range 7 {
			if err := <-errs; !errors.Is(err, middleware.ErrCircuitOpen) {
				t.Errorf("beside three probes: %v", err)
			}
		}
		close(release)
		for range 3 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if err := get(t, store); err != nil {
			t.Errorf("after three probes have succeeded: %v", err)
		}
		wantCounted(t, store, map[string]int64{"rejected": 7, "opened": 1, "half_opened": 1, "closed": 1})
		names := slices.DeleteFunc(events.names(), func(name string) bool { return name == "rejected" })
		if want := []string{"opened", "half_opened", "closed"}; !slices.Equal(names, want) {
			t.Errorf("the hook got %v, want %v", names, want)
		}
	})
}

func TestAFailedProbeOpensTheCircuitAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, backend := opened(t, middleware.BreakerOptions{})
		time.Sleep(5 * time.Second)
		if err := get(t, store); !errors.Is(err, aerostore.ErrTimeout) {
			t.Fatalf("the probe returned %v", err)
		}
		if err := get(t, store); !errors.Is(err, middleware.ErrCircuitOpen) {
			t.Errorf("after the probe failed: %v", err)
		}
		backend.set(working)
		time.Sleep(5 * time.Second)
		for range 3 {
			if err := get(t, store); err != nil {
				t.Error(err)
			}
		}
		if state := snapshot(t, store).Gauge("state"); state != 0 {
			t.Errorf("state %v after the cluster has recovered", state)
		}
	})
}

func TestProbesThatHangLoseTheirPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, backend := opened(t, middleware.BreakerOptions{Probes: 2, OpenFor: 5 * time.Second})
		time.Sleep(5 * time.Second)
		release := make(chan struct{})
		backend.set(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			<-release
			return aerostore.Result{}, call.NewError(aerostore.CodeTimeout, nil)
		})
		hung := []<-chan error{exists(t.Context(), store, 1), exists(t.Context(), store, 2)}
		backend.set(working)
		if err := get(t, store); !errors.Is(err, middleware.ErrCircuitOpen) {
			t.Errorf("beside the probes: %v", err)
		}
		time.Sleep(5 * time.Second)
		if err := get(t, store); err != nil {
			t.Errorf("after the probes lost their places: %v", err)
		}
		close(release)
		for _, ended := range hung {
			<-ended
		}
		if state := snapshot(t, store).Gauge("state"); state != 1 {
			t.Errorf("state %v: probes that lost their places were counted", state)
		}
		if err := get(t, store); err != nil {
			t.Error(err)
		}
		if state := snapshot(t, store).Gauge("state"); state != 0 {
			t.Errorf("state %v after two probes have succeeded", state)
		}
	})
}

func TestACircuitClosesThoughOperationsTakeLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, backend := opened(t, middleware.BreakerOptions{})
		backend.set(func(context.Context, aerostore.Call) (aerostore.Result, error) {
			time.Sleep(6 * time.Second) // longer than probes keep their places
			return aerostore.Result{}, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for ctx.Err() == nil {
					for _, err := range store.Query(ctx, everyone) {
						if err != nil {
							time.Sleep(100 * ms)
						}
					}
				}
			})
		}
		time.Sleep(12 * time.Second) // 5 open, 6 for the first probes
		rejected := snapshot(t, store).Event("rejected")
		if state := snapshot(t, store).Gauge("state"); state != 0 {
			t.Errorf("state %v after three probes have succeeded", state)
		}
		all.Wait()
		wantCounted(t, store, map[string]int64{"rejected": rejected, "closed": 1})
	})
}

func TestAProbeThatLostItsPlaceCountsUntilALaterOneSucceeds(t *testing.T) {
	for _, c := range []struct {
		name  string
		later aerostore.ResultCode // of a probe after it lost its place, 0 for a success
		ended aerostore.ResultCode // of the one that lost its place
		state float64
	}{
		{"the later one does not count and it fails", aerostore.CodeCommon, aerostore.CodeTimeout, 2},
		{"a later one succeeded and it fails", 0, aerostore.CodeTimeout, 1},
		{"a later one succeeded and it does, too", 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, backend := opened(t, middleware.BreakerOptions{Probes: 2})
				time.Sleep(5 * time.Second)
				release := make(chan struct{})
				backend.set(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
					<-release
					if c.ended != 0 {
						return aerostore.Result{}, call.NewError(c.ended, nil)
					}
					return aerostore.Result{}, nil
				})
				first := exists(t.Context(), store, 1)
				second := exists(t.Context(), store, 2)
				time.Sleep(5 * time.Second)
				backend.set(working)
				if c.later != 0 {
					backend.set(fake.Fails(c.later))
				}
				_ = get(t, store) // in the places of the others
				close(release)
				<-first
				<-second
				if state := snapshot(t, store).Gauge("state"); state != c.state {
					t.Errorf("state %v, want %v", state, c.state)
				}
			})
		})
	}
}

func TestAProbeSucceedsOnlyWithAnAnswer(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s aerostore.Store, backend *exchangeable)
	}{
		{"refused input", func(t *testing.T, s aerostore.Store, _ *exchangeable) {
			_, _ = s.Get(t.Context(), aerostore.Key{})
		}},
		{"the caller's cancellation", func(_ *testing.T, s aerostore.Store, _ *exchangeable) {
			_, _ = s.Get(canceled, key)
		}},
		{"a panic", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(func(context.Context, aerostore.Call) (aerostore.Result, error) { panic(marker) })
			if got := panicOf(func() { _ = get(t, s) }); got != marker {
				t.Errorf("the panic became %v", got)
			}
		}},
		{"a panic in the body of a loop", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(fake.Yields(1, nil))
			if got := panicOf(func() {
				for range s.Query(t.Context(), everyone) {
					panic(marker)
				}
			}); got != marker {
				t.Errorf("the panic became %v", got)
			}
		}},
		{"the end of a goroutine", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(fake.Yields(1, nil))
			done := make(chan struct{})
			go func() {
				defer close(done)
				for range s.Query(t.Context(), everyone) {
					runtime.Goexit()
				}
			}()
			<-done
		}},
		{"an answer to a write in doubt", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
				err := call.NewError(aerostore.CodeNotFound, nil)
				err.InDoubt = true
				return aerostore.Result{}, err
			})
			_ = s.Touch(t.Context(), key)
		}},
		{"a batch read of nothing", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(working)
			_, _ = s.BatchRead(t.Context(), nil, nil)
		}},
		{"a batch write of nothing", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(working)
			_, _ = s.BatchWrite(t.Context(), nil)
		}},
		{"a batch without a result for any key", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(fake.Fails(aerostore.CodeBatchFailed))
			_, _ = s.BatchRead(t.Context(), keys, nil)
		}},
		{"a batch whose keys ran out of too little time", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(eachKey(func(call aerostore.Call) error { return call.NewError(aerostore.CodeTimeout, nil) }))
			_, _ = s.BatchRead(t.Context(), keys, nil, aerostore.Timeout(5*time.Millisecond))
		}},
		{"a batch whose keys were canceled", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(eachKey(func(call aerostore.Call) error { return call.NewContextError(context.Canceled) }))
			_, _ = s.BatchRead(t.Context(), keys, nil)
		}},
		{"a batch whose keys another layer rejected", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(eachKey(func(call aerostore.Call) error {
				return call.NewError(aerostore.CodeOK, &middleware.RejectedError{Err: middleware.ErrRateLimited})
			}))
			_, _ = s.BatchRead(t.Context(), keys, nil)
		}},
		{"a query that ran out of time in the body of its loop", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(streams(0, 100))
			consume(t, s, time.Second, 300*time.Millisecond)
		}},
		{"a closed store", func(t *testing.T, s aerostore.Store, backend *exchangeable) {
			backend.set(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
				return aerostore.Result{}, call.NewError(aerostore.CodeOK, aerostore.ErrClosed)
			})
			_ = get(t, s)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, backend := opened(t, middleware.BreakerOptions{Probes: 1})
				backend.set(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
					return aerostore.Result{}, call.Check(ctx)
				})
				time.Sleep(5 * time.Second)
				for range 3 { // each releases its place
					c.run(t, store, backend)
					if state := snapshot(t, store).Gauge("state"); state != 1 {
						t.Fatalf("state %v, want 1: half open", state)
					}
				}
				backend.set(working)
				if err := get(t, store); err != nil {
					t.Errorf("the place of the probe is lost: %v", err)
				}
			})
		})
	}
}

// eachKey returns a handler that answers each key of a batch with an error.
func eachKey(fail func(aerostore.Call) error) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		results := make([]aerostore.BatchResult, call.Len())
		for i := range results {
			results[i] = aerostore.BatchResult{Key: call.KeyAt(i), Err: fail(call)}
		}
		return aerostore.Result{}.WithBatch(results), nil
	}
}

// streams returns a handler that yields n records, each after a pause, until the
// context ends.
func streams(each time.Duration, n int) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		for range n {
			select {
			case <-time.After(each):
			case <-ctx.Done():
			}
			if err := ctx.Err(); err != nil {
				return aerostore.Result{}, call.NewContextError(err)
			}
			if !call.Yield(&aerostore.Record{Key: key}) {
				break
			}
		}
		return aerostore.Result{}, nil
	}
}

// streamsUnevenly is streams with a pause for each record.
func streamsUnevenly(each func(i int) time.Duration) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		for i := 0; ; i++ {
			time.Sleep(each(i))
			if err := ctx.Err(); err != nil {
				return aerostore.Result{}, call.NewContextError(err)
			}
			if !call.Yield(&aerostore.Record{Key: key}) {
				return aerostore.Result{}, nil
			}
		}
	}
}

// consume ranges over a query with a slow loop body.
func consume(t *testing.T, s aerostore.Store, deadline, body time.Duration) (err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	for _, err = range s.Query(ctx, everyone) {
		time.Sleep(body)
	}
	return err
}

func TestTheBodyOfTheLoopIsNotTheClustersTime(t *testing.T) {
	const second = time.Second
	for _, c := range []struct {
		name     string
		each     time.Duration // of the store for a record
		body     time.Duration // of the loop for a record
		deadline time.Duration
		open     bool
	}{
		{"a slow caller of a quick store", 0, 300 * ms, second, false},
		{"a slow caller of a store of which each record takes a while", 50 * ms, 300 * ms, second, false},
		{"time is up while the slow caller waits for the store", 20 * ms, 140 * ms, 490 * ms, false},
		{"a caller that is slower than its deadline", 0, 2 * second, second, false},
		{"a quick caller of a slow store", 300 * ms, 10 * ms, second, true},
		{"a store that hangs", 2 * second, 0, second, true},
		{"the store had less than MinTimeout", 8 * ms, 7 * ms, 16 * ms, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := aerostore.Chain(streams(c.each, 100), middleware.CircuitBreaker(middleware.BreakerOptions{Window: time.Minute}))
				for range 20 {
					if err := consume(t, store, c.deadline, c.body); !errors.Is(err, context.DeadlineExceeded) {
						t.Fatal(err)
					}
				}
				stats := snapshot(t, store)
				if got := stats.Gauge("state") == 2; got != c.open {
					t.Errorf("the circuit is open: %v, want %v", got, c.open)
				}
				if calls := stats.Gauge("calls"); !c.open && calls != 0 {
					t.Errorf("%v queries count, want none", calls)
				}
			})
		})
	}
}

// Of quick records the body is not measured each time.
func TestTheBodyOfALoopOverQuickRecordsIsNotTheClustersTime(t *testing.T) {
	always := func(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }
	once := func(d time.Duration, at int) func(int) time.Duration {
		return func(i int) time.Duration {
			if i == at {
				return d
			}
			return 0
		}
	}
	atTimes := func(d time.Duration, of, at int) func(int) time.Duration {
		return func(i int) time.Duration { return once(d, at)(i % of) }
	}
	for _, c := range []struct {
		name       string
		each, body func(i int) time.Duration // of the store and of the loop for the i-th record
		open       bool
	}{
		{"the caller is slow at the first record", always(0), once(time.Second, 0), false},
		{"the store is slow at the first record", once(time.Second, 0), always(0), true},
		{"the caller is slow at one record", always(0), once(time.Second, 5000), false},
		{"the store is slow at one record", once(time.Second, 5000), always(0), true},
		{"the caller is slow at a few records", always(0), atTimes(70*ms, 100, 99), false},
		{"the store is slow at a few records", atTimes(70*ms, 100, 99), always(0), true},
		{"the caller is slower than the store at a few records", atTimes(30*ms, 100, 70), atTimes(70*ms, 100, 20), false},
		{"the store is slower than the caller at a few records", atTimes(70*ms, 100, 70), atTimes(30*ms, 100, 20), true},
		{"the caller is slower than the store at each record", always(ms / 1000), always(5 * ms / 1000), false},
		{"the store is slower than the caller at each record", always(5 * ms / 1000), always(ms / 1000), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := aerostore.Chain(streamsUnevenly(c.each), middleware.CircuitBreaker(middleware.BreakerOptions{MinCalls: 3}))
				for range 3 {
					ctx, cancel := context.WithTimeout(t.Context(), 200*ms)
					i := 0
					for _, err := range store.Query(ctx, everyone) {
						if err == nil {
							time.Sleep(c.body(i))
							i++
						} else if !errors.Is(err, context.DeadlineExceeded) {
							t.Fatal(err)
						}
					}
					cancel()
				}
				stats := snapshot(t, store)
				if got := stats.Gauge("state") == 2; got != c.open {
					t.Errorf("the circuit is open: %v, want %v", got, c.open)
				}
				if calls := stats.Gauge("calls"); !c.open && calls != 0 {
					t.Errorf("%v queries count, want none", calls)
				}
			})
		})
	}
}

func TestABreakerDoesNotChangeAQuery(t *testing.T) {
	query := everyone
	query.Bins = []string{"name"}
	var got aerostore.Call
	store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		got = call
		for range 3 {
			call.Yield(&aerostore.Record{})
		}
		return aerostore.Result{}, nil
	}), middleware.CircuitBreaker(middleware.BreakerOptions{}))
	rows := 0
	for _, err := range store.Query(t.Context(), query) {
		if err != nil {
			t.Fatal(err)
		}
		rows++
	}
	if rows != 3 || got.Rows() != 3 || !slices.Equal(got.Query().Bins, query.Bins) || got.Query().Set != query.Set {
		t.Errorf("%d rows, the handler counts %d of %+v", rows, got.Rows(), got.Query())
	}
}

func TestOnlyAnswersCloseACircuit(t *testing.T) {
	missing := func(call aerostore.Call) error { return call.NewError(aerostore.CodeNotFound, nil) }
	for name, c := range map[string]struct {
		backend aerostore.Handler
		run     func(t *testing.T, s aerostore.Store) error
		closes  bool
	}{
		"a record": {working, get, true},
		"no record, after the client's own attempts": {func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, call.NewError(aerostore.CodeMaxRetries, missing(call))
		}, get, true},
		"a lost race": {fake.Fails(aerostore.CodeGeneration), get, true},
		"a batch of misses": {eachKey(missing), func(t *testing.T, s aerostore.Store) error {
			return errorOf(s.BatchRead(t.Context(), keys, nil))
		}, true},
		"a query without records": {working, func(t *testing.T, s aerostore.Store) error {
			return consume(t, s, time.Second, 0)
		}, true},
		"a query of a slow caller": {streams(0, 3), func(t *testing.T, s aerostore.Store) error {
			return consume(t, s, time.Hour, time.Second)
		}, true},
		"a query that the caller left early": {streams(0, 3), func(t *testing.T, s aerostore.Store) error {
			for range s.Query(t.Context(), everyone) {
				break
			}
			return nil
		}, true},
		"a custom call without an error": {func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, call.Run(ctx)
		}, func(t *testing.T, s aerostore.Store) error {
			return aerostore.Do(t.Context(), s, aerostore.Custom{Name: "EXECUTE"}, func(context.Context) error { return nil })
		}, true},
		"a timeout that is not a failure": {broken, get, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opening := true
				store, backend := opened(t, middleware.BreakerOptions{Probes: 1, IsFailure: func(context.Context, aerostore.Call, error) bool { return opening }})
				opening = false
				time.Sleep(5 * time.Second)
				backend.set(c.backend)
				_ = c.run(t, store)
				if got := snapshot(t, store).Gauge("state") == 0; got != c.closes {
					t.Errorf("the circuit closed: %v, want %v", got, c.closes)
				}
			})
		})
	}
}

func TestATimeoutCountsIfTheOperationHadEnoughTime(t *testing.T) {
	slow := func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if call.Options.Timeout > 0 {
			time.Sleep(call.Options.Timeout)
			return aerostore.Result{}, call.NewError(aerostore.CodeTimeout, nil)
		}
		<-ctx.Done()
		return aerostore.Result{}, call.NewContextError(ctx.Err())
	}
	for _, c := range []struct {
		name      string
		given     time.Duration
		byContext bool
		counts    bool
	}{
		{"a deadline of 50ms", 50 * time.Millisecond, true, true},
		{"a deadline of 49ms", 49 * time.Millisecond, true, false},
		{"a timeout of 50ms", 50 * time.Millisecond, false, true},
		{"a timeout of 49ms", 49 * time.Millisecond, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := aerostore.Chain(aerostore.Handler(slow),
					middleware.CircuitBreaker(middleware.BreakerOptions{MinTimeout: 50 * time.Millisecond}))
				for range 20 {
					ctx, opts := t.Context(), []aerostore.ReadOption{aerostore.Timeout(c.given)}
					if c.byContext {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(ctx, c.given)
						defer cancel()
						opts = nil
					}
					if _, err := store.Get(ctx, key, opts...); !errors.Is(err, aerostore.ErrTimeout) {
						t.Fatal(err)
					}
				}
				if got := snapshot(t, store).Gauge("state") == 2; got != c.counts {
					t.Errorf("the circuit opened: %v, want %v", got, c.counts)
				}
			})
		})
	}
}

func TestABatchFailsIfTheFailureRateOfItsKeysFails(t *testing.T) {
	bad := aerostore.BatchResult{Key: key, Err: put.NewError(aerostore.CodeTimeout, nil)}
	missing := aerostore.BatchResult{Key: key, Err: put.NewError(aerostore.CodeNotFound, nil)}
	for _, c := range []struct {
		name    string
		results []aerostore.BatchResult
		err     error
		open    bool
	}{
		{"one of three", []aerostore.BatchResult{bad, missing, missing}, nil, false},
		{"two of three", []aerostore.BatchResult{bad, bad, missing}, nil, true},
		{"misses", []aerostore.BatchResult{missing, missing, missing}, nil, false},
		{"one of three, as the client says", []aerostore.BatchResult{bad, missing, missing}, put.NewError(aerostore.CodeBatchFailed, nil), false},
		{"two of three, as the client says", []aerostore.BatchResult{bad, bad, missing}, put.NewError(aerostore.CodeBatchFailed, nil), true},
		{"as a whole", nil, put.NewError(aerostore.CodeNetwork, nil), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := aerostore.Chain(fake.Answers(aerostore.Result{}.WithBatch(c.results), c.err), middleware.CircuitBreaker(middleware.BreakerOptions{}))
				for range 20 {
					if _, err := store.BatchRead(t.Context(), keys, nil); err != c.err {
						t.Fatal(err)
					}
				}
				if got := snapshot(t, store).Gauge("state") == 2; got != c.open {
					t.Errorf("the circuit is open: %v, want %v", got, c.open)
				}
			})
		})
	}
}

func TestAQueryIsCountedAtTheEndOfTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		aborted := aerostore.Call{Op: aerostore.OpQuery}.NewError(aerostore.CodeQueryTimeout, nil)
		store := aerostore.Chain(fake.Yields(3, aborted), middleware.CircuitBreaker(middleware.BreakerOptions{MinCalls: 1}))
		for range store.Query(t.Context(), everyone) {
			break
		}
		if state := snapshot(t, store).Gauge("state"); state != 0 {
			t.Errorf("state %v after breaking off", state)
		}
		for _, err := range store.Query(t.Context(), everyone) {
			if state := snapshot(t, store).Gauge("state"); err == nil && state != 0 {
				t.Errorf("state %v within the query", state)
			}
		}
		if state := snapshot(t, store).Gauge("state"); state != 2 {
			t.Errorf("state %v after one query of two failed", state)
		}
	})
}

func TestByNamespaceHasACircuitForEachNamespace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			if namespace, _ := call.Target(); namespace == "bar" {
				return aerostore.Result{}, call.NewError(aerostore.CodePartitionUnavailable, nil)
			}
			return fake.Success(call), nil
		}
		store := aerostore.Chain(aerostore.Handler(backend),
			middleware.CircuitBreaker(middleware.BreakerOptions{Scope: middleware.ByNamespace}))
		other := aerostore.NewKey("bar", "users", 1)
		for range 20 {
			_, _ = store.Get(t.Context(), other)
		}
		_, err := store.Get(t.Context(), other)
		if !errors.Is(err, middleware.ErrCircuitOpen) || !strings.Contains(err.Error(), "open for bar: ") {
			t.Errorf("in the namespace that is broken: %v", err)
		}
		if err := get(t, store); err != nil {
			t.Errorf("in the other: %v", err)
		}
		if _, err := store.BatchRead(t.Context(), []aerostore.Key{key, other}, nil); err != nil {
			t.Errorf("over both: %v", err)
		}
		states := map[string]float64{}
		for _, l := range snapshot(t, store).Gauges {
			if l.Name == "state" {
				states[l.Scope] = l.Value
			}
		}
		if len(states) != 3 || states["bar"] != 2 || states["test"] != 0 || states[""] != 0 {
			t.Errorf("states %v", states)
		}
	})
}

func TestManyScopesShareACircuit(t *testing.T) {
	store := aerostore.Chain(working, middleware.CircuitBreaker(middleware.BreakerOptions{Scope: middleware.ByNamespace}))
	for i := range 1000 {
		_, _ = store.Exists(t.Context(), aerostore.NewKey(fmt.Sprint("made up ", i), "", 1))
	}
	scopes := map[string]bool{}
	for _, l := range snapshot(t, store).Gauges {
		scopes[l.Scope] = true
	}
	if len(scopes) != 101 || !scopes["other"] {
		t.Errorf("%d scopes", len(scopes))
	}
}

func TestIsFailureDecidesWhatOpensTheCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := func(_ context.Context, call aerostore.Call, err error) bool {
			return call.Op == aerostore.OpGet && errors.Is(err, aerostore.CodeKeyBusy)
		}
		backend := &exchangeable{h: broken}
		store := aerostore.Chain(aerostore.Handler(backend.handle),
			middleware.CircuitBreaker(middleware.BreakerOptions{IsFailure: busy}))
		for range 20 {
			_ = get(t, store)
		}
		backend.set(fake.Fails(aerostore.CodeKeyBusy))
		for range 20 {
			_ = get(t, store)
		}
		if err := get(t, store); !errors.Is(err, middleware.ErrCircuitOpen) {
			t.Errorf("after as many failures as answers: %v", err)
		}
	})
}

// A modelCircuit is a simple model of a breaker with the options of the test.
type modelCircuit struct {
	state     int
	until     time.Duration // of an open circuit
	given     time.Duration // when probes lose their places
	probing   int
	succeeded int
	changes   int
	since     int              // the change that made it half open
	recovered int              // the newest change after which a probe succeeded
	parts     map[int64][2]int // calls and failures
}

const (
	modelPart  = time.Second
	modelOpen  = 3 * time.Second
	modelMin   = 4
	modelProbe = 2
)

func (m *modelCircuit) become(state int) {
	m.state, m.probing, m.succeeded = state, 0, 0
	m.changes++
	m.since, m.recovered = m.changes, 0
}

func (m *modelCircuit) admit(at time.Duration) bool {
	if m.state == 2 && at >= m.until {
		m.become(1)
		m.given = at + modelOpen
	}
	switch m.state {
	case 0:
		return true
	case 2:
		return false
	}
	if m.probing == modelProbe {
		if at < m.given {
			return false
		}
		m.probing = 0
		m.changes++
		m.given = at + modelOpen
	}
	m.probing++
	return true
}

func (m *modelCircuit) count(at time.Duration, calls, failures int) {
	part := m.parts[int64(at/modelPart)]
	m.parts[int64(at/modelPart)] = [2]int{part[0] + calls, part[1] + failures}
}

func (m *modelCircuit) settle(at time.Duration, admitted int, outcome string) {
	switch {
	case m.state == 1 && admitted >= m.since:
		if admitted == m.changes {
			m.probing--
		}
		switch outcome {
		case "success":
			m.recovered = max(m.recovered, admitted)
			if m.succeeded++; m.succeeded == modelProbe {
				m.become(0)
				m.parts = map[int64][2]int{}
			}
		case "failure":
			if admitted >= m.recovered {
				m.become(2)
				m.until = at + modelOpen
			}
		}
	case admitted != m.changes:
	case outcome == "success":
		m.count(at, 1, 0)
	case outcome == "failure":
		m.count(at, 1, 1)
		calls, failures := 0, 0
		for tick, part := range m.parts {
			if tick > int64(at/modelPart)-10 {
				calls, failures = calls+part[0], failures+part[1]
			}
		}
		if calls >= modelMin && 2*failures >= calls {
			m.become(2)
			m.until = at + modelOpen
		}
	}
}

func TestACircuitAgreesWithAModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(undated{t}, func(r *rapid.T) {
			start := time.Now()
			type running struct {
				outcome  chan string
				ended    chan error
				admitted int
			}
			var backend aerostore.Handler = func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				switch <-ctx.Value(outcomeKey{}).(chan string) {
				case "success":
					return fake.Success(call), nil
				case "failure":
					return aerostore.Result{}, call.NewError(aerostore.CodeTimeout, nil)
				default:
					return aerostore.Result{}, call.NewContextError(context.Canceled)
				}
			}
			store := aerostore.Chain(backend, middleware.CircuitBreaker(middleware.BreakerOptions{
				Window:   10 * modelPart,
				OpenFor:  modelOpen,
				MinCalls: modelMin,
				Probes:   modelProbe,
			}))
			model := modelCircuit{parts: map[int64][2]int{}}
			var all []running
			defer func() {
				for _, op := range all {
					op.outcome <- "neither"
					<-op.ended
				}
			}()
			finish := func(i int, outcome string) {
				op := all[i]
				all = slices.Delete(all, i, i+1)
				op.outcome <- outcome
				if err := <-op.ended; errors.Is(err, middleware.ErrCircuitOpen) {
					r.Fatalf("it passed, and then: %v", err)
				}
				model.settle(time.Since(start), op.admitted, outcome)
			}
			r.Repeat(map[string]func(*rapid.T){
				"begin": func(r *rapid.T) {
					op := running{outcome: make(chan string), ended: make(chan error, 1)}
					ctx := context.WithValue(t.Context(), outcomeKey{}, op.outcome)
					go func() {
						_, err := store.Get(ctx, key)
						op.ended <- err
					}()
					synctest.Wait()
					admitted := model.admit(time.Since(start))
					op.admitted = model.changes
					select {
					case err := <-op.ended:
						if admitted || !errors.Is(err, middleware.ErrCircuitOpen) {
							r.Fatalf("it passed the model, the circuit returned %v", err)
						}
					default:
						if !admitted {
							r.Fatalf("it passed the circuit, not the model: %+v", model)
						}
						all = append(all, op)
					}
				},
				"end": func(r *rapid.T) {
					if len(all) > 0 {
						i := rapid.IntRange(0, len(all)-1).Draw(r, "which")
						finish(i, rapid.SampledFrom([]string{"success", "failure", "failure", "neither"}).Draw(r, "outcome"))
					}
				},
				"wait": func(r *rapid.T) {
					time.Sleep(time.Duration(rapid.IntRange(1, 4000).Draw(r, "ms")) * time.Millisecond)
				},
				"": func(r *rapid.T) {
					if state := snapshot(t, store).Gauge("state"); int(state) != model.state {
						r.Fatalf("state %v, want %v", state, model.state)
					}
				},
			})
		})
	})
}

type outcomeKey struct{}

// undated is a test without a deadline, which has no meaning in a bubble.
type undated struct{ *testing.T }

func (undated) Deadline() (deadline time.Time, ok bool) { return deadline, false }

func TestCircuitBreakerPanicsWithInvalidOptions(t *testing.T) {
	for want, opt := range map[string]middleware.BreakerOptions{
		"a failure rate of 0":            {FailureRate: middleware.None},
		"a failure rate of 1.5":          {FailureRate: 1.5},
		"a failure rate of NaN":          {FailureRate: math.NaN()},
		"a minimum of 0 calls":           {MinCalls: middleware.None},
		"a window of 9ns":                {Window: 9},
		"that is open for 0s":            {OpenFor: middleware.None},
		"with 0 probes":                  {Probes: middleware.None},
		"with a minimum timeout of -2ns": {MinTimeout: -2},
	} {
		got, _ := panicOf(func() { middleware.CircuitBreaker(opt) }).(string)
		if !strings.HasPrefix(got, "middleware: CircuitBreaker ") || !strings.Contains(got, want+": must be ") {
			t.Errorf("panic %q, want one about %q", got, want)
		}
	}
}
