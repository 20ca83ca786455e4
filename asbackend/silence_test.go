package asbackend

import (
	"math"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
)

func TestAQueryMayBeSilentForAllItsAttemptsAndTheWaitForConnections(t *testing.T) {
	t.Parallel()
	const patience = 7 * time.Second
	for name, c := range map[string]struct {
		change func(*as.QueryPolicy)
		nodes  int
		want   time.Duration
	}{
		"the client's defaults":     {func(*as.QueryPolicy) {}, 3, 6*30*time.Second + patience + 6*time.Millisecond},
		"no retries":                {func(p *as.QueryPolicy) { p.MaxRetries = 0 }, 3, 30*time.Second + patience + time.Millisecond},
		"one node after the other":  {func(p *as.QueryPolicy) { p.MaxRetries, p.MaxConcurrentNodes = 0, 1 }, 3, 90*time.Second + patience + time.Millisecond},
		"two nodes at a time":       {func(p *as.QueryPolicy) { p.MaxRetries, p.MaxConcurrentNodes = 0, 2 }, 3, 60*time.Second + patience + time.Millisecond},
		"pauses that grow":          {func(p *as.QueryPolicy) { p.MaxRetries, p.SleepBetweenRetries, p.SleepMultiplier = 2, time.Second, 3 }, 1, 3*30*time.Second + patience + 13*time.Second},
		"a short socket timeout":    {func(p *as.QueryPolicy) { p.SocketTimeout = time.Second }, 3, 6*time.Second + 6*time.Millisecond + patience},
		"a timeout of its own":      {func(p *as.QueryPolicy) { p.TotalTimeout = time.Second }, 3, 0},
		"no timeout of any kind":    {func(p *as.QueryPolicy) { p.SocketTimeout = 0 }, 3, 0},
		"longer than time can tell": {func(p *as.QueryPolicy) { p.SocketTimeout = math.MaxInt64 / 2 }, 3, 0},
	} {
		p := as.NewQueryPolicy()
		c.change(p)
		if got := longestSilence(p, c.nodes, patience); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestTheWaitForAConnectionLeavesTimeToOpenOne(t *testing.T) {
	t.Parallel()
	s := offline(t)
	for socket, want := range map[time.Duration]time.Duration{
		0: noSocketTimeout, time.Millisecond: leastPatience, time.Minute: time.Minute,
	} {
		if got := s.patienceFor(socket); got != want {
			t.Errorf("with a socket timeout of %v: %v, want %v", socket, got, want)
		}
	}
}

func TestASilenceIsRealIfNothingCame(t *testing.T) {
	t.Parallel()
	s := newSilence(time.Millisecond)
	defer s.end()
	<-s.over
	s.heard++
	if s.isReal() {
		t.Error("something came, and it is real")
	}
	<-s.over // it was set again
	if !s.isReal() {
		t.Error("nothing came since, and it is not real")
	}
	if never := newSilence(0); never.over != nil {
		t.Error("a silence without a limit ends")
	}
}
