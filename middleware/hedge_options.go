package middleware

import (
	"fmt"
	"time"
)

// A HedgeOption changes what [Hedge] does: [HedgeQuantile], [HedgeDelay],
// [HedgeBudget], [HedgeLosers] or a [Hook]. Of two of a kind the last one counts;
// nil is none.
type HedgeOption interface {
	applyHedge(*hedgeConfig)
}

// HedgeQuantile hedges operations that take longer than this part of them, over
// 0 and under 1, has taken of late: 0.95 by default. Of late is about the last
// 20/(1-q) operations, 400 of them for 0.95. 0 always waits for [HedgeDelay].
type HedgeQuantile float64

// HedgeDelay is how long an operation must have taken to be hedged, at least:
// one millisecond by default.
type HedgeDelay time.Duration

// HedgeBudget bounds the load that hedging adds: the part of operations that may
// be hedged, over 0 and up to 1, with ten that can be saved up. It is 0.1 by
// default.
type HedgeBudget float64

// HedgeLosers is how many attempts may still run after their callers had an
// answer or left: 100 by default. While there are so many, operations are passed
// on as they are.
type HedgeLosers int

func (o HedgeQuantile) applyHedge(c *hedgeConfig) { c.quantile = float64(o) }
func (o HedgeDelay) applyHedge(c *hedgeConfig)    { c.delay = time.Duration(o) }
func (o HedgeBudget) applyHedge(c *hedgeConfig)   { c.budget = float64(o) }
func (o HedgeLosers) applyHedge(c *hedgeConfig)   { c.losers = int64(o) }
func (h Hook) applyHedge(c *hedgeConfig)          { c.hook = h }

type hedgeConfig struct {
	quantile float64 // 0: delay is fixed
	delay    time.Duration
	budget   float64
	losers   int64
	hook     Hook
}

func newHedgeConfig(opts []HedgeOption) hedgeConfig {
	c := hedgeConfig{quantile: 0.95, delay: time.Millisecond, budget: 0.1, losers: 100}
	for _, opt := range opts {
		if opt != nil {
			opt.applyHedge(&c)
		}
	}
	switch {
	case !(c.quantile >= 0 && c.quantile < 1): // NaN included
		panic(fmt.Sprintf("middleware: Hedge with a quantile of %v", c.quantile))
	case c.delay <= 0:
		panic(fmt.Sprintf("middleware: Hedge after %v", c.delay))
	case !(c.budget > 0 && c.budget <= 1):
		panic(fmt.Sprintf("middleware: Hedge with a budget of %v", c.budget))
	case c.losers < 1:
		panic(fmt.Sprintf("middleware: Hedge with %d losers", c.losers))
	}
	return c
}
