package storetest

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/aerostore/aerostore"
)

// manyRecords is more than the buffer of a store has room for.
const manyRecords = 150

// many writes many records and returns a query for them.
func (t *trial) many() iter.Seq2[*aerostore.Record, error] { return t.manyUnder(t.Context()) }

func (t *trial) manyUnder(ctx context.Context) iter.Seq2[*aerostore.Record, error] {
	t.Helper()
	bin := t.bin()
	keys := t.keys(manyRecords)
	t.writesAll(itemsOf(keys, aerostore.Bins{bin: 1}))
	return t.store.Query(ctx, aerostore.Query{Namespace: t.namespace, Set: mainSet, Bins: []string{bin}})
}

// manyKeys returns new keys, whose records batches remove after the case.
func (t *trial) manyKeys(n int) []aerostore.Key {
	t.Helper()
	keys := make([]aerostore.Key, n)
	for i := range keys {
		keys[i] = aerostore.NewKey(t.namespace, manySet, t.secret())
	}
	t.cleans(keys)
	return keys
}

// writesMany writes n records, each with its number in a bin.
func (t *trial) writesMany(n int, bin string) {
	t.Helper()
	const atOnce = 1000
	items := make([]aerostore.BatchItem, 0, n)
	for i, key := range t.manyKeys(n) {
		items = append(items, aerostore.BatchItem{Key: key, Bins: aerostore.Bins{bin: i}})
	}
	for chunk := range slices.Chunk(items, atOnce) {
		t.writesAll(chunk)
	}
}

// numbered checks that a query returns each of the n records of writesMany once. It
// ignores the records of other cases.
func (t *trial) numbered(q aerostore.Query, bin string, n int) {
	t.Helper()
	q.Namespace = t.namespace
	records, err := t.collect(t.store.Query(t.Context(), q))
	t.ok(err)
	times := make([]int, n)
	for _, r := range records {
		if i, ok := r.Bins[bin].(int); ok && i >= 0 && i < n {
			times[i]++
		}
	}
	for i, got := range times {
		if got != 1 {
			t.Fatalf("record %d of %d was returned %d times, want once", i, n, got)
		}
	}
}

// cleans removes the records of the keys after the case.
func (t *trial) cleans(keys []aerostore.Key) {
	const atOnce = 1000
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		for chunk := range slices.Chunk(keys, atOnce) {
			results, err := t.store.BatchRemove(ctx, chunk)
			for _, r := range results {
				if err == nil && !errors.Is(r.Err, aerostore.ErrNotFound) {
					err = r.Err
				}
			}
			if err != nil && !errors.Is(err, aerostore.ErrClosed) {
				t.Errorf("the clean-up failed to remove a record: %v", err)
			}
		}
	})
}
