package middleware

import (
	"fmt"
	"time"
)

// HedgeOptions are the options of [Hedge].
type HedgeOptions struct {
	// Quantile is the fraction of recent operations, over 0 and under 1, that
	// were quicker than the delay before a second attempt. The default is 0.95.
	// The recent operations are about the last 20/(1-Quantile), 400 for 0.95.
	// With [None] the delay is always MinDelay.
	Quantile float64

	// MinDelay is the shortest delay before the second attempt. The default is
	// 1 ms.
	MinDelay time.Duration

	// Budget is the fraction of operations, over 0 and up to 1, that may be
	// hedged. Up to ten hedges can be saved up. The default is 0.1.
	Budget float64

	// MaxAbandoned is how many attempts may still run after their callers had
	// an answer or left. At this number no operation is hedged. The default is
	// 100.
	MaxAbandoned int

	// OnEvent, if not nil, is called for each event.
	OnEvent Hook
}

// withDefaults returns the options with all fields set. It panics if one is
// invalid.
func (o HedgeOptions) withDefaults() HedgeOptions {
	o.Quantile = orDefault(o.Quantile, 0.95)
	o.MinDelay = orDefault(o.MinDelay, time.Millisecond)
	o.Budget = orDefault(o.Budget, 0.1)
	o.MaxAbandoned = orDefault(o.MaxAbandoned, 100)
	switch {
	case !(o.Quantile >= 0 && o.Quantile < 1): // NaN included
		panic(fmt.Sprintf("middleware: Hedge with a quantile of %v: must be over 0 and under 1, or None", o.Quantile))
	case o.MinDelay <= 0:
		panic(fmt.Sprintf("middleware: Hedge after %v: the MinDelay must be positive", o.MinDelay))
	case !(o.Budget > 0 && o.Budget <= 1):
		panic(fmt.Sprintf("middleware: Hedge with a budget of %v: must be over 0 and at most 1", o.Budget))
	case o.MaxAbandoned < 1:
		panic(fmt.Sprintf("middleware: Hedge with at most %d abandoned attempts: must be positive", o.MaxAbandoned))
	}
	return o
}
