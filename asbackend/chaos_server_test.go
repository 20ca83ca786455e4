package asbackend_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/internal/tcpproxy"
	"github.com/aerostore/aerostore/middleware"
)

const (
	chaosRecords = 16
	chaosWorkers = 16
	chaosCalls   = 1500 // of each worker
)

// A tally counts the outcomes that callers got of the writes to one record: acknowledged
// and in doubt.
type tally struct{ done, unknown int }

// A ledger has the outcomes that callers got.
type ledger struct {
	mu       sync.Mutex
	counted  [chaosRecords]tally
	checked  [chaosRecords]tally
	appended map[string]error // by token
	failed   int
}

func (l *ledger) record(t *tally, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		t.done++
	case aerostore.InDoubt(err):
		t.unknown++
	default:
		l.failed++
	}
}

// The network refuses, stalls and cuts connections. Through the whole stack, the server
// must have what callers got: nothing twice, nothing acknowledged and lost, and every
// unknown outcome in doubt. AEROSTORE_CHAOS_SEED repeats the faults, but not their times.
func TestOutcomesReportedOverABadNetworkAreTrue(t *testing.T) {
	direct, set := dial(t)
	seed := rand.Uint64()
	if text := os.Getenv("AEROSTORE_CHAOS_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("AEROSTORE_CHAOS_SEED=%d", seed)
	counter := func(i int) aerostore.Key { return key(set, fmt.Sprintf("counter %d", i)) }
	checked := func(i int) aerostore.Key { return key(set, fmt.Sprintf("checked %d", i)) }
	log := func(i int) aerostore.Key { return key(set, fmt.Sprintf("log %d", i)) }
	for i := range chaosRecords {
		put(t, direct, counter(i), aerostore.Bins{"n": 0})
		put(t, direct, checked(i), aerostore.Bins{"n": 0})
		put(t, direct, log(i), aerostore.Bins{"log": ""})
	}

	p := tcpproxy.New(t, aHost(t))
	policy := as.NewClientPolicy()
	policy.TendInterval, policy.Timeout = 100*time.Millisecond, time.Second
	backend, err := asbackend.Dial(t.Context(), p.Addr(), asbackend.WithClientPolicy(policy), asbackend.WithAbandonOnCancel(100), tries(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { backend.Close() })
	stack := middleware.Production()
	stack.Retry = middleware.Retry(middleware.RetryOptions{Attempts: 4, Backoff: middleware.Backoff{Base: time.Millisecond, Max: 20 * time.Millisecond}})
	stack.CircuitBreaker = middleware.CircuitBreaker(middleware.BreakerOptions{OpenFor: 5 * time.Millisecond, FailureRate: 0.9})
	stack.ConcurrencyLimit = middleware.ConcurrencyLimit(8, middleware.ConcurrencyOptions{})
	store := aerostore.Chain(backend, stack.Middleware())

	over := make(chan struct{})
	var trouble sync.WaitGroup
	trouble.Go(func() { makeTrouble(p, rand.New(rand.NewPCG(seed, 0)), over) })
	book := &ledger{appended: map[string]error{}}
	var workers sync.WaitGroup
	for w := range chaosWorkers {
		random := rand.New(rand.NewPCG(seed, uint64(w)+1))
		workers.Go(func() {
			for n := range chaosCalls {
				ctx, cancel := context.WithCancel(t.Context())
				if random.IntN(20) == 0 {
					time.AfterFunc(time.Duration(random.IntN(2000))*time.Microsecond, cancel)
				}
				switch i := random.IntN(chaosRecords); random.IntN(4) {
				case 0:
					book.record(&book.counted[i], store.Increment(ctx, counter(i), aerostore.Bins{"n": 1}))
				case 1:
					token := fmt.Sprintf("%d.%d", w, n)
					err := store.Append(ctx, log(i), aerostore.Bins{"log": token + " "})
					book.mu.Lock()
					book.appended[token] = err
					book.mu.Unlock()
				case 2:
					record, err := store.Get(ctx, checked(i))
					if err == nil {
						was, _ := record.Int("n")
						book.record(&book.checked[i], store.Put(ctx, checked(i), aerostore.Bins{"n": was + 1}, aerostore.GenerationEqual(record.Generation)))
					}
				case 3:
					keys := []aerostore.Key{counter(i), counter((i + 1) % chaosRecords), counter((i + 2) % chaosRecords)}
					results, err := store.BatchOperate(ctx, keys, []aerostore.Operation{aerostore.AddBin("n", 1)})
					for k := range keys {
						one := err
						if results != nil {
							one = results[k].Err
						}
						book.record(&book.counted[(i+k)%chaosRecords], one)
					}
				}
				cancel()
			}
		})
	}
	workers.Wait()
	close(over)
	trouble.Wait()
	p.Refuse() // commands that are held back never arrive

	var all tally
	for i := range chaosRecords {
		for name, c := range map[string]struct {
			key      aerostore.Key
			reported tally
		}{"counter": {counter(i), book.counted[i]}, "checked": {checked(i), book.checked[i]}} {
			record, err := direct.Get(context.WithoutCancel(t.Context()), c.key)
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := record.Int("n"); n < c.reported.done || n > c.reported.done+c.reported.unknown {
				t.Errorf("%s %d stands at %d; %d were acknowledged and %d in doubt", name, i, n, c.reported.done, c.reported.unknown)
			}
			all.done += c.reported.done
			all.unknown += c.reported.unknown
		}
	}
	found := map[string]int{}
	for i := range chaosRecords {
		record, err := direct.Get(context.WithoutCancel(t.Context()), log(i))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := record.Str("log")
		for token := range strings.FieldsSeq(text) {
			found[token]++
		}
	}
	for token, err := range book.appended {
		switch n := found[token]; {
		case n > 1, n == 0 && err == nil, n == 1 && err != nil && !aerostore.InDoubt(err):
			t.Errorf("token %s is there %d times; the caller got: %v", token, n, err)
		}
		if err == nil {
			all.done++
		} else if aerostore.InDoubt(err) {
			all.unknown++
		}
	}
	if all.done == 0 || all.unknown == 0 || book.failed == 0 {
		t.Errorf("the network was not bad enough to prove anything: %d done, %d in doubt, %d failed", all.done, all.unknown, book.failed)
	}
	t.Logf("%d writes done, %d in doubt, %d failed", all.done, all.unknown, book.failed)
	for _, policy := range aerostore.Layers(store) {
		t.Logf("%+v", policy.LayerStats())
	}
	if len(direct.Client().GetNodes()) > 1 {
		return // another node answers
	}
	if err := backend.Ping(t.Context()); err == nil || errors.Is(err, aerostore.ErrClosed) {
		t.Errorf("a Ping without a network gave %v", err)
	}
}

// makeTrouble causes faults of the network until over is closed.
func makeTrouble(p *tcpproxy.Proxy, random *rand.Rand, over <-chan struct{}) {
	pause := func(most int) bool {
		select {
		case <-over:
			return false
		case <-time.After(time.Duration(1+random.IntN(most)) * time.Millisecond):
			return true
		}
	}
	directions := []tcpproxy.Direction{tcpproxy.ToServer, tcpproxy.ToClient}
	for pause(60) {
		switch d := directions[random.IntN(2)]; random.IntN(4) {
		case 0:
			p.Cut()
		case 1:
			p.CutAfter(d, random.IntN(2000))
		case 2:
			p.Stall(d)
			pause(150)
		case 3:
			p.Refuse()
			pause(30)
		}
		pause(10)
		p.Resume()
	}
	p.Resume()
}
