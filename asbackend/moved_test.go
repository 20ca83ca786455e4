package asbackend_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/middleware"
)

// neighbours returns two keys of the same node that are in different partitions.
func neighbours(nodes, node int) (a, b aerostore.Key) {
	a = keysOf(nodes)[node]
	for id := 0; ; id++ {
		if b = key("other", id); partitionOf(b)%nodes == node && partitionOf(b) != partitionOf(a) {
			return a, b
		}
	}
}

// attentive returns a client policy under which the client soon notices that a partition
// moved.
func attentive() asbackend.Option {
	policy := lonely()
	policy.TendInterval = 10 * time.Millisecond
	return asbackend.WithClientPolicy(policy)
}

// replicated returns the policies of tries with a replica policy.
func replicated(n int, replica as.ReplicaPolicy) asbackend.Option {
	return withBase(func(p *as.BasePolicy) {
		p.MaxRetries, p.TotalTimeout, p.SocketTimeout = n, 400*time.Millisecond, 100*time.Millisecond
		p.SleepBetweenRetries, p.ReplicaPolicy = time.Millisecond, replica
	})
}

var addOne = []aerostore.Operation{aerostore.AddBin("n", 1)}

// The client would send the keys that stayed and those that moved together, and return
// one error for all: that there was no connection.
func TestAKeyThatMovesWhileItsPartWaitsIsSentOnceAndInDoubt(t *testing.T) {
	t.Parallel()
	for name, replica := range map[string]as.ReplicaPolicy{
		"SEQUENCE": as.SEQUENCE, "MASTER": as.MASTER, "MASTER_PROLES": as.MASTER_PROLES, "PREFER_RACK": as.PREFER_RACK,
	} {
		for _, attempts := range []int{1, 3} {
			t.Run(name+", attempts: "+string(rune('0'+attempts)), func(t *testing.T) {
				t.Parallel()
				nodes, proxies := newFakeCluster(t, 2)
				s := dialTo(t, proxies[0].Addr(), replicated(attempts, replica), attentive(), asbackend.WithConnections(1, 2))
				stays, moves := neighbours(2, 0)
				useUp(t, s, nodes[0])
				nodes[1].will(hangsUp)
				taken := make(chan struct{})
				time.AfterFunc(20*time.Millisecond, func() {
					defer close(taken)
					nodes[1].takeOver(t, s, nodes[0], moves)
				})
				results, err := aerostore.Chain(s, middleware.Retry(middleware.RetryOptions{})).
					BatchOperate(t.Context(), []aerostore.Key{stays, moves, stays, moves}, addOne)
				<-taken
				checkMoved(t, nodes[0], nodes[1], attempts, results, err)
			})
		}
	}
}

// The batch is divided before the first of its parts is sent.
func TestAKeyThatMovesBeforeItsPartIsSentIsSentOnceAndInDoubt(t *testing.T) {
	t.Parallel()
	for _, attempts := range []int{1, 3} {
		t.Run("attempts: "+string(rune('0'+attempts)), func(t *testing.T) {
			t.Parallel()
			nodes, proxies := newFakeCluster(t, 3)
			s := dialTo(t, proxies[0].Addr(), replicated(attempts, as.SEQUENCE), attentive(), asbackend.WithConnections(1, 2))
			stays, moves := neighbours(3, 1)
			useUp(t, s, nodes[1])
			nodes[0].will(saysNone)
			nodes[2].will(hangsUp)
			taken := make(chan struct{})
			time.AfterFunc(20*time.Millisecond, func() {
				defer close(taken)
				nodes[2].takeOver(t, s, nodes[1], moves)
			})
			first := keysOf(3)[0] // whose node is silent while the key moves
			results, err := aerostore.Chain(s, middleware.Retry(middleware.RetryOptions{})).
				BatchOperate(t.Context(), []aerostore.Key{first, first, stays, moves, stays, moves}, addOne)
			<-taken
			checkMoved(t, nodes[1], nodes[2], attempts, results[2:], err)
		})
	}
}

// checkMoved checks a batch of which every other key moved, from a node that receives
// nothing to one that hangs up.
func checkMoved(t *testing.T, from, to *fakeNode, attempts int, results []aerostore.BatchResult, err error) {
	t.Helper()
	if !aerostore.InDoubt(err) {
		t.Errorf("the batch: %v", err)
	}
	for i, r := range results {
		if moved := i%2 == 1; aerostore.InDoubt(r.Err) != moved {
			t.Errorf("key %d, which moved: %t: %v", i, moved, r.Err)
		} else if !moved && (!errors.Is(r.Err, aerostore.ErrTimeout) || !strings.Contains(r.Err.Error(), "nothing was sent")) {
			t.Errorf("key %d stayed: %v", i, r.Err)
		}
	}
	if from.got() != 0 || to.got() != attempts {
		t.Errorf("%d commands came in where the keys were and %d where they went, want 0 and %d", from.got(), to.got(), attempts)
	}
}

// A key may still move while the client divides a part. The client then puts the errors
// of several nodes into one chain. Here a batch that the client divides makes that chain.
func TestAnErrorOfSeveralNodesIsInDoubt(t *testing.T) {
	t.Parallel()
	const starves = "has no connection"
	all := append([]fate{{name: starves}}, fates[1:]...)
	for _, first := range all {
		for _, second := range all {
			t.Run("one "+first.name+", one "+second.name, func(t *testing.T) {
				t.Parallel()
				nodes, proxies := newFakeCluster(t, 2)
				s := dialTo(t, proxies[0].Addr(), tries(1), asbackend.WithConnections(1, 2))
				if _, err := s.BatchWrite(t.Context(), twoOfEach(keysOf(2))); err != nil { // which opens connections
					t.Fatal(err)
				}
				for i, f := range []fate{first, second} {
					if f.name == starves {
						useUp(t, s, nodes[i])
					} else {
						f.meet(nodes[i], proxies[i])
					}
				}
				policy := as.NewBatchPolicy()
				policy.TotalTimeout, policy.SocketTimeout, policy.MaxRetries = 400*time.Millisecond, 100*time.Millisecond, 0
				policy.ExitFastOnExhaustedConnectionPool, policy.ConcurrentNodes = true, 2
				var records []as.BatchRecordIfc
				for _, item := range twoOfEach(keysOf(2)) {
					raw, err := as.NewKey(item.Key.Namespace(), item.Key.Set(), item.Key.ID())
					if err != nil {
						t.Fatal(err)
					}
					records = append(records, as.NewBatchWrite(nil, raw, as.AddOp(as.NewBin("n", 1))))
				}
				err := s.Client().BatchOperate(policy, records)
				if err == nil {
					t.Fatal("it went well")
				}
				switch sent := first.inDoubt || second.inDoubt; {
				case sent && !asbackend.InDoubt(err):
					t.Errorf("a write that was sent is not in doubt: %v", err)
				case first.name == starves && second.name == starves && asbackend.InDoubt(err):
					t.Errorf("a write that was not sent is in doubt: %v", err)
				}
			})
		}
	}
}
