package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

// A cluster runs as many operations at once as it has workers. Others wait in
// order, and run even if their callers have left.
type cluster struct {
	mu      sync.Mutex
	rand    *rand.Rand
	takes   time.Duration // an operation on one record, on average
	jobs    chan job
	workers sync.WaitGroup
}

type job struct {
	records int
	done    chan struct{}
}

func startCluster(workers int, takes time.Duration) *cluster {
	c := &cluster{rand: rand.New(rand.NewPCG(1, 2)), takes: takes, jobs: make(chan job, 1_000_000)}
	for range workers {
		c.workers.Go(func() {
			for j := range c.jobs {
				time.Sleep(time.Duration(j.records) * c.draw())
				close(j.done)
			}
		})
	}
	return c
}

// stop waits until all operations have run.
func (c *cluster) stop() {
	close(c.jobs)
	c.workers.Wait()
}

func (c *cluster) set(takes time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.takes = takes
}

// draw returns the duration of an operation: the average, 40 % more or less at
// most.
func (c *cluster) draw() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Duration((0.6 + 0.8*c.rand.Float64()) * float64(c.takes))
}

// pause returns a random time until the next operation of a caller.
func (c *cluster) pause(mean time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Duration(c.rand.ExpFloat64() * float64(mean))
}

func (c *cluster) handle(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
	j := job{max(call.Len(), 1), make(chan struct{})}
	c.jobs <- j
	select {
	case <-j.done:
		return fake.Success(call), nil
	case <-ctx.Done():
		return aerostore.Result{}, call.NewContextError(ctx.Err())
	}
}

// A phase has the outcomes of a period.
type phase struct {
	mu               sync.Mutex
	rejected, failed int
	took             []time.Duration // of those that succeeded
}

func (p *phase) add(took time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil:
		p.took = append(p.took, took)
	case errors.Is(err, middleware.ErrConcurrencyLimited), errors.Is(err, middleware.ErrCircuitOpen):
		p.rejected++
	default:
		p.failed++
	}
}

// quantile returns a quantile of the durations of successes.
func (p *phase) quantile(q float64) time.Duration {
	if len(p.took) == 0 {
		return 0
	}
	slices.Sort(p.took)
	return p.took[int(q*float64(len(p.took)-1))]
}

func (p *phase) String() string {
	return fmt.Sprintf("%d succeeded, half of them within %v and 99 %% within %v; %d were rejected, %d failed",
		len(p.took), p.quantile(0.5).Round(ms), p.quantile(0.99).Round(ms), p.rejected, p.failed)
}

// A crisis is a cluster of 20 workers. An operation takes 10 ms, and longer for a
// time. Before and after that time clients use 60 % of the cluster. Each client has
// its own layers and a deadline of one second.
type crisis struct {
	clients int
	slower  int // times
	lasts   time.Duration
}

// run returns the outcomes before, during and after it, for equal times.
func (c crisis) run(t *testing.T, layers ...aerostore.Middleware) (phases [3]*phase) {
	const workers, takes, load = 20, 10 * ms, 0.6
	synctest.Test(t, func(t *testing.T) {
		cluster := startCluster(workers, takes)
		defer cluster.stop()
		var mu sync.Mutex
		var now *phase
		var callers sync.WaitGroup
		defer callers.Wait()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		call := func(store aerostore.Store) {
			mu.Lock()
			seenIn := now
			mu.Unlock()
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			start := time.Now()
			_, err := store.Get(ctx, key)
			seenIn.add(time.Since(start), err)
		}
		for range c.clients {
			store := aerostore.Chain(aerostore.Handler(cluster.handle), layers...)
			callers.Go(func() {
				for ctx.Err() == nil {
					time.Sleep(cluster.pause(time.Duration(float64(c.clients) * float64(takes) / workers / load)))
					callers.Go(func() { call(store) })
				}
			})
		}
		for i, slower := range []int{1, c.slower, 1} {
			cluster.set(time.Duration(slower) * takes)
			mu.Lock()
			phases[i] = &phase{}
			now = phases[i]
			mu.Unlock()
			time.Sleep(c.lasts)
		}
	})
	return phases
}

// The cluster can do 500 operations per second: 20 workers at 40 ms. With 10 clients
// a limit of 16 lets operations take 320 ms, so all that pass are answered in time.
// Without a limit they wait for operations whose callers have left.
func TestAConcurrencyLimitKeepsASlowClusterUseful(t *testing.T) {
	c := crisis{clients: 10, slower: 4, lasts: 10 * time.Second}
	without := c.run(t)
	limited := c.run(t, middleware.ConcurrencyLimit(16, middleware.ConcurrencyOptions{}))
	for i, name := range []string{"before", "during", "after"} {
		t.Logf("%s: without a limit: %v", name, without[i])
		t.Logf("%s: with a limit:    %v", name, limited[i])
	}
	if n := len(without[1].took); n > 1000 {
		t.Errorf("without a limit %d succeed in a crisis: it is none", n)
	}
	if n := len(limited[1].took); n < 4900 || limited[1].failed > 0 {
		t.Errorf("of the 5,000 that the cluster can do %v", limited[1])
	}
	if limited[0].rejected > 0 || limited[0].failed > 0 {
		t.Errorf("before: %v", limited[0])
	}
	if limited[2].failed > 0 || limited[2].quantile(0.5) > 20*ms {
		t.Errorf("afterwards: %v", limited[2])
	}
}
