package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// everything is a record with each type of value that a read may return.
func everything() *aerostore.Record {
	return &aerostore.Record{Key: key, Generation: 7, TTL: aerostore.NeverExpire, Bins: aerostore.Bins{
		"nothing": nil, "bool": true, "int": 1, "float": 1.5, "text": "a", "place": aerostore.GeoJSON("{}"),
		"bytes": []byte{1}, "hll": aerostore.HLL{1},
		"list":    []any{1, []any{2}, []byte{3}},
		"map":     map[any]any{"a": []byte{1}, [2]byte{1, 2}: map[any]any{1: []any{1}}},
		"pairs":   []aerostore.MapPair{{Key: "a", Value: []any{1}}},
		"results": aerostore.OpResults{1, []byte{1}},
	}}
}

func TestConcurrentReadsOfOneRecordAreShared(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		var events heard
		calls := 0
		shared := aerostore.Chain(aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
			calls++
			time.Sleep(ms)
			return aerostore.Result{Attempts: 2, Node: node}.WithRecord(everything()), nil
		}), middleware.Coalesce(middleware.CoalesceOptions{OnEvent: events.hook}))
		store, results := keeping(shared)
		records := make(chan *aerostore.Record, 10)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				record, err := store.Get(t.Context(), key)
				if err != nil {
					t.Error(err)
				}
				records <- record
			})
		}
		all.Wait()
		close(records)
		for record := range records {
			if !reflect.DeepEqual(record, everything()) {
				t.Errorf("a caller got %+v", record)
			}
			fake.Spoil(record.Bins) // must not change the next caller's
			record.Generation = 0
		}
		if calls != 1 {
			t.Errorf("%d reads, want 1", calls)
		}
		for range 10 {
			if result := <-results; result.Node != node {
				t.Errorf("a result says %+v", result)
			}
		}
		wantCounted(t, store, map[string]int64{"joined": 9})
		if n := len(events.names()); n != 9 {
			t.Errorf("the hook was called %d times", n)
		}
	})
}

// keeping returns a store and the results that passed it.
func keeping(store aerostore.Store) (aerostore.Store, <-chan aerostore.Result) {
	results := make(chan aerostore.Result, 100)
	return aerostore.Chain(store, aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			result, err := next(ctx, call)
			results <- result
			return result, err
		}
	})), results
}

func TestOneCallerGetsTheAttemptsOfASharedRead(t *testing.T) {
	for _, c := range []struct {
		name   string
		leaves bool // the first caller does
		fails  aerostore.ResultCode
		want   int32
	}{
		{"an answer", false, 0, 3},
		{"an answer, the first caller has left", true, 0, 3},
		{"a failure", false, aerostore.CodeTimeout, 3},
		{"a failure, the first caller has left", true, aerostore.CodeTimeout, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				backend := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
					time.Sleep(time.Second)
					result := aerostore.Result{Attempts: c.want}
					if c.fails != 0 {
						return result, call.NewError(c.fails, nil)
					}
					return result, nil
				})
				store, results := keeping(aerostore.Chain(backend, middleware.Coalesce(middleware.CoalesceOptions{})))
				first, leave := context.WithCancel(t.Context())
				defer leave()
				var all sync.WaitGroup
				all.Go(func() { _, _ = store.Get(first, key) })
				synctest.Wait()
				for range 9 {
					all.Go(func() { _, _ = store.Get(t.Context(), key) })
				}
				synctest.Wait()
				if c.leaves {
					leave()
				}
				all.Wait()
				var sum int32
				for range 10 {
					sum += (<-results).Attempts
				}
				if sum != c.want {
					t.Errorf("the results of all callers say %d attempts, want %d", sum, c.want)
				}
			})
		})
	}
}

func TestOnlyTheSameReadsAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: ms}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Coalesce(middleware.CoalesceOptions{}))
		other := aerostore.NewKey("test", "users", 2)
		ctx := t.Context()
		reads := []func(){
			func() { _, _ = store.Get(ctx, key) },
			func() { _, _ = store.Get(ctx, other) },
			func() { _, _ = store.Get(ctx, key, aerostore.Timeout(time.Second)) },
			func() { _, _ = store.Select(ctx, key, nil) },
			func() { _, _ = store.Select(ctx, key, []string{"a", "b"}) },
			func() { _, _ = store.Select(ctx, key, []string{"ab"}) },
			func() { _, _ = store.Exists(ctx, key) },
			func() { _, _ = store.Exists(ctx, key, aerostore.ReadModeAll) },
			func() { _, _ = store.Exists(ctx, key, aerostore.Filter(exp.IntBin("age").AtLeast(18))) }, // a new one each time
			func() { _, _ = store.Exists(ctx, key, aerostore.Filter(exp.IntBin("age").AtLeast(21))) },
			func() { _, _ = store.Exists(ctx, key, aerostore.Filter(exp.IntBin("old").AtLeast(18))) },
		}
		for _, ops := range differentReads() {
			reads = append(reads, func() { _, _ = store.Operate(ctx, key, ops()) })
		}
		alone := []func(){
			func() { _, _ = store.BatchRead(ctx, keys, nil) },
			func() { _, _ = store.BatchOperate(ctx, keys, []aerostore.Operation{scores.Get(cdt.All())}) },
			func() { _, _ = store.Get(ctx, aerostore.DigestKey("test", "users", key.Digest())) },
		}
		var all sync.WaitGroup
		for range 2 {
			for _, read := range slices.Concat(reads, alone) {
				all.Go(read)
			}
		}
		all.Wait()
		if want := len(reads) + 2*len(alone); backend.n() != want {
			t.Errorf("%d reads, want %d", backend.n(), want)
		}
	})
}

var scores = aerostore.ListBin("scores")

// differentReads returns operations that read, none of which reads the same as another.
// They are new at each call.
func differentReads() (all []func() []aerostore.Operation) {
	profile, visitors := aerostore.MapBin("profile"), aerostore.HLLBin("visitors")
	for _, read := range []func() aerostore.Operation{
		func() aerostore.Operation { return aerostore.ReadAll() },
		func() aerostore.Operation { return aerostore.ReadBin("scores") },
		func() aerostore.Operation { return aerostore.ReadBin("profile") },
		func() aerostore.Operation { return scores.Size() },
		func() aerostore.Operation { return scores.Get(cdt.Index(0)) },
		func() aerostore.Operation { return scores.Get(cdt.Index(1)) },
		func() aerostore.Operation { return scores.Get(cdt.Rank(0)) },
		func() aerostore.Operation { return scores.Get(cdt.Rank(0), cdt.Count) },
		func() aerostore.Operation { return scores.Get(cdt.Ranks(-10, 10)) },
		func() aerostore.Operation { return scores.Get(cdt.Ranks(-10, cdt.ToEnd)) },
		func() aerostore.Operation { return scores.Get(cdt.Not(cdt.Ranks(-10, 10))) },
		func() aerostore.Operation { return scores.Get(cdt.Below("a")) },
		func() aerostore.Operation { return scores.Get(cdt.Below("b")) },
		func() aerostore.Operation { return scores.Get(cdt.From("b")) },
		func() aerostore.Operation { return scores.Get(cdt.Between(1, []any{1, "a"})) },
		func() aerostore.Operation { return scores.Get(cdt.Between(1, []any{1, "b"})) },
		func() aerostore.Operation { return scores.Get(cdt.Values(1, "a")) },
		func() aerostore.Operation { return scores.Get(cdt.Value([]any{1, "a"})) },
		func() aerostore.Operation { return scores.In(cdt.Key("a")).Size() },
		func() aerostore.Operation { return scores.In(cdt.Key("b")).Size() },
		func() aerostore.Operation { return scores.In(cdt.Index(0)).Size() },
		func() aerostore.Operation { return scores.In(cdt.Index(0).InMap()).Size() },
		func() aerostore.Operation { return profile.Size() },
		func() aerostore.Operation { return profile.Get(cdt.Key([]byte{1})) },
		func() aerostore.Operation { return profile.Get(cdt.Key([]byte{2})) },
		func() aerostore.Operation { return visitors.Union(aerostore.HLL{1}) },
		func() aerostore.Operation { return visitors.Union(aerostore.HLL{2}) },
		func() aerostore.Operation { return visitors.Union(aerostore.HLL{1}, aerostore.HLL{2}) },
		func() aerostore.Operation { return aerostore.BitBin("flags").ScanLeft(0, 8, true) },
		func() aerostore.Operation { return aerostore.BitBin("flags").ScanLeft(0, 8, false) },
		func() aerostore.Operation { return aerostore.ReadExp("r", exp.IntBin("a").Equal(1)) },
		func() aerostore.Operation { return aerostore.ReadExp("r", exp.IntBin("a").Equal(2)) },
		func() aerostore.Operation { return aerostore.ReadExp("r", exp.IntBin("a").Equal(1), exp.EvalNoFail) },
		func() aerostore.Operation { return aerostore.ReadExp("r", exp.IntBin("a")) },
		func() aerostore.Operation { return aerostore.ReadExp("r", exp.StringBin("a")) },
		func() aerostore.Operation { return aerostore.ReadExp("s", exp.StringBin("a")) },
	} {
		all = append(all, func() []aerostore.Operation { return []aerostore.Operation{read()} })
	}
	return append(all, func() []aerostore.Operation { return []aerostore.Operation{scores.Size(), profile.Size()} },
		func() []aerostore.Operation { return []aerostore.Operation{profile.Size(), scores.Size()} })
}

func TestEachCallerOfASharedOperateGetsItsOwnSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		results := func() []any {
			return []any{[]any{[]byte{1}, 2}, nil, map[any]any{"a": []any{1}}, []aerostore.MapPair{{Key: "a", Value: []any{1}}}, aerostore.Bins{"b": []any{1}}}
		}
		store := aerostore.Chain(aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
			time.Sleep(ms)
			record := everything()
			record.SetSteps(results())
			return aerostore.Result{}.WithRecord(record), nil
		}), middleware.Coalesce(middleware.CoalesceOptions{}))
		var all sync.WaitGroup
		var one sync.Mutex
		for range 3 {
			all.Go(func() {
				record, err := store.Operate(t.Context(), key, []aerostore.Operation{scores.Get(cdt.All())})
				if err != nil {
					t.Error(err)
					return
				}
				one.Lock()
				defer one.Unlock()
				for i, want := range results() {
					if got := record.Step(i).Value(); !reflect.DeepEqual(got, want) {
						t.Errorf("step %d is %v, want %v", i, got, want)
					}
					fake.Spoil(record.Step(i).Value()) // must not change another caller's
				}
			})
		}
		all.Wait()
		wantCounted(t, store, map[string]int64{"joined": 2})
	})
}

func TestASharedOperateDoesNotUseTheArgumentsOfACallerThatLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sketch := aerostore.HLL{1}
		store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			time.Sleep(time.Second)
			want := []aerostore.Operation{aerostore.HLLBin("visitors").Union(aerostore.HLL{1})}
			if !reflect.DeepEqual(call.Operations(), want) {
				t.Errorf("the operations became %s", call.Operations()[0].Source())
			}
			return aerostore.Result{}.WithRecord(everything()), nil
		}), middleware.Coalesce(middleware.CoalesceOptions{}))
		short, cancel := context.WithTimeout(t.Context(), ms)
		defer cancel()
		ops := []aerostore.Operation{aerostore.HLLBin("visitors").Union(sketch)}
		var all sync.WaitGroup
		all.Go(func() {
			_, _ = store.Operate(short, key, ops)
			sketch[0], ops[0] = 2, aerostore.ReadAll()
		})
		synctest.Wait()
		all.Go(func() {
			_, _ = store.Operate(t.Context(), key, []aerostore.Operation{aerostore.HLLBin("visitors").Union(aerostore.HLL{1})})
		})
		all.Wait()
	})
}

func TestAReadThatHasEndedIsNotJoined(t *testing.T) {
	backend := &attempts{script: []attempt{{}}}
	store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Coalesce(middleware.CoalesceOptions{}))
	for range 3 {
		_ = get(t, store)
	}
	if backend.n() != 3 {
		t.Errorf("%d reads, want 3", backend.n())
	}
}

func TestACallerThatLeavesDoesNotEndASharedRead(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, leaves := range []string{"the first", "the second"} {
		t.Run(leaves, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				type ctxKey struct{}
				backend := &attempts{script: []attempt{{takes: time.Second, name: "a"}}}
				store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Coalesce(middleware.CoalesceOptions{}))
				short, cancel := context.WithTimeout(context.WithValue(t.Context(), ctxKey{}, leaves), 100*ms)
				defer cancel()
				long := context.WithValue(t.Context(), ctxKey{}, "stays")
				first, second := short, long
				if leaves == "the second" {
					first, second = long, short
				}
				start := time.Now()
				var all sync.WaitGroup
				for _, ctx := range []context.Context{first, second} {
					all.Go(func() {
						record, err := store.Get(ctx, key)
						switch {
						case ctx == short && (fmt.Sprint(err) != "aerostore: GET test.users: context deadline exceeded" || time.Since(start) != 100*ms):
							t.Errorf("the caller that left got %v after %v", err, time.Since(start))
						case ctx == long && (err != nil || record.Bins["name"] != "a" || time.Since(start) != time.Second):
							t.Errorf("the caller that stayed got %v, %v after %v", record, err, time.Since(start))
						}
					})
					synctest.Wait()
				}
				all.Wait()
				if backend.n() != 1 {
					t.Fatalf("%d reads, want 1", backend.n())
				}
				if _, has := backend.ctxs[0].Deadline(); has {
					t.Error("the read has the deadline of one of its callers")
				}
				if got := backend.ctxs[0].Value(ctxKey{}); got != first.Value(ctxKey{}) {
					t.Errorf("the read has the context of %v", got)
				}
			})
		})
	}
}

func TestASharedReadIsCanceledWithItsLastCaller(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: time.Hour}, {takes: ms}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Coalesce(middleware.CoalesceOptions{}))
		var all sync.WaitGroup
		for i := range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*time.Second)
			defer cancel()
			all.Go(func() { _, _ = store.Get(ctx, key) })
		}
		time.Sleep(2500 * ms)
		if flying := snapshot(t, store).Gauge("in_flight"); flying != 1 {
			t.Errorf("%v reads under way while a caller is left, want 1", flying)
		}
		all.Wait()
		// A canceled read is not joined.
		if err := get(t, store); err != nil {
			t.Error(err)
		}
		if flying := snapshot(t, store).Gauge("in_flight"); flying != 0 || backend.n() != 2 || backend.ctxs[0].Err() == nil {
			t.Errorf("%v reads under way of %d", flying, backend.n())
		}
	})
}

func TestAReadAfterAWriteDoesNotJoinAReadFromBefore(t *testing.T) {
	digest := aerostore.DigestKey("test", "users", key.Digest())
	touch := []aerostore.Operation{aerostore.TouchRecord()}
	for name, write := range map[string]func(ctx context.Context, s aerostore.Store) error{
		"Put":       func(ctx context.Context, s aerostore.Store) error { return s.Put(ctx, key, bins) },
		"Remove":    func(ctx context.Context, s aerostore.Store) error { return errorOf(s.Remove(ctx, key)) },
		"Increment": func(ctx context.Context, s aerostore.Store) error { return s.Increment(ctx, key, bins) },
		"a list append": func(ctx context.Context, s aerostore.Store) error {
			return errorOf(s.Operate(ctx, key, []aerostore.Operation{scores.Get(cdt.All()), scores.Append(1)}))
		},
		"Operate": func(ctx context.Context, s aerostore.Store) error { return errorOf(s.Operate(ctx, key, touch)) },
		"BatchWrite": func(ctx context.Context, s aerostore.Store) error {
			return errorOf(s.BatchWrite(ctx, []aerostore.BatchItem{{Key: keys[1], Bins: bins}, {Key: key, Bins: bins}}))
		},
		"BatchRemove":   func(ctx context.Context, s aerostore.Store) error { return errorOf(s.BatchRemove(ctx, keys)) },
		"BatchOperate":  func(ctx context.Context, s aerostore.Store) error { return errorOf(s.BatchOperate(ctx, keys, touch)) },
		"Put by digest": func(ctx context.Context, s aerostore.Store) error { return s.Put(ctx, digest, bins) },
		"batch by digest": func(ctx context.Context, s aerostore.Store) error {
			return errorOf(s.BatchRemove(ctx, []aerostore.Key{keys[1], digest}))
		},
		"Do": func(ctx context.Context, s aerostore.Store) error {
			return aerostore.Do(ctx, s, aerostore.Custom{Name: "TRUNCATE", Writes: true}, func(context.Context) error { return nil })
		},
		"a panic": func(ctx context.Context, s aerostore.Store) error {
			panicOf(func() { _ = s.Put(ctx, key, aerostore.Bins{"panic": true}) })
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				written := "old"
				var mu sync.Mutex
				reads := 0
				store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
					if call.Writes() {
						time.Sleep(10 * ms)
						mu.Lock()
						written = "new"
						mu.Unlock()
						time.Sleep(10 * ms)
						if call.Bins()["panic"] != nil {
							panic(marker)
						}
						return fake.Success(call), nil
					}
					mu.Lock()
					reads++
					record := &aerostore.Record{Bins: aerostore.Bins{"name": written}}
					mu.Unlock()
					time.Sleep(time.Second) // before it returns
					return aerostore.Result{}.WithRecord(record), nil
				}), middleware.Coalesce(middleware.CoalesceOptions{}))
				var all sync.WaitGroup
				read := func(want string) {
					all.Go(func() {
						record, err := store.Get(t.Context(), key)
						if name, _ := record.Str("name"); err != nil || name != want {
							t.Errorf("a read returned %q, %v, want %q", name, err, want)
						}
					})
					synctest.Wait()
				}
				read("old") // joined by the next
				read("old")
				all.Go(func() {
					if err := write(t.Context(), store); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
				read("old") // while the write runs, before it is applied
				time.Sleep(15 * ms)
				read("new") // after it was applied
				time.Sleep(10 * ms)
				read("new") // after it has returned
				read("new") // joins
				all.Wait()
				if reads != 4 {
					t.Errorf("%d reads, want 4", reads)
				}
			})
		})
	}
}

func TestAWriteToAnotherRecordDoesNotPreventSharing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: ms}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Coalesce(middleware.CoalesceOptions{}))
		var all sync.WaitGroup
		all.Go(func() { _ = get(t, store) })
		synctest.Wait()
		all.Go(func() { _ = store.Touch(t.Context(), aerostore.NewKey("test", "users", 2)) })
		synctest.Wait()
		all.Go(func() { _ = get(t, store) })
		all.Wait()
		wantCounted(t, store, map[string]int64{"joined": 1})
	})
}

func TestAllCallersOfASharedReadGetItsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: ms, err: aerostore.CodeTimeout}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Coalesce(middleware.CoalesceOptions{}))
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := get(t, store); !errors.Is(err, aerostore.ErrTimeout) {
					t.Errorf("a caller got %v", err)
				}
			})
		}
		all.Wait()
		if backend.n() != 1 {
			t.Errorf("%d reads, want 1", backend.n())
		}
	})
}

func TestAllCallersOfASharedReadPanicWithIt(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: ms, panics: true}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Coalesce(middleware.CoalesceOptions{}))
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				got, _ := panicOf(func() { _ = get(t, store) }).(*middleware.PanicError)
				if got == nil || fmt.Sprint(got.Value) != marker || !strings.Contains(got.Error(), "(*attempts).handle") {
					t.Errorf("panic %v", got)
				}
			})
		}
		all.Wait()
		wantCounted(t, store, map[string]int64{"panicked": 0})
	})
}

func TestAPanicOfASharedReadWithoutCallersIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: time.Second, panics: true, deaf: true}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Coalesce(middleware.CoalesceOptions{}))
		ctx, cancel := context.WithTimeout(t.Context(), ms)
		defer cancel()
		_, _ = store.Get(ctx, key)
		time.Sleep(time.Second)
		synctest.Wait()
		wantCounted(t, store, map[string]int64{"panicked": 1})
	})
}

func TestAllCallersOfASharedReadExitWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := &attempts{script: []attempt{{takes: ms, exits: true}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Coalesce(middleware.CoalesceOptions{}))
		var all sync.WaitGroup
		for range 2 {
			all.Add(1)
			go func() {
				defer all.Done()
				_ = get(t, store)
				t.Error("a caller went on")
				runtime.Goexit()
			}()
		}
		all.Wait()
	})
}

func TestCoalesceIsSafeForConcurrentUse(t *testing.T) {
	defer goleak.VerifyNone(t)
	store := aerostore.Chain(memory.NewT(t), middleware.Coalesce(middleware.CoalesceOptions{}), aerostore.Intercept(
		func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				runtime.Gosched()
				result, err := next(ctx, call)
				runtime.Gosched()
				return result, err
			}
		}))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			mine := fmt.Sprint("n", i) // a bin that only this goroutine writes
			for n := range 300 {
				ctx, cancel := context.WithCancel(t.Context())
				if err := store.Put(ctx, key, aerostore.Bins{mine: n}); err != nil {
					t.Error(err)
				}
				if n%3 == 0 {
					go cancel() // at a random moment
				}
				record, err := store.Get(ctx, key)
				if got, _ := record.Int(mine); err == nil && got != n {
					t.Errorf("read %d after writing %d", got, n)
				} else if err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				cancel()
			}
		})
	}
	all.Wait()
}

func ExampleCoalesce() {
	backend := memory.New()
	var reads atomic.Int64
	counted := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if call.Op == aerostore.OpGet {
				reads.Add(1)
				time.Sleep(10 * time.Millisecond)
			}
			return next(ctx, call)
		}
	})
	store := aerostore.Chain(backend, middleware.Coalesce(middleware.CoalesceOptions{}), counted)

	ctx := context.Background()
	frontPage := aerostore.NewKey("test", "pages", "front")
	_ = store.Put(ctx, frontPage, aerostore.Bins{"title": "News"})
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { _, _ = store.Get(ctx, frontPage) })
	}
	all.Wait()
	fmt.Println(reads.Load() < 100)

	// Output:
	// true
}
