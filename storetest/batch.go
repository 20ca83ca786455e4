package storetest

import "github.com/aerostore/aerostore"

// batchError returns the error of a batch, or else the first error of a key.
func batchError(results []aerostore.BatchResult, err error) error {
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Err != nil {
			return r.Err
		}
	}
	return nil
}

// onlyResult returns the result of a batch of one key.
func onlyResult(results []aerostore.BatchResult, err error) (*aerostore.Record, error) {
	if err := batchError(results, err); err != nil || len(results) != 1 {
		return nil, err
	}
	return results[0].Record, nil
}

// each returns a function that takes the answer of a batch with these keys. It ends the
// case if the batch failed, and returns the results.
func (t *trial) each(keys []aerostore.Key) func([]aerostore.BatchResult, error) []aerostore.BatchResult {
	t.Helper()
	return func(results []aerostore.BatchResult, err error) []aerostore.BatchResult {
		t.Helper()
		t.ok(err)
		t.results(results, keys)
		return results
	}
}

// results checks that a batch has one result for each key, in order.
func (t *trial) results(results []aerostore.BatchResult, keys []aerostore.Key) {
	t.Helper()
	if len(results) != len(keys) {
		t.Fatalf("got %d results, want %d", len(results), len(keys))
	}
	for i, r := range results {
		if r.Key != keys[i] {
			t.Errorf("result %d has another key, want key %[1]d of the batch", i)
		}
		if r.Record != nil && r.Err != nil {
			t.Errorf("result %d has a record and the error %v, want one of them", i, r.Err)
		}
	}
}

// eachHolds checks the records that a batch returned.
func (t *trial) eachHolds(results []aerostore.BatchResult, keys []aerostore.Key, bins func(i int) aerostore.Bins) {
	t.Helper()
	t.results(results, keys)
	for i, r := range results {
		if r.Err != nil {
			t.Fatalf("key %d failed with %q, want no error", i, r.Err)
		}
		t.bins(r.Record, bins(i))
		t.equal("the record's key", r.Record.Key, keys[i])
	}
}

func itemsOf(keys []aerostore.Key, bins aerostore.Bins) []aerostore.BatchItem {
	items := make([]aerostore.BatchItem, len(keys))
	for i, key := range keys {
		items[i] = aerostore.BatchItem{Key: key, Bins: bins}
	}
	return items
}

// writesAll writes items with BatchWrite and expects no error.
func (t *trial) writesAll(items []aerostore.BatchItem) {
	t.Helper()
	results, err := t.store.BatchWrite(t.Context(), items)
	t.ok(err)
	keys := make([]aerostore.Key, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	t.results(results, keys)
	t.ok(batchError(results, nil))
}

// batchesOver runs each kind of batch on the keys, none of which has a record.
func (t *trial) batchesOver(keys []aerostore.Key) {
	t.Helper()
	items := make([]aerostore.BatchItem, len(keys))
	for i, key := range keys {
		items[i] = aerostore.BatchItem{Key: key, Bins: aerostore.Bins{"i": i}}
	}
	t.writesAll(items)
	results, err := t.store.BatchRead(t.Context(), keys, nil)
	t.ok(err)
	t.eachHolds(results, keys, func(i int) aerostore.Bins { return aerostore.Bins{"i": i} })
	results, err = t.store.BatchOperate(t.Context(), keys, []aerostore.Operation{aerostore.AddBin("i", 1), aerostore.ReadBin("i")})
	t.ok(err)
	t.eachHolds(results, keys, func(i int) aerostore.Bins { return aerostore.Bins{"i": i + 1} })
	for _, i := range []int{0, len(keys) / 2, len(keys) - 1} {
		t.holds(keys[i], aerostore.Bins{"i": i + 1})
	}
	removed := t.each(keys)(t.store.BatchRemove(t.Context(), keys))
	t.ok(batchError(removed, nil))
	for _, i := range []int{0, len(keys) / 2, len(keys) - 1} {
		t.missing(keys[i])
	}
	results = t.each(keys)(t.store.BatchRead(t.Context(), keys, nil))
	for i, r := range results {
		if r.Err == nil {
			t.Fatalf("key %d has a record after BatchRemove", i)
		}
	}
}
