package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// A round is the answer of a backend to a batch: an error for the whole, or errors
// for keys by their ids.
type round struct {
	whole error
	keys  map[int64]error
}

// rounds answers batches in turn and keeps the ids of each.
type rounds struct {
	script []round
	sent   [][]int64
}

func (r *rounds) handle(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
	ids := make([]int64, call.Len())
	for i := range ids {
		ids[i] = call.KeyAt(i).ID().(int64)
	}
	r.sent = append(r.sent, ids)
	var now round
	if n := len(r.sent); n <= len(r.script) {
		now = r.script[n-1]
	}
	result := aerostore.Result{Attempts: 1, Node: node}
	if now.whole != nil && now.keys == nil {
		return result, now.whole
	}
	results := make([]aerostore.BatchResult, len(ids))
	for i, id := range ids {
		results[i].Key = call.KeyAt(i)
		if results[i].Err = now.keys[id]; results[i].Err == nil {
			// The record says in which round the key was answered.
			results[i].Record = &aerostore.Record{Generation: uint32(len(r.sent))}
		}
	}
	return result.WithBatch(results), now.whole
}

// toldOf returns, for each key, the round that answered it or its code.
func toldOf(results []aerostore.BatchResult) string {
	var words []string
	for _, r := range results {
		word := aerostore.CodeOf(r.Err).String()
		switch {
		case r.Err == nil:
			word = strconv.FormatUint(uint64(r.Record.Generation), 10)
		case aerostore.InDoubt(r.Err):
			word += "?"
		}
		words = append(words, fmt.Sprint(r.Key.ID(), ":", word))
	}
	return strings.Join(words, " ")
}

func TestOnlyTheFailedKeysOfABatchAreSentAgain(t *testing.T) {
	b := aerostore.Call{Op: aerostore.OpBatchRemove}.WithKeys([]aerostore.Key{aerostore.NewKey("test", "users", 0)})
	again, gone := busy(b), b.NewError(aerostore.CodeNotFound, nil)
	timeout, doubt := b.NewError(aerostore.CodeTimeout, nil), uncertain(b, aerostore.CodeTimeout)
	anyway := func(aerostore.Call) bool { return true }
	for _, c := range []struct {
		name   string
		script []round
		opts   middleware.RetryOptions
		sent   string
		want   string
		code   aerostore.ResultCode // of the batch as a whole
		doubt  bool
	}{
		{
			name: "all at once", sent: "[[0 1 2 3]]", want: "0:1 1:1 2:1 3:1",
		},
		{
			name:   "two keys",
			script: []round{{keys: map[int64]error{1: again, 3: again}}},
			sent:   "[[0 1 2 3] [1 3]]", want: "0:1 1:2 2:1 3:2",
		},
		{
			name:   "a key that is not there is an answer",
			script: []round{{keys: map[int64]error{0: gone, 2: again}}},
			sent:   "[[0 1 2 3] [2]]", want: "0:KEY_NOT_FOUND_ERROR 1:1 2:2 3:1",
		},
		{
			name:   "fewer keys at each attempt",
			script: []round{{keys: map[int64]error{0: again, 1: again, 3: again}}, {keys: map[int64]error{0: gone, 3: again}}},
			sent:   "[[0 1 2 3] [0 1 3] [3]]", want: "0:KEY_NOT_FOUND_ERROR 1:2 2:1 3:3",
		},
		{
			name:   "a key in doubt stays out",
			script: []round{{keys: map[int64]error{0: doubt, 1: again}}, {keys: map[int64]error{1: doubt}}},
			sent:   "[[0 1 2 3] [1]]", want: "0:TIMEOUT? 1:TIMEOUT? 2:1 3:1",
		},
		{
			name:   "a key that fails at each attempt",
			script: slices.Repeat([]round{{keys: map[int64]error{2: again}}}, 3),
			sent:   "[[0 1 2 3] [2] [2]]", want: "0:1 1:1 2:KEY_BUSY 3:1",
		},
		{
			name:   "the next attempt fails as a whole",
			script: []round{{keys: map[int64]error{1: again, 2: again}}, {whole: timeout}, {whole: timeout}},
			sent:   "[[0 1 2 3] [1 2] [1 2]]", want: "0:1 1:TIMEOUT 2:TIMEOUT 3:1",
		},
		{
			name:   "the next attempt fails as a whole in doubt",
			script: []round{{keys: map[int64]error{1: again, 2: again}}, {whole: doubt}},
			sent:   "[[0 1 2 3] [1 2]]", want: "0:1 1:TIMEOUT? 2:TIMEOUT? 3:1",
		},
		{
			name:   "as a whole, then not",
			script: []round{{whole: again}},
			sent:   "[[0 1 2 3] [0 1 2 3]]", want: "0:2 1:2 2:2 3:2",
		},
		{
			name:   "as a whole, at each attempt",
			script: []round{{whole: again}, {whole: timeout}, {whole: again}},
			sent:   "[[0 1 2 3] [0 1 2 3] [0 1 2 3]]", want: "0:KEY_BUSY 1:KEY_BUSY 2:KEY_BUSY 3:KEY_BUSY",
			code: aerostore.CodeKeyBusy,
		},
		{
			name:   "as a whole in doubt",
			script: []round{{whole: doubt}},
			sent:   "[[0 1 2 3]]", want: "", code: aerostore.CodeTimeout, doubt: true,
		},
		{
			name:   "no answer, and some keys are in doubt",
			script: []round{{timeout, map[int64]error{0: doubt, 1: again, 2: doubt, 3: again}}, {whole: again}, {whole: again}},
			sent:   "[[0 1 2 3] [1 3] [1 3]]", want: "0:TIMEOUT? 1:KEY_BUSY 2:TIMEOUT? 3:KEY_BUSY",
			code: aerostore.CodeKeyBusy, doubt: true,
		},
		{
			name:   "idempotent keys in doubt are sent again",
			script: []round{{keys: map[int64]error{0: doubt, 1: doubt}}, {keys: map[int64]error{1: gone}}},
			opts:   middleware.RetryOptions{Idempotent: anyway},
			sent:   "[[0 1 2 3] [0 1]]", want: "0:2 1:KEY_NOT_FOUND_ERROR? 2:1 3:1",
		},
		{
			name:   "the doubt of an attempt before stays",
			script: []round{{whole: doubt}, {keys: map[int64]error{0: again, 1: again}}, {whole: again}},
			opts:   middleware.RetryOptions{Idempotent: anyway},
			sent:   "[[0 1 2 3] [0 1 2 3] [0 1]]", want: "0:KEY_BUSY? 1:KEY_BUSY? 2:2 3:2",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				backend := &rounds{script: c.script}
				store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Retry(c.opts))
				keys := make([]aerostore.Key, 4)
				for i := range keys {
					keys[i] = aerostore.NewKey("test", "users", i)
				}
				results, err := store.BatchRemove(t.Context(), keys)
				if got := toldOf(results); got != c.want {
					t.Errorf("results\n got %s\nwant %s", got, c.want)
				}
				if got := fmt.Sprint(backend.sent); got != c.sent {
					t.Errorf("sent\n got %s\nwant %s", got, c.sent)
				}
				if (err != nil) != (c.code != aerostore.CodeOK) || aerostore.CodeOf(err) != c.code || aerostore.InDoubt(err) != c.doubt {
					t.Errorf("the batch returned %v, want code %d, in doubt %v", err, c.code, c.doubt)
				}
				for i, r := range results {
					if r.Key != keys[i] {
						t.Errorf("result %d is for %v", i, r.Key)
					}
					if _, ok := r.Err.(*aerostore.Error); r.Err != nil && !ok {
						t.Errorf("the error of key %d is a %T", i, r.Err)
					}
				}
			})
		})
	}
}

func TestTheKeysOfABatchReadAreTriedAgain(t *testing.T) {
	for name, run := range map[string]func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error){
		"BatchRead": func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error) {
			return s.BatchRead(ctx, keys, nil)
		},
		"BatchOperate": func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error) {
			return s.BatchOperate(ctx, keys, []aerostore.Operation{aerostore.ReadAll()})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				backend := &rounds{script: []round{{keys: map[int64]error{1: uncertain(put, aerostore.CodeTimeout)}}}}
				store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Retry(middleware.RetryOptions{}))
				results, err := run(t.Context(), store, []aerostore.Key{aerostore.NewKey("test", "users", 0), aerostore.NewKey("test", "users", 1)})
				if got := toldOf(results); got != "0:1 1:2" || err != nil {
					t.Errorf("results %s, %v", got, err)
				}
			})
		})
	}
}

func TestItemsOfABatchKeepTheirBinsAndOptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := memory.NewT(t)
		first := true
		flaky := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				if !call.IsBatch() || !first {
					return next(ctx, call)
				}
				first = false
				sent, err := next(ctx, call.WithItems(call.Items()[:1]))
				results := make([]aerostore.BatchResult, call.Len())
				for i := range results {
					results[i] = aerostore.BatchResult{Key: call.KeyAt(i), Err: busy(call)}
				}
				copy(results, sent.Batch())
				return sent.WithBatch(results), err
			}
		})
		store := aerostore.Chain(backend, middleware.Retry(middleware.RetryOptions{}), flaky)
		for i := range 3 {
			_ = store.Put(t.Context(), aerostore.NewKey("test", "users", i), aerostore.Bins{"n": -1})
		}
		items := make([]aerostore.BatchItem, 3)
		for i := range items {
			items[i] = aerostore.BatchItem{Key: aerostore.NewKey("test", "users", i), Bins: aerostore.Bins{"n": i}}
		}
		items[2].Options = []aerostore.WriteOption{aerostore.CreateOnly}
		results, err := store.BatchWrite(t.Context(), items)
		if err != nil || results[0].Err != nil || results[1].Err != nil || !errors.Is(results[2].Err, aerostore.ErrExists) {
			t.Errorf("BatchWrite returned %v, %v", results, err)
		}
		for i, want := range []int{0, 1, -1} {
			record, err := store.Get(t.Context(), aerostore.NewKey("test", "users", i))
			if n, _ := record.Int("n"); n != want || err != nil {
				t.Errorf("record %d has %d, %v, want %d", i, n, err, want)
			}
		}
	})
}

func TestErrorsOfABatchNameTheNamespaceOfTheKey(t *testing.T) {
	there := aerostore.NewKey("bar", "carts", 1)
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			calls++
			return aerostore.Result{}, busy(call)
		}), middleware.Retry(middleware.RetryOptions{}))
		results, err := store.BatchRead(t.Context(), []aerostore.Key{key, there}, nil)
		if calls != 3 || !errors.Is(err, aerostore.CodeKeyBusy) || len(results) != 2 {
			t.Fatalf("%d calls, %v, %v", calls, results, err)
		}
		for i, want := range []aerostore.Key{key, there} {
			e, ok := results[i].Err.(*aerostore.Error)
			if !ok || e.Namespace != want.Namespace() || e.Set != want.Set() || e.Code != aerostore.CodeKeyBusy {
				t.Errorf("the error of key %d is %v", i, results[i].Err)
			}
		}
	})
}

func TestTheEndOfTheContextKeepsTheResultsOfABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		backend := &rounds{script: []round{{keys: map[int64]error{1: busy(put)}}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle),
			middleware.Retry(middleware.RetryOptions{Backoff: middleware.Backoff{Base: 1e6 * time.Hour, Max: 1e6 * time.Hour}}))
		results, err := store.BatchRead(ctx, []aerostore.Key{aerostore.NewKey("test", "users", 0), aerostore.NewKey("test", "users", 1)}, nil)
		if err != nil || len(results) != 2 || results[0].Err != nil || results[0].Record == nil {
			t.Fatalf("BatchRead returned %v, %v", results, err)
		}
		if e := results[1].Err; !errors.Is(e, context.Canceled) || !errors.Is(e, aerostore.CodeKeyBusy) {
			t.Errorf("the key that was to go again has %v", e)
		}
	})
}

func TestAHookGetsTheNumberOfKeysThatAreSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []string
		doubt := uncertain(put, aerostore.CodeTimeout)
		backend := &rounds{script: []round{{keys: map[int64]error{0: doubt, 1: busy(put), 2: busy(put), 3: doubt}}}}
		store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Retry(middleware.RetryOptions{OnEvent: func(_ context.Context, _ aerostore.Call, e middleware.Event) {
			heard = append(heard, fmt.Sprintf("%s %d %d %s", aerostore.CodeOf(e.Err).String(), e.Attempt, e.Keys, e.Name))
		}}))
		keys := make([]aerostore.Key, 4)
		for i := range keys {
			keys[i] = aerostore.NewKey("test", "users", i)
		}
		if _, err := store.BatchRemove(t.Context(), keys); err != nil {
			t.Error(err)
		}
		if want := []string{"TIMEOUT 1 2 in_doubt", "KEY_BUSY 1 2 retries", "OK 2 4 recovered"}; !slices.Equal(heard, want) {
			t.Errorf("the hook got %q, want %q", heard, want)
		}
		wantEvents(t, store, map[string]int64{"calls": 1, "retries": 1, "recovered": 1, "in_doubt": 2})
	})
}

func TestKeysWithoutAnAnswerAreInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			if n++; n == 1 {
				return aerostore.Result{}, busy(call)
			}
			return aerostore.Result{}, nil
		}), middleware.Retry(middleware.RetryOptions{}))
		results, err := store.BatchRemove(t.Context(), keys[1:])
		if n != 2 || err != nil || toldOf(results) != "2:NO_RESPONSE? 3:NO_RESPONSE?" {
			t.Errorf("%d attempts returned %s, %v", n, toldOf(results), err)
		}
	})
}
