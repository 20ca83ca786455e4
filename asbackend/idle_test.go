package asbackend

import (
	"math"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
)

func TestAQueryMayBeIdleForAllItsAttemptsAndTheWaitForConnections(t *testing.T) {
	t.Parallel()
	const wait = 7 * time.Second
	for name, c := range map[string]struct {
		change func(*as.QueryPolicy)
		nodes  int
		want   time.Duration
	}{
		"the client's defaults":       {func(*as.QueryPolicy) {}, 3, 6*30*time.Second + wait + 6*time.Millisecond},
		"no retries":                  {func(p *as.QueryPolicy) { p.MaxRetries = 0 }, 3, 30*time.Second + wait + time.Millisecond},
		"one node after the other":    {func(p *as.QueryPolicy) { p.MaxRetries, p.MaxConcurrentNodes = 0, 1 }, 3, 90*time.Second + wait + time.Millisecond},
		"two nodes at a time":         {func(p *as.QueryPolicy) { p.MaxRetries, p.MaxConcurrentNodes = 0, 2 }, 3, 60*time.Second + wait + time.Millisecond},
		"pauses that grow":            {func(p *as.QueryPolicy) { p.MaxRetries, p.SleepBetweenRetries, p.SleepMultiplier = 2, time.Second, 3 }, 1, 3*30*time.Second + wait + 13*time.Second},
		"a short socket timeout":      {func(p *as.QueryPolicy) { p.SocketTimeout = time.Second }, 3, 6*time.Second + 6*time.Millisecond + wait},
		"a timeout of its own":        {func(p *as.QueryPolicy) { p.TotalTimeout = time.Second }, 3, 0},
		"no timeout of any kind":      {func(p *as.QueryPolicy) { p.SocketTimeout = 0 }, 3, 0},
		"longer than a time.Duration": {func(p *as.QueryPolicy) { p.SocketTimeout = math.MaxInt64 / 2 }, 3, 0},
	} {
		p := as.NewQueryPolicy()
		c.change(p)
		if got := idleLimit(p, c.nodes, wait); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestTheWaitForAConnectionLeavesTimeToOpenOne(t *testing.T) {
	t.Parallel()
	s := offline(t)
	for socket, want := range map[time.Duration]time.Duration{
		0: defaultConnectionWait, time.Millisecond: minConnectionWait, time.Minute: time.Minute,
	} {
		if got := s.connectionWait(socket); got != want {
			t.Errorf("with a socket timeout of %v: %v, want %v", socket, got, want)
		}
	}
}

func TestAQueryIsIdleIfNothingWasReceived(t *testing.T) {
	t.Parallel()
	s := newIdleTimer(time.Millisecond)
	defer s.stop()
	<-s.expired
	s.received++
	if s.isIdle() {
		t.Error("something was received, and it is idle")
	}
	<-s.expired // it was set again
	if !s.isIdle() {
		t.Error("nothing was received, and it is not idle")
	}
	if never := newIdleTimer(0); never.expired != nil {
		t.Error("a timer without a limit expires")
	}
}
