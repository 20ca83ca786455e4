package asbackend_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/emulator"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// Commands are lost, answers are lost, and nodes stop, move and return. Through the whole
// stack, callers must get what is true of the records, and the account of the cluster must
// balance to the last write: what it has applied is what the records have. AEROSTORE_CHAOS_SEED
// repeats the faults, but not their times.
func TestTheAccountOfABadClusterBalances(t *testing.T) {
	seed := rand.Uint64()
	if text := os.Getenv("AEROSTORE_CHAOS_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("AEROSTORE_CHAOS_SEED=%d", seed)
	const records, workers, each = 8, 8, 100
	counter := func(i int) aerostore.Key { return key("set", i%records) }
	data := memory.NewT(t)
	server := emulator.RunClusterT(t, 3, emulator.WithStore(data))
	for i := range records {
		put(t, data, counter(i), aerostore.Bins{"n": 0})
	}
	backend := dialCluster(t, server, time.Second, tries(1), asbackend.WithAbandonOnCancel(100))
	stack := middleware.Production()
	stack.Retry = middleware.Retry(middleware.RetryOptions{Attempts: 4, Backoff: middleware.Backoff{Base: time.Millisecond, Max: 10 * time.Millisecond}})
	stack.CircuitBreaker = nil // fast failures prove nothing here
	store := aerostore.Chain(backend, stack.Middleware())
	wreck(server, seed)

	var book struct {
		sync.Mutex
		tallies [records]tally
		failed  int
	}
	record := func(i int, err error) {
		book.Lock()
		defer book.Unlock()
		switch t := &book.tallies[i%records]; {
		case err == nil:
			t.done++
		case aerostore.InDoubt(err):
			t.unknown++
		default:
			book.failed++
		}
	}
	nodes := func() int { return len(backend.Client().GetNodes()) }
	over := make(chan struct{})
	var trouble, all sync.WaitGroup
	trouble.Go(func() { trip(server, rand.New(rand.NewPCG(seed, 1)), nodes, over) })
	for w := range workers {
		random := rand.New(rand.NewPCG(seed, uint64(w)+2))
		all.Go(func() {
			for range each {
				ctx, cancel := context.WithCancel(t.Context())
				if random.IntN(20) == 0 {
					time.AfterFunc(time.Duration(random.IntN(2000))*time.Microsecond, cancel)
				}
				switch i := random.IntN(records); random.IntN(3) {
				case 0:
					record(i, store.Increment(ctx, counter(i), aerostore.Bins{"n": 1}))
				case 1:
					_, err := store.Operate(ctx, counter(i), []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadBin("n")})
					record(i, err)
				case 2:
					keys := []aerostore.Key{counter(i), counter(i + 1), counter(i + 2)}
					results, err := store.BatchOperate(ctx, keys, []aerostore.Operation{aerostore.AddBin("n", 1)})
					for j := range keys {
						one := err
						if results != nil {
							one = results[j].Err
						}
						record(i+j, one)
					}
				}
				cancel()
			}
		})
	}
	all.Wait()
	close(over)
	trouble.Wait()
	backend.Close() // waits for abandoned commands
	server.Close()  // and for those that the server has

	var sum, done, unknown int
	for i, c := range book.tallies {
		r, err := data.Get(t.Context(), counter(i))
		if err != nil {
			t.Fatal(err)
		}
		n, _ := r.Int("n")
		if n < c.done || n > c.done+c.unknown {
			t.Errorf("counter %d stands at %d; %d were acknowledged and %d in doubt", i, n, c.done, c.unknown)
		}
		sum, done, unknown = sum+n, done+c.done, unknown+c.unknown
	}
	if applied := server.Count(emulator.Write, emulator.BatchedWrite).Applied; int(applied) != sum {
		t.Errorf("the cluster has applied %d writes, and the records have %d", applied, sum)
	}
	if done == 0 || unknown == 0 || book.failed == 0 || sum == done {
		t.Errorf("the cluster was not bad enough to prove anything: %d done, %d in doubt, %d failed, %d applied", done, unknown, book.failed, sum)
	}
	t.Logf("%d writes done, %d in doubt, %d failed, %d applied", done, unknown, book.failed, sum)
}

// wreck injects faults of all kinds.
func wreck(server *emulator.Server, seed uint64) {
	for i, f := range []emulator.Fault{
		{Code: aerostore.CodeForbidden}, // which no layer retries
		{Code: aerostore.CodeDeviceOverload},
		{Code: aerostore.CodeTimeout},
		{Code: aerostore.CodeTimeout, Applied: true},
		{Action: emulator.Close},
		{Action: emulator.Close, Applied: true},
		{Action: emulator.Cut},
		{Action: emulator.Cut, Applied: true},
		{Action: emulator.Hang, Times: 2},
		{Action: emulator.Hang, Applied: true, Times: 2},
		{Delay: time.Millisecond},
		{Commands: []emulator.Command{emulator.BatchedWrite}, Code: aerostore.CodeKeyBusy},
		{Commands: []emulator.Command{emulator.BatchedWrite}, Action: emulator.Cut, Applied: true},
	} {
		f.Probability, f.Seed = 0.02, seed+uint64(i)
		server.Inject(f)
	}
}

// trip stops, moves and cuts off nodes until over is closed. The first node always runs.
// The others rest until the client knows them: it ends the process if a node fails that it
// has just found.
func trip(server *emulator.Server, random *rand.Rand, nodes func() int, over <-chan struct{}) {
	pause := func() bool {
		select {
		case <-over:
			return false
		case <-time.After(time.Duration(5+random.IntN(20)) * time.Millisecond):
			return true
		}
	}
	move := func(n *emulator.Node) {
		n.Stop()
		for nodes() == len(server.Nodes()) && pause() { // the client never finds a node that it did not miss
		}
		_ = n.Move("127.0.0.1:0")
	}
	for pause() {
		if nodes() < len(server.Nodes()) {
			continue
		}
		n := server.Node(1 + random.IntN(2))
		switch random.IntN(4) {
		case 0:
			n.Stop()
		case 1:
			n.CutOff()
		case 2:
			move(n)
		case 3:
			server.Node(0).TakeOver(random.IntN(aerostore.PartitionCount))
		}
		pause()
		if n.Start() != nil { // something else has its port
			move(n)
		}
	}
}
