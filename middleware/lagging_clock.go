package middleware

import (
	"sync/atomic"
	"time"
)

// A laggingClock answers whether a time is near, mostly without reading the time:
// that can cost more than five layers of a chain. It remembers a time that has
// been. What is near from there is nearer still from now.
type laggingClock struct {
	start time.Time
	seen  atomic.Int64 // since start
}

func newLaggingClock() *laggingClock { return &laggingClock{start: time.Now()} }

// isWithin reports whether at is no more than d from now.
func (c *laggingClock) isWithin(at time.Time, d time.Duration) bool {
	until := at.Sub(c.start)
	// The past is looked at anew, for clocks that were set back.
	if left := until - time.Duration(c.seen.Load()); 0 <= left && left <= d {
		return true
	}
	now := time.Since(c.start)
	c.seen.Store(int64(now))
	return until-now <= d
}
