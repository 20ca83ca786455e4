package storetest

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
)

// mutable returns bins with values that can be changed in place.
func mutable() aerostore.Bins {
	return aerostore.Bins{
		"bytes": []byte("abc"),
		"list":  []any{1, []any{2}, []byte("d"), map[any]any{"k": "v"}},
		"map":   map[any]any{"l": []any{3}, "b": []byte("e"), "m": map[any]any{"k": "v"}},
	}
}

func copyCases() []testCase {
	var cases []testCase
	for _, writer := range binWriters {
		cases = append(cases, testCase{
			name: writer.name + " copies the values that it is given",
			why:  "an operation neither keeps nor changes its arguments",
			run: func(t *trial) {
				key, bins := t.key(), mutable()
				t.ok(writer.write(target{t.store, t.Context(), key, nil}, bins))
				t.equal("the bins given to "+writer.name, bins, mutable())
				fake.Spoil(bins)
				t.holds(key, mutable())
			},
		})
	}
	return append(cases, []testCase{
		{
			name: "Append copies the bytes that it is given",
			why:  "an operation neither keeps nor changes its arguments",
			run: func(t *trial) {
				key, tail := t.key(), []byte("tail")
				t.ok(t.store.Append(t.Context(), key, aerostore.Bins{"b": tail}))
				fake.Spoil(tail)
				t.holds(key, aerostore.Bins{"b": []byte("tail")})
			},
		},
		{
			name: "a value written to several records is not shared",
			why:  "records written by one batch share no memory",
			run: func(t *trial) {
				head := append(make([]byte, 0, 100), "head"...)
				bins := aerostore.Bins{"b": head}
				for _, write := range []func(keys []aerostore.Key) error{
					func(keys []aerostore.Key) error {
						return batchError(t.store.BatchWrite(t.Context(), itemsOf(keys, bins)))
					},
					func(keys []aerostore.Key) error {
						return batchError(t.store.BatchOperate(t.Context(), keys, writesOf(bins)))
					},
				} {
					keys := t.keys(3)
					t.ok(write(keys))
					for i, tail := range []string{"1", "2"} {
						t.ok(t.store.Append(t.Context(), keys[i], aerostore.Bins{"b": []byte(tail)}))
					}
					for i, want := range []string{"head1", "head2", "head"} {
						t.holds(keys[i], aerostore.Bins{"b": []byte(want)})
					}
				}
			},
		},
		{
			name: "a write does not change a record that was read",
			why:  "the caller owns what an operation returns: later writes do not change it",
			run: func(t *trial) {
				key := t.key()
				t.put(key, mutable())
				names := []string{"bytes", "list", "map"}
				var read []*aerostore.Record
				t.readBy(t.waysOfBins(key, names), func(r *aerostore.Record, _ string) { read = append(read, r) })
				t.ok(t.store.Prepend(t.Context(), key, aerostore.Bins{"bytes": []byte("x")}))
				t.ok(t.store.Append(t.Context(), key, aerostore.Bins{"bytes": []byte("y")}))
				t.put(key, aerostore.Bins{"list": []any{}, "map": nil})
				for _, r := range read {
					t.equal("the bins that were read", r.Bins, mutable())
					t.equal("the generation that was read", r.Generation, uint32(1))
				}
			},
		},
		{
			name: "a key copies the bytes of its id",
			why:  "a key shares no memory with the bytes that it was made from",
			run: func(t *trial) {
				id := []byte(t.secret())
				key := t.owned(aerostore.NewKey(t.namespace, mainSet, id))
				same := aerostore.NewKey(t.namespace, mainSet, append([]byte(nil), id...))
				t.put(key, before, aerostore.SendKey)
				fake.Spoil(id)
				t.holds(key, before)
				t.equal("the key of the record", t.scanned(key).Key, same)
			},
		},
		{
			name: "values that were read are copies",
			why:  "the caller owns what an operation returns: its changes are visible to no other reader",
			run: func(t *trial) {
				key, bins := t.key(), mutable()
				t.put(key, bins)
				names := []string{"bytes", "list", "map"}
				for range 2 {
					t.readBy(t.waysOfBins(key, names), func(r *aerostore.Record, name string) {
						t.equal("what is read by "+name, r.Bins, mutable())
						fake.Spoil(r.Bins)
					})
				}
				t.holds(key, mutable())
			},
		},
		{
			name: "several results of one bin are copies",
			why:  "several results of one bin share no memory",
			run: func(t *trial) {
				key := t.key()
				for name, value := range mutable() {
					t.put(key, aerostore.Bins{name: value})
					twice := []aerostore.Operation{aerostore.ReadBin(name), aerostore.ReadBin(name)}
					r, err := t.store.Operate(t.Context(), key, twice)
					t.ok(err)
					results, err := r.Results(name)
					t.ok(err)
					fake.Spoil(results[0])
					t.equal("the other result", results[1], value)
				}
			},
		},
		{
			name: "results of a key given twice are copies",
			why:  "two results of a batch share no memory",
			run: func(t *trial) {
				key := t.key()
				t.put(key, mutable())
				results, err := t.store.BatchRead(t.Context(), []aerostore.Key{key, key}, nil)
				t.ok(err)
				t.results(results, []aerostore.Key{key, key})
				t.ok(batchError(results, nil))
				fake.Spoil(results[0].Record.Bins)
				results[0].Record.Generation++
				t.bins(results[1].Record, mutable())
				t.equal("the generation of the other", results[1].Record.Generation, uint32(1))
			},
		},
		{
			name: "a batch does not keep the slices that it is given",
			why:  "an operation neither keeps nor changes its arguments",
			run: func(t *trial) {
				keys := t.keys(3)
				given := append([]aerostore.Key(nil), keys...)
				results, err := t.store.BatchRead(t.Context(), given, nil)
				t.ok(err)
				t.equal("the keys given to BatchRead", given, keys)
				clear(given)
				t.results(results, keys)
			},
		},
	}...)
}
