package asbackend_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/middleware"
)

var replicaPolicies = map[string]as.ReplicaPolicy{
	"SEQUENCE": as.SEQUENCE, "MASTER": as.MASTER, "MASTER_PROLES": as.MASTER_PROLES, "PREFER_RACK": as.PREFER_RACK, "RANDOM": as.RANDOM,
}

// oneOfEach returns items of each kind on the keys. The first and the last read.
func oneOfEach(keys ...aerostore.Key) []aerostore.BatchItem {
	var items []aerostore.BatchItem
	for _, kind := range []aerostore.BatchItem{
		{Operations: ops(aerostore.ReadHeader())},
		{Bins: aerostore.Bins{"a": 1}},
		{Operations: addOne},
		{Remove: true},
		{Operations: ops(read("a"))},
	} {
		for _, key := range keys {
			kind.Key = key
			items = append(items, kind)
		}
	}
	return items
}

func TestABatchThatMixesIsOneCommandToEachNode(t *testing.T) {
	t.Parallel()
	for name, replica := range replicaPolicies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes, proxies := newFakeCluster(t, 2)
			s := dialTo(t, proxies[0].Addr(), replicated(3, replica))
			for _, n := range nodes {
				n.will(eachKey)
			}
			keys := keysOf(2)
			results, err := s.BatchWrite(t.Context(), oneOfEach(keys...))
			if err := errors.Join(err, aerostore.BatchErrors(results)); err != nil {
				t.Error(err)
			}
			for i, r := range results {
				if reads := i < 2 || i >= 8; r.Key != keys[i%2] || reads && r.Record == nil {
					t.Errorf("result %d is of another key, or has no record: %+v", i, r)
				}
			}
			for i, n := range nodes {
				if got := n.batches(); !slices.Equal(got, []int{5}) {
					t.Errorf("node %d received commands of %v keys, want one of 5", i, got)
				}
			}
		})
	}
}

// The client takes a batch for a read if its last key is one, and then marks no doubt.
func TestTheDoubtOfABatchThatMixesIsThatOfItsWrites(t *testing.T) {
	t.Parallel()
	for _, f := range fates {
		for _, attempts := range []int{1, 3} {
			for name, order := range map[string]func([]aerostore.BatchItem){
				"a read at the end": func([]aerostore.BatchItem) {},
				"a write at the end": func(items []aerostore.BatchItem) {
					items[0], items[len(items)-1] = items[len(items)-1], items[2]
				},
			} {
				t.Run(fmt.Sprintf("%s, attempts: %d, %s", f.name, attempts, name), func(t *testing.T) {
					t.Parallel()
					nodes, proxies := newFakeCluster(t, 1)
					s := dialTo(t, proxies[0].Addr(), tries(attempts), asbackend.WithConnections(1, 2))
					f.meet(nodes[0], proxies[0])
					items := oneOfEach(key("set", 1))
					order(items)
					results, err := s.BatchWrite(t.Context(), items)
					if err == nil || aerostore.InDoubt(err) != f.inDoubt {
						t.Errorf("the batch: %v (in doubt: %t)", err, aerostore.InDoubt(err))
					}
					for i, r := range results {
						if want := f.inDoubt && items[i].Writes(); !errors.Is(r.Err, f.want) || aerostore.InDoubt(r.Err) != want {
							t.Errorf("item %d: %v (in doubt: %t, want %t)", i, r.Err, aerostore.InDoubt(r.Err), want)
						}
					}
				})
			}
		}
	}
}

func TestOnlyItemsWithoutAnAnswerAreSentAgain(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr(), tries(3))
	n.will(answersFirst, hangsUp, eachKey+2)
	items := oneOfEach(key("set", 1))
	results, err := s.BatchWrite(t.Context(), items)
	if err != nil || results[0].Err != nil {
		t.Errorf("the first item was answered: %v, %v", err, results[0].Err)
	}
	for i, r := range results[1:] {
		if want := items[i+1].Writes(); !errors.Is(r.Err, aerostore.ErrNotFound) || aerostore.InDoubt(r.Err) != want {
			t.Errorf("item %d: %v (in doubt: %t, want %t)", i+1, r.Err, aerostore.InDoubt(r.Err), want)
		}
	}
	if got := n.batches(); !slices.Equal(got, []int{5, 4, 4}) {
		t.Errorf("commands of %v keys came in", got)
	}
}

func TestTheServersOwnTimeoutLeavesNoItemThatReadsInDoubt(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr(), tries(1))
	n.will(eachKey + 9)
	items := oneOfEach(key("set", 1))
	results, err := s.BatchWrite(t.Context(), items)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if want := items[i].Writes(); !errors.Is(r.Err, aerostore.ErrTimeout) || aerostore.InDoubt(r.Err) != want {
			t.Errorf("item %d: %v (in doubt: %t, want %t)", i, r.Err, aerostore.InDoubt(r.Err), want)
		}
	}
}

func TestAPartThatOnlyReadsHasTheAttemptsOfARead(t *testing.T) {
	t.Parallel()
	nodes, proxies := newFakeCluster(t, 2)
	batch, write := as.NewBatchPolicy(), as.NewWritePolicy(0, 0)
	batch.MaxRetries, batch.SleepBetweenRetries, batch.ReplicaPolicy, write.MaxRetries = 3, time.Millisecond, as.MASTER, 1
	s := dialTo(t, proxies[0].Addr(), asbackend.WithPolicies(asbackend.Policies{Batch: batch, Write: write}))
	nodes[0].will(hangsUp)
	nodes[1].will(hangsUp)
	keys := keysOf(2)
	results, err := s.BatchWrite(t.Context(), append(oneOfEach(keys[0]), aerostore.BatchItem{Key: keys[1], Operations: ops(read("a"))}))
	if !aerostore.InDoubt(err) {
		t.Errorf("the batch: %v", err)
	}
	if r := results[5]; r.Err == nil || aerostore.InDoubt(r.Err) {
		t.Errorf("the read: %v", r.Err)
	}
	if nodes[0].got() != 1 || nodes[1].got() != 3 {
		t.Errorf("the writes were sent %d times, want 1, and the read %d times, want 3", nodes[0].got(), nodes[1].got())
	}
}

func TestReadAllWithAWriteIsRefusedForItsItem(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2} {
		t.Run(fmt.Sprintf("nodes: %d", size), func(t *testing.T) {
			t.Parallel()
			nodes, proxies := newFakeCluster(t, size)
			s := dialTo(t, proxies[0].Addr(), tries(1), asbackend.WithConnections(1, 2))
			for _, n := range nodes {
				n.will(eachKey)
			}
			key := keysOf(size)[0]
			items := append(oneOfEach(key), aerostore.BatchItem{Key: key, Operations: ops(aerostore.AddBin("a", 1), aerostore.ReadAll())})
			results, err := s.BatchWrite(t.Context(), items)
			if err := errors.Join(err, aerostore.BatchErrors(results[:5])); err != nil {
				t.Error(err)
			}
			wantError(t, results[5].Err, aerostore.ErrParameter)
			if got := nodes[0].batches(); aerostore.InDoubt(results[5].Err) || !slices.Equal(got, []int{5}) {
				t.Errorf("in doubt: %t, commands of %v keys came in", aerostore.InDoubt(results[5].Err), got)
			}
		})
	}
}

func TestItemsThatMoveAreSentOnceToTheirNode(t *testing.T) {
	t.Parallel()
	for name, replica := range replicaPolicies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes, proxies := newFakeCluster(t, 2)
			s := dialTo(t, proxies[0].Addr(), replicated(3, replica), attentive(), asbackend.WithConnections(1, 2))
			stays, moves := neighbours(2, 0)
			useUp(t, s, nodes[0])
			nodes[1].will(hangsUp)
			taken := make(chan struct{})
			time.AfterFunc(20*time.Millisecond, func() {
				defer close(taken)
				nodes[1].takeOver(t, s, nodes[0], moves)
			})
			counts := aerostore.BatchItem{Key: moves, Operations: ops(aerostore.AddBin("counter", 1))}
			items := append([]aerostore.BatchItem{{Key: stays, Remove: true}, counts}, oneOfEach(stays, moves)...)
			results, err := aerostore.Chain(s, middleware.Retry(middleware.RetryOptions{})).BatchWrite(t.Context(), items)
			<-taken
			if !aerostore.InDoubt(err) {
				t.Errorf("the batch: %v", err)
			}
			for i, r := range results {
				if want := i%2 == 1 && items[i].Writes(); r.Err == nil || aerostore.InDoubt(r.Err) != want {
					t.Errorf("item %d: %v (in doubt: %t, want %t)", i, r.Err, aerostore.InDoubt(r.Err), want)
				}
			}
			if sent := nodes[1].contains("counter"); nodes[0].got() != 0 || sent != 3 {
				t.Errorf("%d commands came in where the keys were, and the count was sent %d times, want 0 and 3", nodes[0].got(), sent)
			}
		})
	}
}

func TestARemovalThatSendsItsIDDoesNotSendThatOfAnother(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr(), tries(1))
	n.will(eachKey)
	var items []aerostore.BatchItem
	for _, id := range []string{"first id", "second id", "third id"} {
		items = append(items, aerostore.BatchItem{Key: key("set", id), Remove: true})
	}
	items = append(items, aerostore.BatchItem{Key: key("set", "read id"), Operations: ops(read("a"))},
		aerostore.BatchItem{Key: key("set", "written id"), Bins: aerostore.Bins{"a": 1}})
	if _, err := s.BatchWrite(t.Context(), items, aerostore.SendKey); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{"first id": 1, "second id": 1, "third id": 1, "written id": 1, "read id": 0} {
		if got := n.contains(id); got != want {
			t.Errorf("%q was sent %d times, want %d", id, got, want)
		}
	}
}
