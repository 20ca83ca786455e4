package storetest

import (
	"strconv"

	"github.com/aerostore/aerostore"
)

func batchReadCases() []testCase {
	return []testCase{
		{
			name: "BatchRead returns one result for each key in order",
			why:  "an application matches results to keys by position",
			run: func(t *trial) {
				keys := t.keys(100)
				for i, key := range keys {
					t.put(key, aerostore.Bins{"i": i})
				}
				results := t.each(keys)(t.store.BatchRead(t.Context(), keys, nil))
				for i, r := range results {
					t.ok(r.Err)
					t.bins(r.Record, aerostore.Bins{"i": i})
					t.equal("the record's key "+strconv.Itoa(i), r.Record.Key, keys[i])
				}
			},
		},
		{
			name: "BatchRead fails with ErrNotFound for a missing key only",
			why:  "each key has its result: a missing record does not fail the batch",
			run: func(t *trial) {
				keys := t.keys(5)
				for _, i := range []int{1, 3} {
					t.put(keys[i], aerostore.Bins{"i": i})
				}
				results := t.each(keys)(t.store.BatchRead(t.Context(), keys, nil))
				for i, r := range results {
					if i%2 == 0 {
						t.fails(r.Err, aerostore.ErrNotFound)
						t.equal("the record", r.Record, (*aerostore.Record)(nil))
						continue
					}
					t.ok(r.Err)
					t.bins(r.Record, aerostore.Bins{"i": i})
				}
			},
		},
		{
			name: "BatchRead answers a key that is given twice",
			why:  "each occurrence of a key has a result",
			run: func(t *trial) {
				a, b := t.key(), t.key()
				t.put(a, aerostore.Bins{"n": 1})
				t.put(b, aerostore.Bins{"n": 2})
				keys := []aerostore.Key{a, b, a}
				results := t.each(keys)(t.store.BatchRead(t.Context(), keys, nil))
				for i, n := range []int{1, 2, 1} {
					t.ok(results[i].Err)
					t.bins(results[i].Record, aerostore.Bins{"n": n})
				}
			},
		},
		{
			name: "BatchRead answers a batch of one key",
			why:  "a batch of one key behaves like a larger one",
			run: func(t *trial) {
				keys := t.keys(1)
				results := t.each(keys)(t.store.BatchRead(t.Context(), keys, nil))
				t.fails(results[0].Err, aerostore.ErrNotFound)
				t.put(keys[0], before)
				results = t.each(keys)(t.store.BatchRead(t.Context(), keys, nil))
				t.bins(results[0].Record, before)
			},
		},
		{
			name: "BatchRead returns the named bins",
			why:  "other bins are not sent, and a missing bin is absent from the record",
			run: func(t *trial) {
				keys := t.keys(2)
				t.put(keys[0], aerostore.Bins{"a": 1, "b": 2})
				t.put(keys[1], aerostore.Bins{"b": 3})
				results := t.each(keys)(t.store.BatchRead(t.Context(), keys, []string{"a", "z"}))
				for i, want := range []aerostore.Bins{{"a": 1}, {}} {
					t.ok(results[i].Err)
					t.bins(results[i].Record, want)
				}
			},
		},
		{
			name: "BatchRead returns a bin named twice once",
			why:  "naming a bin twice selects it once",
			run: func(t *trial) {
				key := t.record()
				r, err := onlyResult(t.store.BatchRead(t.Context(), []aerostore.Key{key}, []string{"n", "n"}))
				t.ok(err)
				t.bins(r, aerostore.Bins{"n": 1})
			},
		},
		{
			name: "BatchRead returns generation and TTL for no bins",
			why:  "nil names select all bins, empty names generation and TTL only",
			run: func(t *trial) {
				keys := t.keys(2)
				for _, key := range keys {
					t.put(key, before)
					t.put(key, before)
				}
				results := t.each(keys)(t.store.BatchRead(t.Context(), keys, []string{}))
				for i := range keys {
					t.ok(results[i].Err)
					t.bins(results[i].Record, aerostore.Bins{})
					t.equal("Generation", results[i].Record.Generation, uint32(2))
				}
			},
		},
		{
			name: "BatchRead reads keys of several sets",
			why:  "the keys of a batch may be anywhere in the cluster",
			run: func(t *trial) {
				t.batchesOver([]aerostore.Key{t.keyIn(mainSet), t.keyIn(otherSet), t.keyIn("")})
			},
		},
		{
			name:  "BatchRead fails for a key of an unknown namespace only",
			why:   "an error of one key does not hide the results of the others",
			needs: Namespaces,
			run: func(t *trial) {
				keys := []aerostore.Key{t.key(), t.strangerKey(), t.key()}
				t.put(keys[0], before)
				t.put(keys[2], before)
				results := t.each(keys)(t.store.BatchRead(t.Context(), keys, nil))
				t.bins(results[0].Record, before)
				t.fails(results[1].Err, aerostore.ErrInvalidNamespace)
				t.bins(results[2].Record, before)
			},
		},
		{
			name: "a batch of no keys returns an empty slice",
			why:  "an empty batch has an empty result, not a nil one",
			run: func(t *trial) {
				ctx, s := t.Context(), t.store
				for _, batch := range []func() ([]aerostore.BatchResult, error){
					func() ([]aerostore.BatchResult, error) { return s.BatchRead(ctx, nil, nil) },
					func() ([]aerostore.BatchResult, error) { return s.BatchRead(ctx, []aerostore.Key{}, []string{"a"}) },
					func() ([]aerostore.BatchResult, error) { return s.BatchWrite(ctx, nil) },
					func() ([]aerostore.BatchResult, error) {
						return s.BatchOperate(ctx, nil, []aerostore.Operation{aerostore.ReadAll()})
					},
					func() ([]aerostore.BatchResult, error) { return s.BatchRemove(ctx, nil) },
				} {
					results, err := batch()
					t.ok(err)
					t.equal("the answer", results, []aerostore.BatchResult{})
				}
			},
		},
	}
}
