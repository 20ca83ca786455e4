package storetest

import "github.com/aerostore/aerostore"

func batchWriteCases() []testCase {
	return append([]testCase{
		{
			name: "BatchWrite writes different bins to each record",
			why:  "BatchWrite is Put for many records, each with different bins",
			run: func(t *trial) {
				keys := t.keys(3)
				t.put(keys[1], aerostore.Bins{"a": 1, "b": 2})
				t.put(keys[2], aerostore.Bins{"a": 1, "b": 2})
				t.writesAll([]aerostore.BatchItem{
					{Key: keys[0], Bins: aerostore.Bins{"a": 9}},
					{Key: keys[1], Bins: aerostore.Bins{"c": 3}},
					{Key: keys[2], Bins: aerostore.Bins{"a": nil, "b": "x"}},
				})
				t.unchanged(keys[0], aerostore.Bins{"a": 9})
				t.holds(keys[1], aerostore.Bins{"a": 1, "b": 2, "c": 3})
				t.holds(keys[2], aerostore.Bins{"b": "x"})
				t.equal("Generation", t.get(keys[1]).Generation, uint32(2))
			},
		},
		{
			name: "BatchWrite applies the options of an item to its record only",
			why:  "the options of an item apply to its record only",
			run: func(t *trial) {
				keys := t.records(3)
				items := itemsOf(keys, aerostore.Bins{"n": 2})
				items[1].Options = []aerostore.WriteOption{aerostore.CreateOnly}
				items[2].Options = []aerostore.WriteOption{aerostore.Replace}
				results := t.each(keys)(t.store.BatchWrite(t.Context(), items))
				t.ok(results[0].Err)
				t.fails(results[1].Err, aerostore.ErrExists)
				t.ok(results[2].Err)
				t.holds(keys[0], aerostore.Bins{"n": 2, "s": "m"})
				t.unchanged(keys[1], before)
				t.holds(keys[2], aerostore.Bins{"n": 2})
			},
		},
		{
			name: "the options of an item override those of BatchWrite",
			why:  "the options of the call apply unless an item replaces them",
			run: func(t *trial) {
				keys := t.keys(2)
				items := itemsOf(keys, before)
				items[1].Options = []aerostore.WriteOption{aerostore.CreateOrUpdate}
				results := t.each(keys)(t.store.BatchWrite(t.Context(), items, aerostore.UpdateOnly))
				t.fails(results[0].Err, aerostore.ErrNotFound)
				t.ok(results[1].Err)
				t.missing(keys[0])
				t.unchanged(keys[1], before)
			},
		},
		{
			name:  "BatchWrite applies the TTL of each item",
			why:   "the options of an item apply to its record only",
			needs: Expiry,
			run: func(t *trial) {
				keys := t.keys(3)
				items := itemsOf(keys, before)
				items[0].Options = []aerostore.WriteOption{hour}
				items[2].Options = []aerostore.WriteOption{aerostore.NeverExpire}
				t.each(keys)(t.store.BatchWrite(t.Context(), items, day))
				t.lives(keys[0], hour)
				t.lives(keys[1], day)
				t.lives(keys[2], aerostore.NeverExpire)
			},
		},
		{
			name: "BatchWrite applies GenerationEqual and SendKey of each item",
			why:  "the options of an item apply to its record only",
			run: func(t *trial) {
				keys := t.keys(4)
				for _, key := range keys[:3] {
					t.put(key, before)
				}
				items := itemsOf(keys, aerostore.Bins{"n": 2})
				items[0].Options = []aerostore.WriteOption{aerostore.GenerationEqual(1)}
				items[1].Options = []aerostore.WriteOption{aerostore.GenerationEqual(2)}
				items[3].Options = []aerostore.WriteOption{aerostore.SendKey}
				results := t.each(keys)(t.store.BatchWrite(t.Context(), items))
				t.ok(results[0].Err)
				t.fails(results[1].Err, aerostore.ErrGeneration)
				t.ok(results[2].Err)
				t.ok(results[3].Err)
				t.unchanged(keys[1], before)
				t.equal("the id of a key that was not sent", t.scanned(keys[2]).Key.ID(), nil)
				t.equal("a key that was sent", t.scanned(keys[3]).Key, keys[3])
			},
		},
		{
			name: "BatchWrite ignores the timeouts of an item",
			why:  "a batch has one timeout: those of its items are ignored",
			run: func(t *trial) {
				keys := t.keys(2)
				items := itemsOf(keys, before)
				items[0].Options = []aerostore.WriteOption{aerostore.Timeout(1), aerostore.SocketTimeout(1)}
				t.writesAll(items)
				t.unchanged(keys[0], before)
			},
		},
		{
			name: "BatchWrite applies both items of one key",
			why:  "each item is applied",
			run: func(t *trial) {
				key := t.key()
				t.writesAll([]aerostore.BatchItem{
					{Key: key, Bins: aerostore.Bins{"a": 1}},
					{Key: key, Bins: aerostore.Bins{"b": 2}},
				})
				t.holds(key, aerostore.Bins{"a": 1, "b": 2})
			},
		},
		{
			name: "BatchOperate applies the operations to each record",
			why:  "BatchOperate is Operate for many records",
			run: func(t *trial) {
				keys := t.keys(3)
				for i, key := range keys[:2] {
					t.put(key, aerostore.Bins{"n": 10 * i, "l": []any{i}})
				}
				results, err := t.store.BatchOperate(t.Context(), keys, []aerostore.Operation{
					aerostore.AddBin("n", 1), aerostore.ReadBin("n"), aerostore.AddBin("n", 1), aerostore.ReadBin("n"),
					aerostore.ReadBin("l"),
				})
				t.ok(err)
				t.results(results, keys)
				for i, want := range []aerostore.Bins{
					{"n": aerostore.OpResults{1, 2}, "l": []any{0}},
					{"n": aerostore.OpResults{11, 12}, "l": []any{1}},
					{"n": aerostore.OpResults{1, 2}},
				} {
					t.ok(results[i].Err)
					t.bins(results[i].Record, want)
				}
			},
		},
		{
			name: "BatchOperate of reads fails with ErrNotFound for a missing key only",
			why:  "reads create no record, and a missing one fails its key only",
			run: func(t *trial) {
				keys := t.keys(2)
				t.put(keys[0], before)
				results := t.each(keys)(t.store.BatchOperate(t.Context(), keys, []aerostore.Operation{aerostore.ReadBin("s")}))
				t.ok(results[0].Err)
				t.bins(results[0].Record, aerostore.Bins{"s": "m"})
				t.fails(results[1].Err, aerostore.ErrNotFound)
				t.missing(keys[1])
			},
		},
		{
			name: "BatchOperate applies the operations twice to a key given twice",
			why:  "the operations are applied once for each occurrence of the key",
			run: func(t *trial) {
				key := t.key()
				t.ok(batchError(t.store.BatchOperate(t.Context(), []aerostore.Key{key, key}, []aerostore.Operation{aerostore.AddBin("n", 1)})))
				t.holds(key, aerostore.Bins{"n": 2})
			},
		},
		{
			name: "BatchOperate fails for one record only",
			why:  "operations are atomic for a record, not for the batch",
			run: func(t *trial) {
				keys := t.keys(3)
				for i, key := range keys {
					t.put(key, aerostore.Bins{"n": []any{1, "x", 2}[i], "m": 0})
				}
				results, err := t.store.BatchOperate(t.Context(), keys, []aerostore.Operation{
					aerostore.WriteBin("m", 1), aerostore.AddBin("n", 1),
				})
				t.ok(err)
				t.results(results, keys)
				t.ok(results[0].Err)
				t.fails(results[1].Err, aerostore.ErrBinType)
				t.ok(results[2].Err)
				t.holds(keys[0], aerostore.Bins{"n": 2, "m": 1})
				t.unchanged(keys[1], aerostore.Bins{"n": "x", "m": 0})
				t.holds(keys[2], aerostore.Bins{"n": 3, "m": 1})
			},
		},
		{
			name: "BatchRemove removes the records",
			why:  "the records are removed, and a key without one fails with ErrNotFound",
			run: func(t *trial) {
				keys := t.keys(3)
				t.put(keys[0], before)
				t.put(keys[2], before)
				results := t.each(keys)(t.store.BatchRemove(t.Context(), keys))
				t.ok(results[0].Err)
				t.fails(results[1].Err, aerostore.ErrNotFound)
				t.ok(results[2].Err)
				for _, key := range keys {
					t.missing(key)
				}
			},
		},
		{
			name: "BatchRemove removes one record",
			why:  "a batch of one key behaves like a larger one",
			run: func(t *trial) {
				keys := t.keys(1)
				results := t.each(keys)(t.store.BatchRemove(t.Context(), keys))
				t.fails(results[0].Err, aerostore.ErrNotFound)
				t.put(keys[0], before)
				t.ok(batchError(t.store.BatchRemove(t.Context(), keys)))
				t.missing(keys[0])
			},
		},
		{
			name: "BatchRemove removes a record given twice once",
			why:  "only one removal of a record finds it",
			run: func(t *trial) {
				key := t.record()
				keys := []aerostore.Key{key, key}
				results := t.each(keys)(t.store.BatchRemove(t.Context(), keys))
				removed, missed := results[0].Err, results[1].Err
				if removed != nil {
					removed, missed = missed, removed
				}
				t.ok(removed)
				t.fails(missed, aerostore.ErrNotFound)
			},
		},
	}, batchWriterCases()...)
}

// batchWriters are the batches that write, with the options of the call.
var batchWriters = []struct {
	op    aerostore.Op
	write func(t *trial, keys []aerostore.Key, opts ...aerostore.WriteOption) ([]aerostore.BatchResult, error)
}{
	{aerostore.OpBatchWrite, func(t *trial, keys []aerostore.Key, opts ...aerostore.WriteOption) ([]aerostore.BatchResult, error) {
		return t.store.BatchWrite(t.Context(), itemsOf(keys, aerostore.Bins{"n": 2}), opts...)
	}},
	{aerostore.OpBatchOperate, func(t *trial, keys []aerostore.Key, opts ...aerostore.WriteOption) ([]aerostore.BatchResult, error) {
		return t.store.BatchOperate(t.Context(), keys, []aerostore.Operation{aerostore.WriteBin("n", 2)}, opts...)
	}},
	{aerostore.OpBatchRemove, func(t *trial, keys []aerostore.Key, opts ...aerostore.WriteOption) ([]aerostore.BatchResult, error) {
		return t.store.BatchRemove(t.Context(), keys, opts...)
	}},
}

// batchWriterCases returns the cases about each batch that writes to several keys.
func batchWriterCases() []testCase {
	var cases []testCase
	for _, batch := range batchWriters {
		removes := batch.op == aerostore.OpBatchRemove
		cases = append(cases, testCase{
			name:  batch.op.String() + " fails for a key of an unknown namespace only",
			why:   "an error of one key does not stop the writes of the others",
			needs: Namespaces,
			run: func(t *trial) {
				keys := []aerostore.Key{t.record(), t.strangerKey(), t.record()}
				results := t.each(keys)(batch.write(t, keys))
				t.fails(results[1].Err, aerostore.ErrInvalidNamespace)
				for _, i := range []int{0, 2} {
					t.ok(results[i].Err)
					t.written(keys[i], removes)
				}
			},
		}, testCase{
			name:  batch.op.String() + " applies its options to every key",
			why:   "a batch of several keys honours the same options as one of a single key",
			needs: Expiry,
			run: func(t *trial) {
				keys := t.records(3)
				for _, r := range t.each(keys)(batch.write(t, keys, aerostore.GenerationEqual(2))) {
					t.fails(r.Err, aerostore.ErrGeneration)
				}
				for _, key := range keys {
					t.unchanged(key, before)
				}
				results := t.each(keys)(batch.write(t, keys, aerostore.GenerationEqual(1), day, aerostore.SendKey))
				for i, key := range keys {
					t.ok(results[i].Err)
					t.written(key, removes)
					if !removes {
						t.lives(key, day)
						t.equal("the key of the record in a scan", t.scanned(key).Key, key)
					}
				}
			},
		})
	}
	return cases
}
