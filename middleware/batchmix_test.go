package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// mixedItems count in record 0, read record 1 and remove record 2.
func mixedItems() []aerostore.BatchItem {
	at := func(i int) aerostore.Key { return aerostore.NewKey("test", "users", i) }
	return []aerostore.BatchItem{
		{Key: at(0), Operations: []aerostore.Operation{aerostore.AddBin("n", 1)}},
		{Key: at(1), Operations: []aerostore.Operation{aerostore.ReadAll()}},
		{Key: at(2), Remove: true},
	}
}

func TestItemsThatReadAreSentAgainWhateverTheDoubt(t *testing.T) {
	b := aerostore.Call{Op: aerostore.OpBatchWrite}.WithItems(mixedItems())
	again, doubt := busy(b), uncertain(b, aerostore.CodeTimeout)
	read := mixedItems()[1:2]
	for _, c := range []struct {
		name   string
		items  []aerostore.BatchItem
		script []round
		sent   string
		want   string
		code   aerostore.ResultCode // of the batch as a whole
	}{
		{
			name: "each key is in doubt", items: mixedItems(), script: []round{{keys: map[int64]error{0: doubt, 1: doubt, 2: doubt}}},
			sent: "[[0 1 2] [1]]", want: "0:TIMEOUT? 1:2 2:TIMEOUT?",
		},
		{
			name: "each key is busy", items: mixedItems(), script: []round{{keys: map[int64]error{0: again, 1: again, 2: again}}},
			sent: "[[0 1 2] [0 1 2]]", want: "0:2 1:2 2:2",
		},
		{
			name: "the batch is in doubt", items: mixedItems(), script: []round{{whole: doubt}},
			sent: "[[0 1 2]]", want: "", code: aerostore.CodeTimeout,
		},
		{
			name: "a batch that only reads is in doubt", items: read, script: []round{{whole: doubt}},
			sent: "[[1] [1]]", want: "1:2",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				backend := &rounds{script: c.script}
				store := aerostore.Chain(aerostore.Handler(backend.handle), middleware.Retry(middleware.RetryOptions{}))
				results, err := store.BatchWrite(t.Context(), c.items)
				if got := fmt.Sprint(backend.sent); got != c.sent {
					t.Errorf("sent %s, want %s", got, c.sent)
				}
				if got := toldOf(results); got != c.want || aerostore.CodeOf(err) != c.code {
					t.Errorf("returned %s, %v, want %s", got, err, c.want)
				}
			})
		})
	}
}

func TestTheErrorOfAnItemThatReadsIsNotInDoubt(t *testing.T) {
	lost := errors.New("the connection was lost") // which may mean anything
	synctest.Test(t, func(t *testing.T) {
		backend := aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, lost
		})
		store := aerostore.Chain(backend, middleware.Retry(middleware.RetryOptions{
			IsTransient: func(context.Context, aerostore.Call, error) bool { return true },
			Idempotent:  func(aerostore.Call) bool { return true },
		}))
		results, err := store.BatchWrite(t.Context(), mixedItems())
		if !errors.Is(err, lost) || !aerostore.InDoubt(err) || len(results) != 3 {
			t.Fatalf("returned %v, %v", results, err)
		}
		for i, want := range []bool{true, false, true} {
			if got := aerostore.InDoubt(results[i].Err); got != want || !errors.Is(results[i].Err, lost) {
				t.Errorf("item %d has %v, in doubt %t, want %t", i, results[i].Err, got, want)
			}
		}
	})
}

func TestAnItemThatReadsDoesNotKeepReadsFromJoining(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := memory.NewT(t)
		for _, item := range mixedItems() {
			_ = backend.Put(t.Context(), item.Key, bins)
		}
		slow := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				time.Sleep(time.Second)
				return next(ctx, call)
			}
		})
		store := aerostore.Chain(backend, middleware.Coalesce(middleware.CoalesceOptions{}), slow)
		items := mixedItems()
		digest := items[1].Key.Digest()
		items = append(items, aerostore.BatchItem{Key: aerostore.DigestKey("test", "users", digest), Operations: items[1].Operations})
		var all sync.WaitGroup
		all.Go(func() { _, _ = store.BatchWrite(t.Context(), items) })
		time.Sleep(time.Millisecond)
		for range 2 {
			for _, item := range mixedItems() {
				all.Go(func() { _, _ = store.Get(t.Context(), item.Key) })
			}
		}
		all.Wait()
		if joined := snapshot(t, store).Event("joined"); joined != 1 {
			t.Errorf("%d reads joined, want that of the record that the batch reads", joined)
		}
	})
}

func TestAnItemThatReadsIsLoggedWithoutDoubt(t *testing.T) {
	for name, c := range map[string]struct {
		failed int // the item
		doubt  bool
	}{"a write": {0, true}, "a read": {1, false}, "a removal": {2, true}} {
		t.Run(name, func(t *testing.T) {
			var text strings.Builder
			backend := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
				results := make([]aerostore.BatchResult, call.Len())
				results[c.failed].Err = uncertain(call, aerostore.CodeTimeout)
				return aerostore.Result{}.WithBatch(results), nil
			})
			store := aerostore.Chain(backend, middleware.Log(slog.New(slog.NewTextHandler(&text, nil)), middleware.LogOptions{}))
			_, _ = store.BatchWrite(t.Context(), mixedItems())
			if got := strings.Contains(text.String(), "in_doubt=true"); got != c.doubt || !strings.Contains(text.String(), "batch_failed=1") {
				t.Errorf("logged %s", &text)
			}
		})
	}
}
