package asbackend

import (
	"math"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/internal/safe"
)

// A silence is how long a query has been without a word. By itself a query without
// a timeout would wait for a connection for ever, of which the client says nothing.
type silence struct {
	over  <-chan time.Time // nil: it may last
	timer *time.Timer
	most  time.Duration
	heard int // counted by the query
	known int // of those when the timer was set
}

var errSilence error = safe.TextError("nothing came for longer than all attempts take: the query waited for a connection, and all may be in use")

func newSilence(most time.Duration) silence {
	if most <= 0 {
		return silence{}
	}
	timer := time.NewTimer(most)
	return silence{over: timer.C, timer: timer, most: most}
}

// isReal reports, when the timer is over, whether nothing came since it was set, and
// else sets it again: a timer for each record would cost more than the record.
func (s *silence) isReal() bool {
	if s.heard == s.known {
		return true
	}
	s.known = s.heard
	s.timer.Reset(s.most)
	return false
}

func (s *silence) end() {
	if s.timer != nil {
		s.timer.Stop()
	}
}

// longestSilence returns how long a query without a timeout may be silent: as long as
// all attempts can take, at one node after the other where the policy says so, and
// what there is of patience for connections. Zero stands for no limit.
func longestSilence(p *as.QueryPolicy, nodes int, patience time.Duration) time.Duration {
	if p.TotalTimeout > 0 || p.SocketTimeout <= 0 {
		return 0
	}
	rounds := 1
	if p.MaxConcurrentNodes > 0 {
		rounds = max((nodes+p.MaxConcurrentNodes-1)/p.MaxConcurrentNodes, 1)
	}
	total, pause := float64(patience), float64(p.SleepBetweenRetries)
	for range max(p.MaxRetries, 0) + 1 {
		total += float64(rounds)*float64(p.SocketTimeout) + pause
		pause *= max(p.SleepMultiplier, 1)
	}
	if total > math.MaxInt64/2 {
		return 0
	}
	return time.Duration(total)
}
