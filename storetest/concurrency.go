package storetest

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

const (
	workers = 8
	rounds  = 10
)

// together calls work on several goroutines and returns when all have returned.
func together(work func(worker int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for worker := range workers {
		wg.Go(func() {
			<-start
			work(worker)
		})
	}
	close(start)
	wg.Wait()
}

// yielding returns a context that yields the processor whenever a store checks it.
// Other goroutines then run between the steps of an operation that has several.
func (t *trial) yielding() context.Context { return yielding{t.Context()} }

type yielding struct{ context.Context } //nolint:containedctx // it is one

func (y yielding) Err() error {
	runtime.Gosched()
	return y.Context.Err()
}

func (y yielding) Done() <-chan struct{} {
	runtime.Gosched()
	return y.Context.Done()
}

func concurrencyCases() []testCase {
	cases := []testCase{
		{
			name: "concurrent increments add up",
			why:  "an increment is atomic: none is lost",
			run: func(t *trial) {
				key := t.key()
				together(func(int) {
					for range rounds {
						if err := t.store.Increment(t.yielding(), key, aerostore.Bins{"n": 1}); err != nil {
							t.Errorf("Increment failed with %q, want no error", err)
						}
					}
				})
				t.holds(key, aerostore.Bins{"n": workers * rounds})
				t.equal("Generation", t.get(key).Generation, uint32(workers*rounds))
			},
		},
		{
			name: "concurrent operates return different counts",
			why:  "an Operate is atomic: no two return the same count",
			run: func(t *trial) {
				key := t.key()
				var seen sync.Map
				together(func(int) {
					for range rounds {
						r, err := t.store.Operate(t.yielding(), key, []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadBin("n")})
						if err != nil || r == nil {
							t.Errorf("Operate returned the record %v and error %v, want a record and no error", r, err)
							return
						}
						if _, twice := seen.LoadOrStore(r.Bins["n"], true); twice {
							t.Errorf("two operates returned the count %v, want one", r.Bins["n"])
						}
					}
				})
				t.holds(key, aerostore.Bins{"n": workers * rounds})
			},
		},
		{
			name: "compare and set loses no update",
			why:  "GenerationEqual refuses a write over another generation than was read",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"n": 0})
				together(func(int) {
					for range rounds {
						t.addOne(key)
					}
				})
				t.holds(key, aerostore.Bins{"n": workers * rounds})
			},
		},
		{
			name: "one concurrent Remove reports true",
			why:  "of concurrent removals one finds the record, and the others report false",
			run: func(t *trial) {
				for _, key := range t.keys(rounds) {
					t.put(key, before)
					var winners atomic.Int32
					together(func(int) {
						existed, err := t.store.Remove(t.yielding(), key)
						if err != nil {
							t.Errorf("Remove failed with %q, want no error", err)
						}
						if existed {
							winners.Add(1)
						}
					})
					t.equal("the number of operations that succeeded", winners.Load(), int32(1))
				}
			},
		},
		{
			name: "concurrent appends keep every piece",
			why:  "an append is atomic: none is lost or torn",
			run: func(t *trial) {
				key := t.key()
				piece := func(worker int) string { return "<" + strings.Repeat(strconv.Itoa(worker), 20) + ">" }
				together(func(worker int) {
					for range rounds {
						if err := t.store.Append(t.yielding(), key, aerostore.Bins{"s": piece(worker)}); err != nil {
							t.Errorf("Append failed with %q, want no error", err)
						}
					}
				})
				all, err := t.get(key).Str("s")
				t.ok(err)
				for worker := range workers {
					t.equal("the number of pieces of one goroutine", strings.Count(all, piece(worker)), rounds)
				}
				t.equal("the length of all pieces", len(all), workers*rounds*len(piece(0)))
			},
		},
	}
	cases = append(cases, atomicWriteCases()...)
	return append(cases, raceCases()...)
}

// atomicWriteCases returns the cases about reads during a write.
func atomicWriteCases() []testCase {
	var cases []testCase
	for _, writer := range binWriters {
		cases = append(cases, testCase{
			name: "a concurrent read sees all of a write by " + writer.name + " or nothing",
			why:  "a read returns the record before a write or after it, never a part of it",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 0, "b": 0})
				all, keys := []aerostore.Operation{aerostore.ReadAll()}, []aerostore.Key{key}
				readers := []func() (*aerostore.Record, error){
					func() (*aerostore.Record, error) { return t.store.Get(t.yielding(), key) },
					func() (*aerostore.Record, error) { return t.store.Operate(t.yielding(), key, all) },
					func() (*aerostore.Record, error) { return onlyResult(t.store.BatchRead(t.yielding(), keys, nil)) },
				}
				together(func(worker int) {
					for round := range rounds {
						if worker%2 == 0 {
							if err := writer.write(target{t.store, t.yielding(), key, nil}, aerostore.Bins{"a": worker, "b": worker}); err != nil {
								t.Errorf("%s failed with %q, want no error", writer.name, err)
							}
							continue
						}
						r, err := readers[round%len(readers)]()
						if err != nil || r == nil || r.Bins["a"] != r.Bins["b"] {
							t.Errorf("a read returned the record %+v and error %v, want two equal bins", r, err)
						}
					}
				})
			},
		})
	}
	return cases
}

// raceCases returns the cases about concurrent conditional writes.
func raceCases() []testCase {
	cases := perCreation(func(o operation) testCase {
		return testCase{
			name: "one concurrent " + o.name() + " with CreateOnly succeeds",
			why:  "of concurrent writes that create a record, one succeeds and the others fail with ErrExists",
			run: func(t *trial) {
				for _, key := range t.keys(rounds) {
					t.equal("the number of operations that succeeded", t.race(o, key, aerostore.CreateOnly, aerostore.ErrExists), 1)
					t.equal("Generation", t.get(key).Generation, uint32(1))
				}
			},
		}
	})
	cases = append(cases, perSome(leavesRecord, func(o operation) testCase {
		return testCase{
			name: "one concurrent " + o.name() + " with GenerationEqual succeeds",
			why:  "the comparison of the generation and the write are one atomic step",
			run: func(t *trial) {
				for _, key := range t.keys(5 * rounds) {
					t.put(key, before)
					t.equal("the number of operations that succeeded", t.race(o, key, aerostore.GenerationEqual(1), aerostore.ErrGeneration), 1)
					t.written(key, false)
				}
			},
		}
	})...)
	return append(cases, perSome(leavesRecord, func(o operation) testCase {
		return testCase{
			name: o.name() + " with UpdateOnly does not create a removed record",
			why:  "an update comes before the removal or fails with ErrNotFound",
			run: func(t *trial) {
				for _, key := range t.keys(5 * rounds) {
					t.put(key, before)
					together(func(worker int) {
						var err error
						if worker == 0 {
							_, err = t.store.Remove(t.yielding(), key)
						} else if err = o.do(t.yielding(), t.store, key, aerostore.UpdateOnly); errors.Is(err, aerostore.ErrNotFound) {
							err = nil
						}
						if err != nil {
							t.Errorf("failed with %q, want no error or ErrNotFound", err)
						}
					})
					t.missing(key)
				}
			},
		}
	})...)
}

// race runs an operation on several goroutines and returns how many succeed. The
// others must fail with refusal.
func (t *trial) race(o operation, key aerostore.Key, option aerostore.WriteOption, refusal error) int {
	t.Helper()
	var winners atomic.Int32
	together(func(int) {
		switch err := o.do(t.yielding(), t.store, key, option); {
		case err == nil:
			winners.Add(1)
		case !errors.Is(err, refusal):
			t.Errorf("failed with %q, want no error or one that matches %q", err, refusal)
		}
	})
	return int(winners.Load())
}

// addOne adds one to a bin by a read and a write, again until no other write comes
// between them.
func (t *trial) addOne(key aerostore.Key) {
	const patience = 10_000
	for range patience {
		r, err := t.store.Get(t.yielding(), key)
		if err != nil || r == nil {
			t.Errorf("Get returned the record %v and error %v, want a record and no error", r, err)
			return
		}
		n, err := r.Int("n")
		if err != nil {
			t.Errorf("reading the bin failed with %v, want no error", err)
			return
		}
		err = t.store.Put(t.yielding(), key, aerostore.Bins{"n": n + 1}, aerostore.GenerationEqual(r.Generation))
		if err == nil {
			return
		}
		if !errors.Is(err, aerostore.ErrGeneration) {
			t.Errorf("Put failed with %q, want no error or ErrGeneration", err)
			return
		}
	}
	t.Errorf("Put failed with ErrGeneration %d times in a row", patience)
}
