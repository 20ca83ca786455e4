package asbackend

import (
	"math"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/internal/safe"
)

// An idleTimer ends a query that has received nothing for too long. The client lets a
// query without a timeout wait for a connection forever.
type idleTimer struct {
	expired chan struct{} // nil: no limit
	timer   *time.Timer
	limit   time.Duration

	received int // results, counted by the query
	seen     int // of those when the timer was set
}

var errIdle error = safe.TextError("the query waited for a connection and received nothing for longer than all its attempts may take: all connections may be in use")

func newIdleTimer(limit time.Duration) idleTimer {
	if limit <= 0 {
		return idleTimer{}
	}
	// To wait for the channel of a timer, as for each record, starts and stops the timer.
	expired := make(chan struct{}, 1)
	timer := time.AfterFunc(limit, func() { expired <- struct{}{} })
	return idleTimer{expired: expired, timer: timer, limit: limit}
}

// isIdle reports, once the timer expired, whether nothing was received since it was
// set. Otherwise it sets the timer again, which for each record would be expensive.
func (t *idleTimer) isIdle() bool {
	if t.received == t.seen {
		return true
	}
	t.seen = t.received
	t.timer.Reset(t.limit)
	return false
}

func (t *idleTimer) stop() {
	if t.timer != nil {
		t.timer.Stop()
	}
}

// idleLimit returns how long a query without a timeout may receive nothing. It is the
// wait for a connection plus the time that all attempts may take, at one node after
// another if the policy says so. Zero means no limit.
func idleLimit(p *as.QueryPolicy, nodes int, connectionWait time.Duration) time.Duration {
	if p.TotalTimeout > 0 || p.SocketTimeout <= 0 {
		return 0
	}
	rounds := 1
	if p.MaxConcurrentNodes > 0 {
		rounds = max((nodes+p.MaxConcurrentNodes-1)/p.MaxConcurrentNodes, 1)
	}
	total, pause := float64(connectionWait), float64(p.SleepBetweenRetries)
	for range max(p.MaxRetries, 0) + 1 {
		total += float64(rounds)*float64(p.SocketTimeout) + pause
		pause *= max(p.SleepMultiplier, 1)
	}
	if total > math.MaxInt64/2 {
		return 0
	}
	return time.Duration(total)
}
