package middleware_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

// A comparison takes minutes: AEROSTORE_COMPARE=1 go test -v -run Comparison
type contestant struct {
	name   string
	layers []aerostore.Middleware
}

func contestants(limit int) (all []contestant) {
	for l := limit; l > limit/8 && l > 1; l /= 2 {
		all = append(all, contestant{fmt.Sprintf("fixed %d", l), []aerostore.Middleware{middleware.ConcurrencyLimit(l)}})
	}
	all = append(all,
		contestant{fmt.Sprintf("breaker, fixed %d", limit), []aerostore.Middleware{middleware.CircuitBreaker(), middleware.ConcurrencyLimit(limit)}},
		contestant{fmt.Sprintf("adaptive %d", limit), []aerostore.Middleware{middleware.ConcurrencyLimit(limit, middleware.ConcurrencyRange{Min: 1, Max: 2 * limit})}},
	)
	for _, name := range []string{"by failures", "by the long average", "by the least average"} {
		c := &middleware.Candidate{Name: name, Start: float64(limit), Most: float64(2 * limit)}
		all = append(all, contestant{fmt.Sprintf("adaptive %s %d", name, limit), []aerostore.Middleware{c.Middleware()}})
	}
	return all
}

func TestComparisonInACrisis(t *testing.T) {
	if os.Getenv("AEROSTORE_COMPARE") == "" {
		t.Skip("takes minutes: AEROSTORE_COMPARE=1")
	}
	for _, c := range []struct {
		crisis
		limit int
	}{
		{crisis{clients: 10, slower: 4, lasts: 30 * time.Second}, 64},
		{crisis{clients: 10, slower: 10, lasts: 30 * time.Second}, 64},
		{crisis{clients: 40, slower: 4, lasts: 30 * time.Second}, 10},
		{crisis{clients: 40, slower: 10, lasts: 30 * time.Second}, 10},
	} {
		for _, contestant := range append(contestants(c.limit), contestant{"none", nil}) {
			for i, p := range c.run(t, contestant.layers...) {
				t.Logf("%d clients, %d times slower, %-34s %d: %v", c.clients, c.slower, contestant.name, i, p)
			}
		}
	}
}

// Nothing waits for anything in these clusters.
func TestComparisonOnHealthyClusters(t *testing.T) {
	if os.Getenv("AEROSTORE_COMPARE") == "" {
		t.Skip("takes minutes: AEROSTORE_COMPARE=1")
	}
	for _, c := range []struct {
		name     string
		callers  int
		at, then time.Duration // how long an operation takes, a minute each
		limit    int
	}{
		{"50 ms", 25, 50 * ms, 50 * ms, 64},
		{"1 ms, then 30 ms", 40, ms, 30 * ms, 64},
	} {
		for _, contestant := range contestants(c.limit) {
			phases := [2]*phase{{}, {}}
			synctest.Test(t, func(t *testing.T) {
				cluster := startCluster(1000, c.at)
				defer cluster.stop()
				store := aerostore.Chain(aerostore.Handler(cluster.handle), contestant.layers...)
				start := time.Now()
				var all sync.WaitGroup
				for range c.callers {
					all.Go(func() {
						for {
							began := time.Now()
							at := began.Sub(start)
							if at >= 2*time.Minute {
								return
							}
							err := get(t, store)
							phases[at/time.Minute].add(time.Since(began), err)
							time.Sleep(ms)
						}
					})
				}
				time.Sleep(time.Minute)
				cluster.set(c.then)
				all.Wait()
			})
			for i, p := range phases {
				t.Logf("%s, %d callers, %-34s %d: %v", c.name, c.callers, contestant.name, i, p)
			}
		}
	}
}

// One node of three hangs, the others work as ever: 10 clients with 120
// operations a second each.
func TestComparisonWhereANodeHangs(t *testing.T) {
	if os.Getenv("AEROSTORE_COMPARE") == "" {
		t.Skip("takes minutes: AEROSTORE_COMPARE=1")
	}
	for _, contestant := range append(contestants(64), contestant{"none", nil}) {
		var seen phase
		synctest.Test(t, func(t *testing.T) {
			cluster := startCluster(20, 10*ms)
			defer cluster.stop()
			var all sync.WaitGroup
			for range 10 {
				store := aerostore.Chain(aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
					if rand.IntN(3) > 0 {
						return cluster.handle(ctx, call)
					}
					<-ctx.Done()
					return aerostore.Result{}, call.FailContext(ctx.Err())
				}), contestant.layers...)
				all.Go(func() {
					for range 120 * 30 {
						time.Sleep(cluster.pause(time.Second / 120))
						all.Go(func() {
							ctx, cancel := context.WithTimeout(t.Context(), time.Second)
							defer cancel()
							start := time.Now()
							_, err := store.Get(ctx, key)
							seen.add(time.Since(start), err)
						})
					}
				})
			}
			all.Wait()
		})
		t.Logf("a node of three hangs, %-34s %v", contestant.name, &seen)
	}
}

func TestComparisonWhereOnlyBatchesAreLeft(t *testing.T) {
	if os.Getenv("AEROSTORE_COMPARE") == "" {
		t.Skip("takes minutes: AEROSTORE_COMPARE=1")
	}
	for _, contestant := range contestants(60) {
		synctest.Test(t, func(t *testing.T) {
			cluster := startCluster(1000, ms)
			defer cluster.stop()
			store := aerostore.Chain(aerostore.Handler(cluster.handle), contestant.layers...)
			level := func() float64 {
				policies := aerostore.Policies(store)
				return policies[len(policies)-1].PolicyStats().Level("limit")
			}
			start := time.Now()
			var all sync.WaitGroup
			for range 10 {
				all.Go(func() {
					for time.Since(start) < time.Minute && level() > 6 {
						_ = get(t, store)
					}
				})
			}
			all.Wait()
			before := level()
			for range 60 * 60 {
				_, _ = store.BatchRead(t.Context(), keys, nil)
				time.Sleep(time.Second)
			}
			t.Logf("%-34s a limit of %v after single operations was %v after an hour of batches", contestant.name, before, level())
		})
	}
}
