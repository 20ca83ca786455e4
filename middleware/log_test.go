package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

type oddError struct{}

func (oddError) Error() string { return marker }

func TestTheRecordHasTheOutcomeOfAnOperation(t *testing.T) {
	doubtful := put.NewError(aerostore.CodeNetwork, nil)
	doubtful.InDoubt = true
	missed := put.NewError(aerostore.CodeNotFound, nil)
	missed.InDoubt = true
	late := put.NewContextError(context.DeadlineExceeded)
	late.InDoubt = true
	at := put.NewError(aerostore.CodeKeyBusy, nil)
	at.Node = node
	invalid := aerostore.Call{Op: aerostore.OpPut, Key: key}.
		WithBins(aerostore.Bins{"a-name-that-is-too-long": 1}).Validate()

	for _, c := range []struct {
		name   string
		result aerostore.Result
		err    error
		want   string
	}{
		{"a success", aerostore.Result{}, nil, "DEBUG outcome=OK"},
		{
			"a success at the third attempt",
			aerostore.Result{Attempts: 3, Node: node},
			nil,
			"DEBUG outcome=OK attempts=3 node=BB9 10.0.0.7:3010",
		},
		{
			"no record",
			aerostore.Result{Attempts: 1},
			put.NewError(aerostore.CodeNotFound, nil),
			"DEBUG outcome=KEY_NOT_FOUND_ERROR code=2 error=" + put.NewError(aerostore.CodeNotFound, nil).Error(),
		},
		{
			"filtered out",
			aerostore.Result{},
			aerostore.ErrFilteredOut,
			"DEBUG outcome=FILTERED_OUT code=27",
		},
		{
			"a failure",
			aerostore.Result{},
			put.NewError(aerostore.CodeGeneration, nil),
			"WARN outcome=GENERATION_ERROR code=3 error=" + put.NewError(aerostore.CodeGeneration, nil).Error(),
		},
		{
			"a failure of a node",
			aerostore.Result{},
			at,
			"WARN outcome=KEY_BUSY code=14 node=BB9 10.0.0.7:3010 error=" + at.Error(),
		},
		{
			"a failure that a layer wrapped",
			aerostore.Result{},
			fmt.Errorf("user %s: %w", marker, at),
			"WARN outcome=KEY_BUSY code=14 node=BB9 10.0.0.7:3010 error=" + at.Error(),
		},
		{
			"in doubt",
			aerostore.Result{Attempts: 2},
			doubtful,
			"ERROR outcome=NETWORK_ERROR code=-18 in_doubt=true attempts=2 error=" + doubtful.Error(),
		},
		{
			"a deadline in doubt",
			aerostore.Result{},
			late,
			"ERROR outcome=timeout in_doubt=true error=" + late.Error(),
		},
		{
			"a cancellation",
			aerostore.Result{},
			put.NewContextError(context.Canceled),
			"WARN outcome=canceled error=aerostore: PUT test.users: context canceled",
		},
		{
			"a closed store",
			aerostore.Result{},
			put.NewError(aerostore.CodeOK, aerostore.ErrClosed),
			"WARN outcome=closed error=aerostore: PUT test.users: the store is closed",
		},
		{
			"refused input",
			aerostore.Result{},
			invalid,
			"WARN outcome=BIN_NAME_TOO_LONG code=21 error=aerostore: PUT test.users: a bin name has 23 bytes, 15 at most",
		},
		{
			"no record, in doubt",
			aerostore.Result{},
			missed,
			"ERROR outcome=KEY_NOT_FOUND_ERROR code=2 in_doubt=true error=" + missed.Error(),
		},
		{"an error of another type", aerostore.Result{}, oddError{}, "ERROR outcome=middleware_test.oddError in_doubt=true"},
		{
			"one that was wrapped",
			aerostore.Result{},
			fmt.Errorf("user %s: %w", marker, oddError{}),
			"ERROR outcome=middleware_test.oddError in_doubt=true",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, records := logged(func(context.Context, aerostore.Call) (aerostore.Result, error) {
					time.Sleep(3 * time.Millisecond)
					return c.result, c.err
				}, middleware.LogOptions{})
				if err := store.Put(t.Context(), key, bins); err != c.err {
					t.Fatal(err)
				}
				level, rest, _ := strings.Cut(c.want, " ")
				records.want(t, level+" operation=PUT namespace=test set=users duration=3ms "+rest)
			})
		})
	}
}

func TestTheRecordOfABatchCountsItsKeys(t *testing.T) {
	busy := put.NewError(aerostore.CodeKeyBusy, nil)
	found := aerostore.BatchResult{Key: key, Record: &aerostore.Record{Bins: bins}}
	missing := aerostore.BatchResult{Key: key, Err: put.NewError(aerostore.CodeNotFound, nil)}
	failed := aerostore.BatchResult{Key: key, Err: busy}

	for _, c := range []struct {
		name    string
		results []aerostore.BatchResult
		err     error
		want    string
	}{
		{"all are there", []aerostore.BatchResult{found, found, found}, nil, "DEBUG outcome=OK batch_size=3 rows=3"},
		{"some are not there", []aerostore.BatchResult{found, missing, missing}, nil, "DEBUG outcome=OK batch_size=3 rows=1"},
		{
			"one failed",
			[]aerostore.BatchResult{found, missing, failed},
			nil,
			"WARN outcome=KEY_BUSY code=14 batch_size=3 batch_failed=1 rows=1 error=" + busy.Error(),
		},
		{
			"it did not go through", nil, put.NewError(aerostore.CodeBatchQueuesFull, nil),
			"WARN outcome=BATCH_QUEUES_FULL code=152 batch_size=3 rows=0 error=" +
				put.NewError(aerostore.CodeBatchQueuesFull, nil).Error(),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, records := logged(fake.Answers(aerostore.Result{}.WithBatch(c.results), c.err), middleware.LogOptions{})
				if _, err := store.BatchRead(t.Context(), keys, nil); err != c.err {
					t.Fatal(err)
				}
				level, rest, _ := strings.Cut(c.want, " ")
				records.want(t, level+" operation=BATCH READ namespace=test set=users duration=0s "+rest)
			})
		})
	}
}

func TestTheRecordOfABatchSaysThatAKeyIsInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := busy(put)
		results := []aerostore.BatchResult{{Key: key, Err: busy}, {Key: key}, {Key: key, Err: uncertain(put, aerostore.CodeNotFound)}}
		store, records := logged(fake.Answers(aerostore.Result{}.WithBatch(results), nil), middleware.LogOptions{})
		if _, err := store.BatchRemove(t.Context(), keys); err != nil {
			t.Fatal(err)
		}
		records.want(t, "ERROR operation=BATCH REMOVE namespace=test set=users duration=0s"+
			" outcome=KEY_BUSY code=14 in_doubt=true batch_size=3 batch_failed=2 error="+busy.Error())
	})
}

func TestTheRecordOfABatchNamesWhatAllKeysShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, records := logged(fake.Answers(aerostore.Result{}, nil), middleware.LogOptions{})
		_, _ = store.BatchRemove(t.Context(), []aerostore.Key{key, aerostore.NewKey("test", "carts", 1)})
		_, _ = store.BatchRemove(t.Context(), []aerostore.Key{key, aerostore.NewKey("bar", "users", 1)})
		records.want(t,
			"DEBUG operation=BATCH REMOVE namespace=test duration=0s outcome=OK batch_size=2",
			"DEBUG operation=BATCH REMOVE duration=0s outcome=OK batch_size=2")
	})
}

func TestTheRecordOfAQueryCoversTheIteration(t *testing.T) {
	aborted := aerostore.Call{Op: aerostore.OpQuery}.NewError(aerostore.CodeQueryAborted, nil)
	for _, c := range []struct {
		name string
		err  error
		rows int // after which the caller leaves the loop
		want string
	}{
		{"to its end", nil, math.MaxInt, "DEBUG operation=QUERY namespace=test set=users duration=5ms outcome=OK rows=5"},
		{"to a break", nil, 2, "DEBUG operation=QUERY namespace=test set=users duration=2ms outcome=OK rows=2"},
		{
			"to an error", aborted, math.MaxInt,
			"WARN operation=QUERY namespace=test set=users duration=5ms outcome=QUERY_ABORTED code=210 rows=5 error=" + aborted.Error(),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, records := logged(fake.Yields(5, c.err), middleware.LogOptions{})
				query := store.Query(t.Context(), everyone)
				records.want(t)
				rows := 0
				for _, err := range query {
					if err != nil {
						break
					}
					time.Sleep(time.Millisecond)
					if rows++; rows == c.rows {
						break
					}
				}
				records.want(t, c.want)
			})
		})
	}
}

func TestLogWritesARecordForAPanicAndDoesNotRecoverIt(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(ctx context.Context, s aerostore.Store)
		want string
	}{
		{
			"in a layer inside",
			func(ctx context.Context, s aerostore.Store) { _ = s.Put(ctx, key, bins) },
			"ERROR operation=PUT namespace=test set=users duration=0s outcome=panic",
		},
		{
			"in the body of a loop over a query",
			func(ctx context.Context, s aerostore.Store) {
				for range s.Query(ctx, everyone) {
					panic(marker)
				}
			},
			"ERROR operation=QUERY namespace=test set=users duration=0s outcome=panic rows=1",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, records := logged(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
					if call.Op == aerostore.OpQuery {
						return fake.Yields(5, nil)(ctx, call)
					}
					panic(marker)
				}, middleware.LogOptions{})
				if got := panicOf(func() { c.run(t.Context(), store) }); got != marker {
					t.Errorf("the panic became %v", got)
				}
				records.want(t, c.want)
			})
		})
	}
}

func TestAnExitInALoopOverAQueryIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, records := logged(fake.Yields(5, nil), middleware.LogOptions{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range store.Query(t.Context(), everyone) {
				runtime.Goexit()
			}
		}()
		<-done
		records.want(t, "ERROR operation=QUERY namespace=test set=users duration=0s outcome=panic rows=1")
	})
}

func TestCallsAndResultsPassUnchanged(t *testing.T) {
	want := &aerostore.Record{Key: key, Bins: bins}
	var seen aerostore.Call
	store, _ := logged(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		seen = call
		return aerostore.Result{}.WithRecord(want), aerostore.ErrFilteredOut
	}, middleware.LogOptions{})
	got, err := store.Select(t.Context(), key, []string{"name"}, aerostore.Timeout(time.Second))
	if got != want || err != aerostore.ErrFilteredOut {
		t.Errorf("Select returned %v, %v", got, err)
	}
	if seen.Op != aerostore.OpSelect || seen.Key != key || !slices.Equal(seen.BinNames(), []string{"name"}) ||
		seen.Options != (aerostore.Options{Timeout: time.Second}) {
		t.Errorf("the call became %v", seen)
	}
}

func TestADisabledHandlerGetsNoRecord(t *testing.T) {
	for _, c := range []struct {
		level slog.Level
		err   error
		want  int
	}{
		{slog.LevelDebug, nil, 1},
		{slog.LevelWarn, nil, 0},
		{slog.LevelWarn, aerostore.ErrGeneration, 1},
		{slog.LevelError, aerostore.ErrGeneration, 0},
		{slog.LevelError + 1, aerostore.ErrGeneration, 0},
	} {
		records := &recorder{level: c.level}
		store := aerostore.Chain(fake.Answers(aerostore.Result{}, c.err), middleware.Log(slog.New(records), middleware.LogOptions{}))
		if err := store.Put(t.Context(), key, bins); err != c.err {
			t.Fatal(err)
		}
		if len(records.lines) != c.want {
			t.Errorf("at %v, %v: %q", c.level, c.err, records.lines)
		}
	}
}

func TestTheHandlerGetsTheContextOfTheOperation(t *testing.T) {
	type ctxKey struct{}
	store, records := logged(fake.Answers(aerostore.Result{}, nil), middleware.LogOptions{})
	_ = store.Touch(context.WithValue(t.Context(), ctxKey{}, "carried"), key)
	if len(records.ctxs) != 1 || records.ctxs[0].Value(ctxKey{}) != "carried" {
		t.Errorf("contexts %v", records.ctxs)
	}
}

func TestTheRecordOfACustomCallHasItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := &recorder{level: math.MinInt}
		store := aerostore.Chain(memory.New(), middleware.Log(slog.New(records).With("component", "store"), middleware.LogOptions{}))
		truncate := aerostore.Custom{Name: "TRUNCATE", Namespace: "test", Writes: true}
		if err := aerostore.Do(t.Context(), store, truncate, func(context.Context) error { return nil }); err != nil {
			t.Fatal(err)
		}
		records.want(t, "DEBUG component=store operation=TRUNCATE namespace=test duration=0s outcome=OK")
	})
}

func TestLogIsSafeForConcurrentUse(t *testing.T) {
	store := aerostore.Chain(memory.New(),
		middleware.Log(jsonLogger(slog.LevelDebug), middleware.LogOptions{Sample: 2, Slow: time.Hour}))
	done := make(chan error)
	const goroutines = 8
	for i := range goroutines {
		go func() {
			var err error
			for range 100 {
				err = errors.Join(err, store.Put(t.Context(), aerostore.NewKey("test", "users", i), bins))
			}
			done <- err
		}()
	}
	for range goroutines {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
