package middleware

import (
	"fmt"
	"math"
	"time"

	"github.com/aerostore/aerostore"
)

// A RateOption changes what [RateLimit] does: [RateBurst], [RateWait], a
// [RateWeight] or a [Hook]. Of two of a kind the last one counts; nil is none.
type RateOption interface {
	applyRate(*rateConfig)
}

// RateBurst is how much may come at once after a quiet while: as much as in one
// second by default, and at least 1.
type RateBurst int

// RateWait is how long an operation may wait for its turn: not at all by
// default. One that would have to wait longer, or past the deadline of its
// context, is turned away at once.
type RateWait time.Duration

// A RateWeight says how much an operation counts: 1 by default. What weighs
// nothing or less passes, and nothing weighs more than the burst, since it would
// never have its turn. Nil keeps the default. [PerKey] is one.
type RateWeight func(call aerostore.Call) int

// PerKey is a [RateWeight] by which a batch counts for as many operations as it
// has keys.
func PerKey(call aerostore.Call) int { return max(call.Len(), 1) }

func (o RateBurst) applyRate(c *rateConfig)  { c.burst = int(o) }
func (o RateWait) applyRate(c *rateConfig)   { c.wait = time.Duration(o) }
func (o RateWeight) applyRate(c *rateConfig) { c.weight = o }
func (h Hook) applyRate(c *rateConfig)       { c.hook = h }

type rateConfig struct {
	perSecond float64
	burst     int
	wait      time.Duration
	weight    RateWeight // nil: everything weighs 1
	hook      Hook
}

func newRateConfig(perSecond float64, opts []RateOption) rateConfig {
	c := rateConfig{perSecond: perSecond, burst: int(min(max(perSecond, 1), math.MaxInt32))}
	for _, opt := range opts {
		if opt != nil {
			opt.applyRate(&c)
		}
	}
	switch {
	case !(c.perSecond > 0) || math.IsInf(c.perSecond, 0): // NaN included
		panic(fmt.Sprintf("middleware: RateLimit of %v a second", c.perSecond))
	case c.burst < 1:
		panic(fmt.Sprintf("middleware: RateLimit with a burst of %d", c.burst))
	case c.wait < 0:
		panic(fmt.Sprintf("middleware: RateLimit with a wait of %v", c.wait))
	}
	return c
}
