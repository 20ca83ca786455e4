package middleware

import (
	"math/rand/v2"
	"time"
)

// Backoff sets the pauses between attempts. The pause before the second attempt
// is drawn at random from 0 up to Base, so that callers that failed together do
// not retry together. The upper bound doubles with each attempt until it is
// Max.
//
// The default is a Base of 10 ms and a Max of 1 s. If only one field is set and
// the default of the other contradicts it, the other gets the same value.
type Backoff struct {
	Base, Max time.Duration
}

const (
	defaultBase = 10 * time.Millisecond
	defaultMax  = time.Second
)

func (b Backoff) withDefaults() Backoff {
	set := b
	if set.Max == 0 {
		b.Max = max(defaultMax, set.Base)
	}
	if set.Base == 0 {
		b.Base = min(defaultBase, b.Max)
	}
	return b
}

// draw returns the pause after n attempts.
func (b Backoff) draw(n int) time.Duration {
	longest := b.Max
	if shift := n - 1; shift < 63 && b.Base <= longest>>shift {
		longest = b.Base << shift
	}
	return rand.N(longest) //nolint:gosec // G404: not for security
}
