package asbackend_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/internal/tcpproxy"
)

// A fate is the outcome of the part of a batch for one node.
type fate struct {
	name    string
	meet    func(*fakeNode, *tcpproxy.Proxy)
	want    error // what the error of each of its keys matches
	inDoubt bool
}

var fates = []fate{
	{"refuses connections", func(_ *fakeNode, p *tcpproxy.Proxy) { p.Refuse() }, aerostore.ErrTimeout, false},
	{"hangs up", func(n *fakeNode, _ *tcpproxy.Proxy) { n.will(hangsUp) }, aerostore.CodeMaxRetries, true},
	{"says nothing", func(n *fakeNode, _ *tcpproxy.Proxy) { n.will(saysNone) }, aerostore.ErrTimeout, true},
	{"refuses the write", func(n *fakeNode, _ *tcpproxy.Proxy) { n.will(22) }, aerostore.CodeForbidden, false},
}

// twoOfEach returns items of a batch that go to the nodes in turn.
func twoOfEach(keys []aerostore.Key) []aerostore.BatchItem {
	var items []aerostore.BatchItem
	for _, bin := range []string{"a", "b"} {
		for _, k := range keys {
			items = append(items, aerostore.BatchItem{Key: k, Bins: aerostore.Bins{bin: 1}})
		}
	}
	return items
}

// The client puts the errors of several nodes into one chain and loses parts of it. That
// one node was never reached does not show that another was not.
func TestThePartOfEachNodeFailsSeparately(t *testing.T) {
	t.Parallel()
	for _, first := range fates {
		for _, second := range fates {
			t.Run("one "+first.name+", one "+second.name, func(t *testing.T) {
				t.Parallel()
				nodes, proxies := newFakeCluster(t, 2)
				s := dialTo(t, proxies[0].Addr(), tries(1), asbackend.WithConnections(1, 2))
				both := []fate{first, second}
				for i, f := range both {
					f.meet(nodes[i], proxies[i])
				}
				results, err := s.BatchWrite(t.Context(), twoOfEach(keysOf(2)))
				if err == nil || aerostore.InDoubt(err) != (first.inDoubt || second.inDoubt) {
					t.Errorf("the batch: %v (in doubt: %t)", err, aerostore.InDoubt(err))
				}
				for i, r := range results {
					f := both[i%2]
					if !errors.Is(r.Err, f.want) || aerostore.InDoubt(r.Err) != f.inDoubt {
						t.Errorf("a key whose node %s: %v (in doubt: %t)", f.name, r.Err, aerostore.InDoubt(r.Err))
					}
					var e *aerostore.Error
					if errors.As(r.Err, &e) && e.Node != nil && e.Node.Name != nodes[i%2].name {
						t.Errorf("a key whose node %s names another node: %v", f.name, e.Node)
					}
				}
			})
		}
	}
}

// The keys of the parts that are not sent are not in doubt.
func TestACancelledBatchSendsNoMoreParts(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]asbackend.Option{
		"that waits for its command": nil,
		"that abandons its command":  {asbackend.WithAbandonOnCancel(1)},
	} {
		t.Run("a batch "+name, func(t *testing.T) {
			t.Parallel()
			nodes, proxies := newFakeCluster(t, 2)
			policies := asbackend.Policies{Batch: as.NewBatchPolicy()}
			policies.Batch.ConcurrentNodes, policies.Batch.TotalTimeout, policies.Batch.SocketTimeout = 1, 300*time.Millisecond, 300*time.Millisecond
			s := dialTo(t, proxies[0].Addr(), append(opts, asbackend.WithPolicies(policies))...)
			for i, k := range keysOf(2) {
				for nodes[i].got() == 0 { // it has no connection, and the client reads from the replica
					if _, err := s.Exists(t.Context(), k); err != nil {
						t.Fatal(err)
					}
				}
			}
			before := []int{nodes[0].got(), nodes[1].got()}
			nodes[0].will(saysNone)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(30*time.Millisecond, cancel)
			results, err := s.BatchWrite(ctx, twoOfEach(keysOf(2)))
			if opts == nil {
				for i, r := range results {
					if !errors.Is(r.Err, context.Canceled) || aerostore.InDoubt(r.Err) != (i%2 == 0) {
						t.Errorf("key %d: %v (in doubt: %t)", i, r.Err, aerostore.InDoubt(r.Err))
					}
				}
			}
			if !errors.Is(err, context.Canceled) || !aerostore.InDoubt(err) {
				t.Errorf("the batch: %v", err)
			}
			if err := s.Close(); err != nil { // waits for abandoned commands
				t.Error(err)
			}
			if first, second := nodes[0].got()-before[0], nodes[1].got()-before[1]; first != 1 || second != 0 {
				t.Errorf("the nodes got %d and %d commands, want 1 and 0", first, second)
			}
		})
	}
}

// The client would send the part to a replica, and lose the outcome.
func TestABatchThatWritesWaitsForItsNodeAndSendsNothingToReplicas(t *testing.T) {
	t.Parallel()
	nodes, proxies := newFakeCluster(t, 2)
	s := dialTo(t, proxies[0].Addr(), tries(3), asbackend.WithConnections(1, 2))
	proxies[0].Refuse()
	nodes[1].will(hangsUp)
	k := keysOf(2)[0]
	results, err := s.BatchOperate(t.Context(), []aerostore.Key{k, k}, []aerostore.Operation{aerostore.AddBin("a", 1)})
	if nodes[1].got() != 0 {
		t.Error("the replica got something")
	}
	for _, err := range []error{err, results[0].Err, results[1].Err} {
		if !errors.Is(err, aerostore.ErrTimeout) || aerostore.InDoubt(err) || !strings.Contains(err.Error(), "nothing was sent") {
			t.Errorf("nothing was sent: %v", err)
		}
	}
}

func TestAColdPoolCostsABatchNoAttempt(t *testing.T) {
	t.Parallel()
	nodes, proxies := newFakeCluster(t, 2)
	s := dialTo(t, proxies[0].Addr(), tries(1), asbackend.WithConnections(0, 8))
	results, err := s.BatchWrite(t.Context(), twoOfEach(keysOf(2)))
	if err != nil {
		t.Error(err)
	}
	for _, r := range results {
		if !errors.Is(r.Err, aerostore.CodeNoResponse) { // the fake node does not answer for each key
			t.Error(r.Err)
		}
	}
	for i, n := range nodes {
		if n.got() != 1 {
			t.Errorf("node %d got %d commands, want 1", i, n.got())
		}
	}
}

func TestABatchWaitsForConnectionsOfAllItsNodes(t *testing.T) {
	t.Parallel()
	for name, policies := range map[string]asbackend.Option{
		"one attempt":             tries(1),
		"several attempts":        timed(3, 10*time.Second),
		"the client's default":    timed(as.NewBatchPolicy().MaxRetries, 10*time.Second),
		"without a timeout":       untimed(1, 10*time.Second),
		"several, and no timeout": untimed(3, 10*time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes, proxies := newFakeCluster(t, 2)
			s := dialTo(t, proxies[0].Addr(), policies, asbackend.WithConnections(1, 2))
			giveBack := useUp(t, s)
			time.AfterFunc(50*time.Millisecond, giveBack)
			var keys []aerostore.Key
			for i := range 20 {
				keys = append(keys, key("set", i))
			}
			results, err := s.BatchRead(t.Context(), keys, nil)
			if err != nil {
				t.Error(err)
			}
			for _, r := range results {
				if !errors.Is(r.Err, aerostore.CodeNoResponse) || errors.Is(r.Err, aerostore.ErrTimeout) {
					t.Error(r.Err)
				}
			}
			if nodes[0].got() == 0 || nodes[1].got() == 0 {
				t.Errorf("the nodes got %d and %d commands", nodes[0].got(), nodes[1].got())
			}
		})
	}
}

// timed returns policies under which a batch has n attempts.
func timed(attempts int, timeout time.Duration) asbackend.Option {
	return withBase(func(p *as.BasePolicy) {
		p.MaxRetries, p.TotalTimeout, p.SocketTimeout = attempts, timeout, timeout
	})
}

// readsNothing fails unless a batch that reads the keys succeeds and finds no record.
func readsNothing(t *testing.T, s *asbackend.Store, keys []aerostore.Key) {
	t.Helper()
	results, err := s.BatchRead(t.Context(), keys, nil)
	if err != nil {
		t.Error(err)
	}
	for _, r := range results {
		wantError(t, r.Err, aerostore.ErrNotFound)
	}
}

func TestAColdPoolFailsNoBatchThatReads(t *testing.T) {
	t.Parallel()
	for _, attempts := range []int{1, 2, 3} {
		for _, policy := range []as.ReplicaPolicy{as.MASTER, as.SEQUENCE, as.PREFER_RACK, as.MASTER_PROLES, as.RANDOM} {
			t.Run(fmt.Sprintf("%d attempts, replica policy %d", attempts, policy), func(t *testing.T) {
				t.Parallel()
				nodes, proxies := newFakeCluster(t, 2)
				s := dialTo(t, proxies[0].Addr(), asbackend.WithConnections(0, 100), withBase(func(p *as.BasePolicy) {
					p.MaxRetries, p.TotalTimeout, p.SocketTimeout, p.ReplicaPolicy = attempts, 10*time.Second, 10*time.Second, policy
				}))
				for _, n := range nodes {
					n.will(eachKey + 2)
				}
				var keys []aerostore.Key
				for i := range 20 {
					keys = append(keys, key("set", i))
				}
				readsNothing(t, s, keys)
			})
		}
	}
}

// To the client, a node that accepts no connections is one whose pool is used up. Keys
// that a replica can answer do not wait for it.
func TestABatchThatReadsGoesToReplicasOfANodeThatTakesNoConnections(t *testing.T) {
	t.Parallel()
	for _, attempts := range []int{1, 2, 3} {
		t.Run(fmt.Sprintf("attempts: %d", attempts), func(t *testing.T) {
			t.Parallel()
			nodes, proxies := newFakeCluster(t, 2)
			s := dialTo(t, proxies[0].Addr(), timed(attempts, 10*time.Second), asbackend.WithConnections(1, 8))
			proxies[0].Refuse()
			nodes[1].will(eachKey + 2)
			readsNothing(t, s, append(keysOf(2), key("set", "a"), key("set", "b")))
		})
	}
}

func TestTheTimeLeftBoundsThePartOfEachNode(t *testing.T) {
	t.Parallel()
	nodes, proxies := newFakeCluster(t, 2)
	s := dialTo(t, proxies[0].Addr(), untimed(1, time.Hour), asbackend.WithConnections(1, 2))
	nodes[0].will(saysNone)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	results, err := s.BatchWrite(ctx, twoOfEach(keysOf(2)))
	if !errors.Is(err, context.DeadlineExceeded) || !aerostore.InDoubt(err) {
		t.Errorf("the batch: %v", err)
	}
	for i, r := range results {
		if first := i%2 == 0; !errors.Is(r.Err, context.DeadlineExceeded) || aerostore.InDoubt(r.Err) != first {
			t.Errorf("key %d: %v (in doubt: %t)", i, r.Err, !first)
		}
	}
	if nodes[1].got() != 0 {
		t.Error("a command was sent to the second node after the deadline")
	}
}

// A server refuses this for several keys of a batch at one node.
func TestReadAllWithAWriteIsRefusedWhereverTheKeysAre(t *testing.T) {
	t.Parallel()
	nodes, proxies := newFakeCluster(t, 2)
	s := dialTo(t, proxies[0].Addr(), tries(1), asbackend.WithConnections(1, 2))
	results, err := s.BatchOperate(t.Context(), keysOf(2), []aerostore.Operation{aerostore.AddBin("a", 1), aerostore.ReadAll()})
	if err != nil {
		t.Error(err)
	}
	for i, r := range results {
		wantError(t, r.Err, aerostore.ErrParameter)
		if aerostore.InDoubt(r.Err) || nodes[i].got() != 0 {
			t.Errorf("key %d: in doubt: %t, commands sent: %d", i, aerostore.InDoubt(r.Err), nodes[i].got())
		}
	}
}
