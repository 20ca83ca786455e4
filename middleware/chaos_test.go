package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// In the chaos test many goroutines write through layers to a backend that fails in
// every way. The test keeps account of the errors that they get, and compares it
// with what the backend holds in the end: see account.verify. The seed determines
// what each goroutine does and which of its attempts fail. AEROSTORE_CHAOS_SEED
// runs a seed again.

// chaosStacks are the layers under test, with the number of calls of each
// goroutine.
var chaosStacks = []struct {
	name   string
	calls  int
	layers func() []aerostore.Middleware
}{
	// Random pauses and budgets differ from run to run, so the run that can be
	// replayed has neither.
	{"replayed by its seed", 13_500, func() []aerostore.Middleware {
		return []aerostore.Middleware{
			middleware.Timeout(65*time.Millisecond, middleware.TimeoutOptions{}),
			middleware.Retry(middleware.RetryOptions{Attempts: 4, Backoff: atOnce, Budget: noBudget, AttemptTimeout: 20 * time.Millisecond}),
		}
	}},
	{"as they are by default", 1_000, func() []aerostore.Middleware {
		return []aerostore.Middleware{middleware.Timeout(time.Second, middleware.TimeoutOptions{}), middleware.Retry(middleware.RetryOptions{})}
	}},
	{"within a whole stack", 1_000, func() []aerostore.Middleware {
		return []aerostore.Middleware{fullStack().Middleware()}
	}},
}

func TestErrorsAgreeWithWhatTheBackendHolds(t *testing.T) {
	seed := chaosSeed(t)
	writes := 0
	for _, stack := range chaosStacks {
		t.Run(stack.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newChaos(t, seed, stack.layers())
				a := c.run(16, stack.calls)
				for _, violation := range a.verify(t.Context(), c.backend) {
					t.Error(violation)
				}
				t.Logf("%d writes of %d calls: %d done, %d in doubt, %d failed; %d strikes; %v of the fake clock",
					a.writes, a.calls, a.verdicts[done], a.verdicts[unknown], a.verdicts[failed], c.strikes(), time.Since(c.start))
				writes += a.writes
			})
		})
	}
	if writes < 200_000 {
		t.Errorf("only %d increments, appends and checked writes", writes)
	}
}

// A test that cannot fail proves nothing: each of these breaks a promise.
func TestTheChaosTestFindsABrokenLayer(t *testing.T) {
	around := func(f func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error)) aerostore.Middleware {
		return aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) { return f(ctx, call, next) }
		})
	}
	for name, broken := range map[string]aerostore.Middleware{
		"a retry that repeats writes in doubt": around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			for range 3 {
				if result, err := next(ctx, call); err == nil || !middleware.IsTransient(err) {
					return result, err
				}
			}
			return next(ctx, call)
		}),
		"a Retry that repeats them": middleware.Retry(middleware.RetryOptions{Budget: noBudget, Idempotent: func(aerostore.Call) bool { return true }}),
		"a retry that sends a whole batch again": around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			result, err := next(ctx, call)
			for _, r := range result.Batch() {
				if r.Err != nil && middleware.IsTransient(r.Err) && !aerostore.InDoubt(r.Err) {
					return next(ctx, call)
				}
			}
			return result, err
		}),
		"a layer that takes a timeout for a failure": around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			result, err := next(ctx, call)
			if e, ok := errors.AsType[*aerostore.Error](err); ok && e.InDoubt {
				err = call.NewError(e.Code, nil)
			}
			return result, err
		}),
		"a layer that takes a timeout for a success": around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			result, err := next(ctx, call)
			if aerostore.InDoubt(err) {
				err = nil
			}
			return result, err
		}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newChaos(t, 1, []aerostore.Middleware{broken})
				if violations := c.run(4, 2_000).verify(t.Context(), c.backend); len(violations) == 0 {
					t.Error("no violation was found")
				}
			})
		})
	}
}

func chaosSeed(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("AEROSTORE_CHAOS_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("AEROSTORE_CHAOS_SEED=%d runs this again", seed)
	return seed
}

const (
	chaosRecords = 32 // of each kind that several goroutines write to
	chaosBatch   = 4
)

// chaos is a store that fails in every way, behind layers.
type chaos struct {
	backend *memory.Store
	store   aerostore.Store
	seed    uint64
	start   time.Time

	mu      sync.Mutex
	workers map[int]*chaosBackend
}

// A chaosBackend is the backend as one goroutine meets it, with strikes of its
// own, so that what the others do does not change them.
type chaosBackend struct {
	aerostore.Handler
	injections []*fault.Injection
}

type workerKey struct{}

func newChaos(t *testing.T, seed uint64, layers []aerostore.Middleware) *chaos {
	t.Helper()
	c := &chaos{backend: memory.NewT(t), seed: seed, start: time.Now(), workers: map[int]*chaosBackend{}}
	c.store = aerostore.Chain(aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		return c.worker(ctx.Value(workerKey{}).(int)).Handler(ctx, call)
	}), layers...)
	for _, kind := range []string{"counters", "logs", "both", "checked"} {
		for i := range chaosRecords {
			if err := c.backend.Put(t.Context(), chaosKey(kind, i), aerostore.Bins{"n": 0, "log": ""}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return c
}

func chaosKey(kind string, i int) aerostore.Key { return aerostore.NewKey("test", kind, i) }

// worker returns the backend of one goroutine.
func (c *chaos) worker(i int) *chaosBackend {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b, ok := c.workers[i]; ok {
		return b
	}
	var faults fault.Injector
	b := &chaosBackend{}
	for n, f := range []fault.Fault{
		{Probability: 0.08, Code: aerostore.CodeKeyBusy},
		{Probability: 0.04, Code: aerostore.CodeNetwork},
		{Probability: 0.005, Code: aerostore.CodeRecordTooBig},
		{Probability: 0.03, Code: aerostore.CodeTimeout, InDoubt: true},
		{Probability: 0.03, Code: aerostore.CodeTimeout, InDoubt: true, Applied: true},
		{Probability: 0.01, Code: aerostore.CodeServer, InDoubt: true, Applied: true},
		{Probability: 0.01, Err: context.DeadlineExceeded, InDoubt: true, Applied: true},
		{Probability: 0.02, Delay: time.Millisecond},
		{Probability: 0.01, Delay: 31 * time.Millisecond}, // longer than an attempt
		{Probability: 0.01, Delay: 9 * time.Millisecond, Code: aerostore.CodeTimeout, InDoubt: true, Applied: true},
		{Probability: 0.2, Ops: []aerostore.Op{aerostore.OpQuery}, After: chaosRecords / 2, Code: aerostore.CodeNetwork},
	} {
		f.Seed = c.seed ^ uint64(i)<<8 ^ uint64(n)
		b.injections = append(b.injections, faults.Inject(f))
	}
	partly := &partialBatches{random: rand.New(rand.NewPCG(c.seed, uint64(i)<<1))}
	b.Handler = faults.Intercept(partly.intercept(c.backend.HandlerFor(c.backend)))
	c.workers[i] = b
	return b
}

func (c *chaos) strikes() (n int) {
	for _, b := range c.workers {
		for _, in := range b.injections {
			n += in.Strikes()
		}
	}
	return n
}

// partialBatches fails single keys of batches: some are left out, of some the
// answer is lost.
type partialBatches struct {
	mu     sync.Mutex
	random *rand.Rand
}

func (p *partialBatches) draw(n int) []float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	drawn := make([]float64, n)
	for i := range drawn {
		drawn[i] = p.random.Float64()
	}
	return drawn
}

func (p *partialBatches) intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if !call.IsBatch() {
			return next(ctx, call)
		}
		drawn := p.draw(call.Len())
		results := make([]aerostore.BatchResult, call.Len())
		for i := range results {
			one := call
			if call.Op == aerostore.OpBatchWrite {
				one = one.WithItems(call.Items()[i : i+1])
			} else {
				one = one.WithKeys(call.Keys()[i : i+1])
			}
			results[i].Key = call.KeyAt(i)
			busy, lost := one.NewError(aerostore.CodeKeyBusy, nil), one.NewError(aerostore.CodeNoResponse, nil)
			lost.InDoubt = call.Writes()
			switch d := drawn[i]; {
			case d < 0.1:
				results[i].Err = busy
			case d < 0.15:
				results[i].Err = lost
			default:
				result, err := next(ctx, one)
				if results[i].Err = err; err == nil {
					results[i] = result.Batch()[0]
				}
				if d < 0.2 {
					results[i].Record, results[i].Err = nil, lost
				}
			}
		}
		return aerostore.Result{Attempts: 1}.WithBatch(results), nil
	}
}

// A verdict is what the error of a write says.
type verdict uint8

const (
	done verdict = iota
	unknown
	failed
)

func verdictOf(err error) verdict {
	switch {
	case err == nil:
		return done
	case aerostore.InDoubt(err):
		return unknown
	default:
		return failed
	}
}

// bounds are how often something was done for certain, and how often perhaps.
type bounds struct{ done, unknown int }

func (b *bounds) add(v verdict) {
	switch v {
	case done:
		b.done++
	case unknown:
		b.unknown++
	}
}

// An entry is a write that leaves a unique trace.
type entry struct {
	key     aerostore.Key
	token   string
	verdict verdict
}

// An account has the verdicts of all writes.
type account struct {
	calls, writes int
	verdicts      [failed + 1]int

	counted  [2][chaosRecords]bounds // increments of the bin n, by kind
	checked  [chaosRecords]bounds
	appended []entry // tokens
	created  []entry
	removed  []entry
	broken   []string // promises to one caller
}

func (a *account) add(o *account) {
	a.calls += o.calls
	a.writes += o.writes
	for v := range a.verdicts {
		a.verdicts[v] += o.verdicts[v]
	}
	for i := range chaosRecords {
		for kind := range a.counted {
			a.counted[kind][i].done += o.counted[kind][i].done
			a.counted[kind][i].unknown += o.counted[kind][i].unknown
		}
		a.checked[i].done += o.checked[i].done
		a.checked[i].unknown += o.checked[i].unknown
	}
	a.appended = append(a.appended, o.appended...)
	a.created = append(a.created, o.created...)
	a.removed = append(a.removed, o.removed...)
	a.broken = append(a.broken, o.broken...)
}

func (a *account) breach(format string, args ...any) {
	a.broken = append(a.broken, fmt.Sprintf(format, args...))
}

// run lets workers loose on the store.
func (c *chaos) run(workers, calls int) *account {
	var mu sync.Mutex
	var wg sync.WaitGroup
	total := &account{}
	for i := range workers {
		wg.Go(func() {
			w := &chaosWorker{chaos: c, id: i, random: rand.New(rand.NewPCG(c.seed, uint64(i)<<1+1))}
			for range calls {
				w.step()
			}
			mu.Lock()
			defer mu.Unlock()
			total.add(&w.account)
		})
	}
	wg.Wait()
	return total
}

// A chaosWorker is one of the goroutines.
type chaosWorker struct {
	*chaos
	account

	id     int
	random *rand.Rand
}

// token returns a text that no other write leaves.
func (w *chaosWorker) token() string { return fmt.Sprintf("%d.%d", w.id, w.calls) }

// own returns a key that no other write is about.
func (w *chaosWorker) own(kind string, i int) aerostore.Key {
	return aerostore.NewKey("test", kind, w.token()+"."+strconv.Itoa(i))
}

// step does something drawn at random. Some callers have little time, and some
// give up.
func (w *chaosWorker) step() {
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), workerKey{}, w.id))
	defer cancel()
	switch w.random.IntN(40) {
	case 0:
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, 3500*time.Microsecond)
		defer stop()
	case 1:
		defer time.AfterFunc(2500*time.Microsecond, cancel).Stop()
	}
	w.calls++
	i := w.random.IntN(chaosRecords)
	switch n := w.random.IntN(100); {
	case n < 40:
		w.increment(ctx, i)
	case n < 65:
		w.append(ctx, i)
	case n < 80:
		w.check(ctx, i)
	case n < 90:
		w.operate(ctx, i)
	case n < 92:
		w.create(ctx)
	case n < 94:
		w.remove(ctx)
	case n < 96:
		w.batchOperate(ctx, i)
	case n < 97:
		w.batchCreate(ctx)
	case n < 99:
		w.batchRemove(ctx)
	default:
		w.query(ctx)
	}
}

// judge counts how a write ended.
func (w *chaosWorker) judge(err error) verdict {
	v := verdictOf(err)
	w.writes++
	w.verdicts[v]++
	return v
}

func (w *chaosWorker) increment(ctx context.Context, i int) {
	err := w.store.Increment(ctx, chaosKey("counters", i), aerostore.Bins{"n": 1})
	w.counted[0][i].add(w.judge(err))
}

func (w *chaosWorker) append(ctx context.Context, i int) {
	token, key := w.token(), chaosKey("logs", i)
	err := w.store.Append(ctx, key, aerostore.Bins{"log": token + " "})
	w.appended = append(w.appended, entry{key, token, w.judge(err)})
}

// check increments a number if no other goroutine wrote in between.
func (w *chaosWorker) check(ctx context.Context, i int) {
	key := chaosKey("checked", i)
	record, err := w.store.Get(ctx, key)
	if err != nil {
		if aerostore.InDoubt(err) || errors.Is(err, aerostore.ErrNotFound) {
			w.breach("Get returned %v", err)
		}
		return
	}
	n, _ := record.Int("n")
	err = w.store.Put(ctx, key, aerostore.Bins{"n": n + 1}, aerostore.GenerationEqual(record.Generation))
	w.checked[i].add(w.judge(err))
}

// operate counts and logs at once.
func (w *chaosWorker) operate(ctx context.Context, i int) {
	token, key := w.token(), chaosKey("both", i)
	record, err := w.store.Operate(ctx, key, []aerostore.Operation{
		aerostore.AddBin("n", 1), aerostore.AppendBin("log", token+" "), aerostore.ReadBin("n"),
	})
	if n, _ := record.Int("n"); (n > 0) != (err == nil) {
		w.breach("Operate returned %v, %v", n, err)
	}
	v := w.judge(err)
	w.counted[1][i].add(v)
	w.appended = append(w.appended, entry{key, token, v})
}

func (w *chaosWorker) create(ctx context.Context) {
	key := w.own("created", 0)
	w.hasCreated(key, w.store.Put(ctx, key, aerostore.Bins{"n": 1}, aerostore.CreateOnly))
}

func (w *chaosWorker) hasCreated(key aerostore.Key, err error) {
	if errors.Is(err, aerostore.ErrExists) {
		w.breach("a record that only this goroutine creates exists: %v", err)
	}
	w.created = append(w.created, entry{key: key, verdict: verdictOf(err)})
}

func (w *chaosWorker) remove(ctx context.Context) {
	key := w.own("removed", 0)
	w.provide(key)
	existed, err := w.store.Remove(ctx, key)
	if err == nil && !existed {
		w.breach("a record that only this goroutine removes was gone")
	}
	w.removed = append(w.removed, entry{key: key, verdict: verdictOf(err)})
}

// provide puts a record there, past the layers.
func (w *chaosWorker) provide(key aerostore.Key) {
	if err := w.backend.Put(context.Background(), key, aerostore.Bins{"n": 1}); err != nil {
		w.breach("Put returned %v", err)
	}
}

// each calls f with the result of a batch for each of its keys.
func (w *chaosWorker) each(keys []aerostore.Key, results []aerostore.BatchResult, err error, f func(i int, err error)) {
	if results != nil && len(results) != len(keys) {
		w.breach("%d results for %d keys", len(results), len(keys))
		return
	}
	doubt := false
	for i, key := range keys {
		one := err
		if results != nil {
			one = results[i].Err
			if results[i].Key != key {
				w.breach("result %d is for another key", i)
			}
			if err != nil && one == nil {
				w.breach("the batch failed, and key %d did not: %v", i, err)
			}
		}
		doubt = doubt || aerostore.InDoubt(one)
		f(i, one)
	}
	if err != nil && aerostore.InDoubt(err) != doubt {
		w.breach("keys in doubt: %v, but the batch returned %v", doubt, err)
	}
}

func (w *chaosWorker) batchOperate(ctx context.Context, first int) {
	token := w.token()
	keys := make([]aerostore.Key, chaosBatch)
	for i := range keys {
		keys[i] = chaosKey("both", (first+i)%chaosRecords)
	}
	results, err := w.store.BatchOperate(ctx, keys, []aerostore.Operation{
		aerostore.AddBin("n", 1), aerostore.AppendBin("log", token+" "),
	})
	w.each(keys, results, err, func(i int, err error) {
		v := w.judge(err)
		w.counted[1][(first+i)%chaosRecords].add(v)
		w.appended = append(w.appended, entry{keys[i], token, v})
	})
}

func (w *chaosWorker) batchCreate(ctx context.Context) {
	keys, items := make([]aerostore.Key, chaosBatch), make([]aerostore.BatchItem, chaosBatch)
	for i := range items {
		keys[i] = w.own("created", i)
		items[i] = aerostore.BatchItem{
			Key: keys[i], Bins: aerostore.Bins{"n": 1}, Options: []aerostore.WriteOption{aerostore.CreateOnly},
		}
	}
	results, err := w.store.BatchWrite(ctx, items)
	w.each(keys, results, err, func(i int, err error) { w.hasCreated(keys[i], err) })
}

func (w *chaosWorker) batchRemove(ctx context.Context) {
	keys := make([]aerostore.Key, chaosBatch)
	for i := range keys {
		keys[i] = w.own("removed", i)
		w.provide(keys[i])
	}
	results, err := w.store.BatchRemove(ctx, keys)
	w.each(keys, results, err, func(i int, err error) {
		if errors.Is(err, aerostore.ErrNotFound) {
			w.breach("a record that only this goroutine removes was gone: %v", err)
		}
		w.removed = append(w.removed, entry{key: keys[i], verdict: verdictOf(err)})
	})
}

// query reads records that are always there: all of them, none twice.
func (w *chaosWorker) query(ctx context.Context) {
	seen := map[aerostore.Key]bool{}
	for record, err := range w.store.Query(ctx, aerostore.Query{Namespace: "test", Set: "counters", Bins: []string{"n"}}) {
		if err != nil {
			return
		}
		if seen[record.Key] {
			w.breach("a query returned a record twice")
		}
		seen[record.Key] = true
	}
	if len(seen) != chaosRecords {
		w.breach("a query returned %d records of %d", len(seen), chaosRecords)
	}
}
