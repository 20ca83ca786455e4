package middleware

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"github.com/aerostore/aerostore"
)

// A Candidate is a limit that adapts itself by other means than
// ConcurrencyRange. It measures operations of every kind in rounds of a tenth of
// a second and ten operations, never takes the limit away to measure, and
// halves it where more than one in ten failed.
type Candidate struct {
	Name  string
	Start float64
	Most  float64

	slots slots
	mu    sync.Mutex
	limit float64
	start time.Time
	began time.Duration

	n, failed int
	took      time.Duration
	busiest   int64

	long  float64
	least [12]float64 // by ten seconds
}

func (c *Candidate) Middleware() aerostore.Middleware {
	return aerostore.WithPolicy(func() *Candidate {
		own := &Candidate{Name: c.Name, limit: c.Start, Start: c.Start, Most: c.Most, start: time.Now()}
		own.slots.limit.Store(int64(c.Start))
		for i := range own.least {
			own.least[i] = math.Inf(1)
		}
		return own
	})
}

func (c *Candidate) PolicyStats() aerostore.PolicyStats {
	return aerostore.PolicyStats{Levels: []aerostore.PolicyLevel{{Name: "limit", Value: float64(c.slots.limit.Load())}}}
}

func (c *Candidate) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if !c.slots.try() {
			if !c.wait(ctx) {
				return aerostore.Result{}, call.Fail(aerostore.CodeOK, &RejectedError{Policy: ErrConcurrencyLimited})
			}
		}
		defer c.slots.free()
		start, held := time.Since(c.start), c.slots.held.Load()
		result, err := next(ctx, call)
		c.measure(start, held, errors.Is(err, context.DeadlineExceeded) || BlamesCluster(err))
		return result, err
	}
}

func (c *Candidate) wait(ctx context.Context) bool {
	place, ok := c.slots.queueUp(int(c.Start))
	if place == nil {
		return ok
	}
	select {
	case <-place.granted:
		return true
	case <-time.After(100 * time.Millisecond):
	case <-ctx.Done():
	}
	c.slots.leave(place)
	return false
}

func (c *Candidate) measure(start time.Duration, held int64, failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Since(c.start)
	c.n++
	c.took += now - start
	c.busiest = max(c.busiest, held)
	if failed {
		c.failed++
	}
	if c.n < 10 || now-c.began < 100*time.Millisecond {
		return
	}
	c.think(int(now/(10*time.Second)), float64(c.took)/float64(c.n))
	c.limit = min(max(c.limit, 1), c.Most)
	c.began, c.n, c.failed, c.took, c.busiest = now, 0, 0, 0, 0
	c.slots.resize(int(c.limit))
}

func (c *Candidate) think(slot int, mean float64) {
	used := 2*c.busiest >= int64(c.limit)
	if 10*c.failed > c.n {
		c.limit /= 2
		return
	}
	switch c.Name {
	case "by failures":
		if used {
			c.limit++
		}
	case "by the long average": // of 600 rounds, with a tolerance of a half
		if c.long == 0 {
			c.long = mean
		}
		if c.long += (mean - c.long) * 2 / 601; c.long > 2*mean {
			c.long *= 0.95
		}
		if used {
			gradient := max(0.5, min(1, 1.5*c.long/mean))
			c.limit = 0.8*c.limit + 0.2*(c.limit*gradient+4)
		}
	case "by the least average": // of two minutes
		i := slot % len(c.least)
		c.least[(i+1)%len(c.least)] = math.Inf(1)
		c.least[i] = min(c.least[i], mean)
		least := math.Inf(1)
		for _, m := range c.least {
			least = min(least, m)
		}
		switch {
		case used && mean > 2*least:
			c.limit *= 0.9
		case used:
			c.limit++
		}
	}
}
