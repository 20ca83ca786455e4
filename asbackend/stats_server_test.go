package asbackend_test

import (
	"sync"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

// total adds up the counts of all nodes and checks those of each.
func total(t *testing.T, s *asbackend.Store) (sum aerostore.NodeStats) {
	t.Helper()
	stats, ok := s.Stats()
	if !ok || len(stats.Nodes) == 0 {
		t.Fatalf("%+v, %v", stats, ok)
	}
	for _, n := range stats.Nodes {
		if n.Left || n.Node.Name == "" || n.Node.Address == "" || n.Node.Port == 0 || n.Added != 1 || n.Removed != 0 {
			t.Errorf("%+v", n)
		}
		sum.ConnectionsOpen += n.ConnectionsOpen
		sum.ConnectionsAttempted += n.ConnectionsAttempted
		sum.ConnectionsSuccessful += n.ConnectionsSuccessful
		sum.ConnectionsClosed += n.ConnectionsClosed
		sum.ConnectionsIdleDropped += n.ConnectionsIdleDropped
		sum.TendsAttempted += n.TendsAttempted
		sum.TendsSuccessful += n.TendsSuccessful
		sum.PartitionMapUpdates += n.PartitionMapUpdates
	}
	return sum
}

func TestStatsGrowWithTraffic(t *testing.T) {
	t.Parallel()
	policy := as.NewClientPolicy()
	policy.IdleTimeout = time.Second
	s, set := dial(t, asbackend.WithClientPolicy(policy))
	before := total(t, s)
	if again := total(t, s); again.ConnectionsAttempted < before.ConnectionsAttempted || again.TendsAttempted < before.TendsAttempted {
		t.Errorf("asking took away from %+v: %+v", before, again)
	}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for range 20 {
				_ = s.Put(t.Context(), key(set, i), aerostore.Bins{"a": 1})
			}
		})
	}
	wg.Wait()
	busy := total(t, s)
	if busy.ConnectionsAttempted <= before.ConnectionsAttempted || busy.ConnectionsSuccessful <= before.ConnectionsSuccessful ||
		busy.ConnectionsOpen <= before.ConnectionsOpen || busy.PartitionMapUpdates == 0 {
		t.Errorf("before %+v, after %+v", before, busy)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		idle := total(t, s)
		if idle.ConnectionsIdleDropped > 0 && idle.ConnectionsClosed > 0 && idle.ConnectionsOpen < busy.ConnectionsOpen &&
			idle.TendsAttempted > before.TendsAttempted && idle.TendsSuccessful > before.TendsSuccessful {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v", idle)
		}
	}
}

// A counter that the client no longer has would always be zero.
func TestTheClientHasEveryCounterThatStatsRead(t *testing.T) {
	t.Parallel()
	s, _ := dial(t)
	counted, err := s.Client().Stats()
	if err != nil {
		t.Fatal(err)
	}
	node, _ := counted[s.Client().GetNodes()[0].GetHost().String()].(map[string]any)
	for _, name := range []string{
		"open-connections", "connections-attempts", "connections-successful", "connections-failed",
		"connections-error-timeout", "closed-connections", "connections-idle-dropped", "connections-pool-empty",
		"connections-pool-overflow", "circuit-breaker-hits", "tends-total", "tends-successful", "tends-failed",
		"partition-map-updates", "node-added-count", "node-removed-count",
	} {
		if _, ok := node[name].(float64); !ok {
			t.Errorf("%s is %v", name, node[name])
		}
	}
}

func TestAClosedStoreHasNoStats(t *testing.T) {
	t.Parallel()
	s, _ := dial(t)
	borrowed, err := asbackend.New(s.Client())
	if err != nil {
		t.Fatal(err)
	}
	total(t, borrowed)
	borrowed.Close()
	if stats, ok := borrowed.Stats(); ok || stats.Nodes != nil {
		t.Errorf("%+v, %v", stats, ok)
	}
	total(t, s)
}

func TestStatsMayBeCalledWhileTheStoreIsClosed(t *testing.T) {
	t.Parallel()
	s, err := asbackend.Dial(t.Context(), hosts(t))
	if err != nil {
		t.Fatal(err)
	}
	borrowed, err := asbackend.New(s.Client())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				if _, ok := s.Stats(); !ok {
					return
				}
			}
		})
	}
	time.Sleep(10 * time.Millisecond)
	s.Close()
	wg.Wait()
	if stats, ok := borrowed.Stats(); ok {
		t.Errorf("of a client that is closed: %+v", stats)
	}
}
