package storetest

import (
	"fmt"
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// mixes runs items as one BatchWrite and returns the results, which are checked to be in
// the order of the items.
func (t *trial) mixes(items []aerostore.BatchItem, opts ...aerostore.WriteOption) []aerostore.BatchResult {
	t.Helper()
	keys := make([]aerostore.Key, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	return t.each(keys)(t.store.BatchWrite(t.Context(), items, opts...))
}

// returnsNothing checks the result of an item that succeeded without a record.
func (t *trial) returnsNothing(r aerostore.BatchResult) {
	t.Helper()
	t.ok(r.Err)
	if r.Record != nil {
		t.Errorf("the result has the record %v, want none", r.Record)
	}
}

func batchMixCases() []testCase {
	const apart = "each item succeeds or fails by itself"
	read := func(names ...string) []aerostore.Operation {
		var ops []aerostore.Operation
		for _, name := range names {
			ops = append(ops, aerostore.ReadBin(name))
		}
		return ops
	}
	count := []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadBin("n")}
	return append([]testCase{
		{
			name: "BatchWrite does what each item says",
			why:  "one batch writes bins, applies operations, reads and removes",
			run: func(t *trial) {
				keys := t.records(6)
				results := t.mixes([]aerostore.BatchItem{
					{Key: keys[0], Bins: aerostore.Bins{"n": 5}},
					{Key: keys[1], Operations: count},
					{Key: keys[2], Operations: []aerostore.Operation{aerostore.ReadAll()}},
					{Key: keys[3], Remove: true},
					{Key: keys[4], Operations: read("s", "z")},
					{Key: keys[5], Operations: []aerostore.Operation{aerostore.ReadHeader()}},
				})
				t.returnsNothing(results[0])
				t.ok(results[1].Err)
				t.bins(results[1].Record, aerostore.Bins{"n": 2})
				t.equal("the generation after the operations", results[1].Record.Generation, uint32(2))
				t.ok(results[2].Err)
				t.bins(results[2].Record, before)
				t.returnsNothing(results[3])
				t.ok(results[4].Err)
				t.bins(results[4].Record, aerostore.Bins{"s": "m"})
				t.ok(results[5].Err)
				t.bins(results[5].Record, aerostore.Bins{})
				t.equal("the generation in the header", results[5].Record.Generation, uint32(1))
				for _, r := range results {
					if r.Record != nil {
						t.equal("the record's key", r.Record.Key, r.Key)
					}
				}
				t.holds(keys[0], aerostore.Bins{"n": 5, "s": "m"})
				t.holds(keys[1], aerostore.Bins{"n": 2, "s": "m"})
				t.missing(keys[3])
				for _, i := range []int{2, 4, 5} {
					t.unchanged(keys[i], before)
				}
			},
		},
		{
			name: "BatchWrite of one item does what it says", why: "a batch of one item behaves like a larger one",
			run: func(t *trial) {
				key := t.record()
				t.returnsNothing(t.mixes([]aerostore.BatchItem{{Key: key, Bins: aerostore.Bins{"n": 2}}})[0])
				r := t.mixes([]aerostore.BatchItem{{Key: key, Operations: count}})[0]
				t.ok(r.Err)
				t.bins(r.Record, aerostore.Bins{"n": 3})
				r = t.mixes([]aerostore.BatchItem{{Key: key, Operations: []aerostore.Operation{aerostore.ReadAll()}}})[0]
				t.ok(r.Err)
				t.bins(r.Record, aerostore.Bins{"n": 3, "s": "m"})
				t.returnsNothing(t.mixes([]aerostore.BatchItem{{Key: key, Remove: true}})[0])
				t.missing(key)
				t.fails(t.mixes([]aerostore.BatchItem{{Key: key, Remove: true}})[0].Err, aerostore.ErrNotFound)
				t.fails(t.mixes([]aerostore.BatchItem{{Key: key, Operations: read("n")}})[0].Err, aerostore.ErrNotFound)
			},
		},
		{
			name: "BatchWrite of items that only read reads", why: "an item whose operations read creates no record, and a missing one fails",
			run: func(t *trial) {
				keys := append(t.records(1), t.key())
				results := t.mixes([]aerostore.BatchItem{{Key: keys[0], Operations: read("n")}, {Key: keys[1], Operations: read("n")}})
				t.ok(results[0].Err)
				t.bins(results[0].Record, aerostore.Bins{"n": 1})
				t.fails(results[1].Err, aerostore.ErrNotFound)
				t.unchanged(keys[0], before)
				t.missing(keys[1])
			},
		},
		{
			name: "an item that fails leaves the others", why: apart,
			run: func(t *trial) {
				keys := t.records(7)
				missing := t.keys(3)
				results := t.mixes([]aerostore.BatchItem{
					{Key: keys[0], Bins: aerostore.Bins{"n": 2}},
					{Key: keys[1], Bins: aerostore.Bins{"n": 2}, Options: []aerostore.WriteOption{aerostore.CreateOnly}},
					{Key: missing[0], Operations: read("n")},
					{Key: keys[2], Operations: count},
					{Key: keys[3], Operations: []aerostore.Operation{aerostore.WriteBin("n", 7), aerostore.AddBin("s", 1)}},
					{Key: missing[1], Remove: true},
					{Key: keys[4], Remove: true},
					{Key: missing[2], Operations: count, Options: []aerostore.WriteOption{aerostore.UpdateOnly}},
					{Key: keys[5], Operations: read("n")},
					{Key: keys[6], Bins: aerostore.Bins{"n": 3}},
				})
				for i, want := range map[int]error{
					1: aerostore.ErrExists, 2: aerostore.ErrNotFound, 4: aerostore.ErrBinType,
					5: aerostore.ErrNotFound, 7: aerostore.ErrNotFound,
				} {
					t.fails(results[i].Err, want)
					t.about(results[i].Err, aerostore.OpBatchWrite, results[i].Key, aerostore.CodeOf(want))
				}
				for _, i := range []int{0, 3, 6, 8, 9} {
					t.ok(results[i].Err)
				}
				t.holds(keys[0], aerostore.Bins{"n": 2, "s": "m"})
				t.holds(keys[2], aerostore.Bins{"n": 2, "s": "m"})
				t.missing(keys[4])
				t.holds(keys[6], aerostore.Bins{"n": 3, "s": "m"})
				for _, i := range []int{1, 3, 5} {
					t.unchanged(keys[i], before)
				}
				for _, key := range missing {
					t.missing(key)
				}
			},
		},
		{
			name: "an item of an unknown namespace leaves the others", why: apart, needs: Namespaces,
			run: func(t *trial) {
				keys := t.records(3)
				strangers := []aerostore.Key{t.strangerKey(), t.strangerKey(), t.strangerKey()}
				results := t.mixes([]aerostore.BatchItem{
					{Key: strangers[0], Operations: read("n")},
					{Key: keys[0], Operations: read("n")},
					{Key: strangers[1], Remove: true},
					{Key: keys[1], Remove: true},
					{Key: strangers[2], Operations: count},
					{Key: keys[2], Operations: count},
				})
				for i, r := range results {
					if i%2 == 0 {
						t.fails(r.Err, aerostore.ErrInvalidNamespace)
					} else {
						t.ok(r.Err)
					}
				}
				t.bins(results[1].Record, aerostore.Bins{"n": 1})
				t.missing(keys[1])
				t.bins(results[5].Record, aerostore.Bins{"n": 2})
			},
		},
		{
			name: "each item that removes compares its own generation", why: "a record that changed since it was read is not removed",
			run: func(t *trial) {
				keys := t.records(3)
				t.put(keys[2], before)
				var items []aerostore.BatchItem
				for i, generation := range []uint32{1, 2, 2} {
					items = append(items, aerostore.BatchItem{
						Key: keys[i], Remove: true, Options: []aerostore.WriteOption{aerostore.GenerationEqual(generation)},
					})
				}
				results := t.mixes(items)
				t.ok(results[0].Err)
				t.fails(results[1].Err, aerostore.ErrGeneration)
				t.ok(results[2].Err)
				t.missing(keys[0])
				t.unchanged(keys[1], before)
				t.missing(keys[2])
			},
		},
		{
			name: "the options of BatchWrite apply to every item that writes", why: "an item that reads ignores what only writes have",
			run: func(t *trial) {
				keys := t.records(5)
				items := []aerostore.BatchItem{
					{Key: keys[0], Bins: aerostore.Bins{"n": 2}},
					{Key: keys[1], Operations: count},
					{Key: keys[2], Remove: true},
					{Key: keys[3], Operations: read("n")},
					{Key: keys[4], Remove: true, Options: []aerostore.WriteOption{aerostore.GenerationEqual(1)}},
				}
				results := t.mixes(items, aerostore.GenerationEqual(9), aerostore.UpdateOnly)
				for i := range 3 {
					t.fails(results[i].Err, aerostore.ErrGeneration)
					t.unchanged(keys[i], before)
				}
				t.ok(results[3].Err)
				t.bins(results[3].Record, aerostore.Bins{"n": 1})
				t.ok(results[4].Err)
				t.missing(keys[4])
			},
		},
		{
			name: "each item has its own TTL", why: "the TTL of an item replaces that of the batch, whatever the item does", needs: Expiry,
			run: func(t *trial) {
				keys := t.keys(4)
				t.put(keys[3], before, aerostore.NeverExpire)
				t.mixes([]aerostore.BatchItem{
					{Key: keys[0], Bins: before, Options: []aerostore.WriteOption{hour}},
					{Key: keys[1], Operations: count, Options: []aerostore.WriteOption{hour}},
					{Key: keys[2], Operations: count},
					{Key: keys[3], Operations: read("n"), Options: []aerostore.WriteOption{hour}},
				}, day)
				t.lives(keys[0], hour)
				t.lives(keys[1], hour)
				t.lives(keys[2], day)
				t.lives(keys[3], aerostore.NeverExpire)
			},
		},
		{
			name: "BatchWrite applies every item of one key", why: "each item is applied, in no particular order",
			run: func(t *trial) {
				key := t.record()
				results := t.mixes([]aerostore.BatchItem{
					{Key: key, Operations: count},
					{Key: key, Bins: aerostore.Bins{"p": 1}},
					{Key: key, Operations: read("s")},
					{Key: key, Operations: count},
				})
				var counted []any
				for _, i := range []int{0, 3} {
					t.ok(results[i].Err)
					counted = append(counted, results[i].Record.Bins["n"])
				}
				if counted[0] == 3 {
					slices.Reverse(counted)
				}
				t.equal("the counts", counted, []any{2, 3})
				t.ok(results[2].Err)
				t.bins(results[2].Record, aerostore.Bins{"s": "m"})
				t.holds(key, aerostore.Bins{"n": 3, "s": "m", "p": 1})
			},
		},
		{
			name: "ReadAll with operations that write fails for its item", why: apart,
			run: func(t *trial) {
				keys := t.records(3)
				results := t.mixes([]aerostore.BatchItem{
					{Key: keys[0], Operations: count},
					{Key: keys[1], Operations: []aerostore.Operation{aerostore.ReadAll(), aerostore.WriteBin("n", 2)}},
					{Key: keys[2], Operations: []aerostore.Operation{aerostore.ReadAll()}},
				})
				t.ok(results[0].Err)
				t.fails(results[1].Err, aerostore.ErrParameter)
				t.unchanged(keys[1], before)
				t.ok(results[2].Err)
				t.bins(results[2].Record, before)
			},
		},
		{
			name: "many items of each kind", why: "items have their own results, whatever their number",
			run: func(t *trial) {
				keys := t.records(120)
				items := make([]aerostore.BatchItem, len(keys))
				for i, key := range keys {
					switch items[i].Key = key; i % 4 {
					case 0:
						items[i].Bins = aerostore.Bins{"n": i}
					case 1:
						items[i].Operations = []aerostore.Operation{aerostore.AddBin("n", i), aerostore.ReadBin("n")}
					case 2:
						items[i].Remove = true
					default:
						items[i].Operations = read("s")
					}
				}
				results := t.mixes(items)
				t.ok(aerostore.BatchErrors(results))
				for i, r := range results {
					switch i % 4 {
					case 1:
						t.equal(fmt.Sprintf("what item %d returned", i), r.Step(1).Value(), any(i+1))
					case 3:
						t.bins(r.Record, aerostore.Bins{"s": "m"})
					default:
						t.returnsNothing(r)
					}
				}
				for _, i := range []int{0, 40, 116} {
					t.holds(keys[i], aerostore.Bins{"n": i, "s": "m"})
					t.missing(keys[i+2])
				}
			},
		},
		{
			name: "an item has a result for each operation", why: "Step returns what an operation returned, by its place", needs: DataTypes,
			run: func(t *trial) {
				keys := t.keys(3)
				for _, key := range keys[:2] {
					t.put(key, aerostore.Bins{"n": 1, "l": []any{1, 2}})
				}
				l := aerostore.ListBin("l")
				results := t.mixes([]aerostore.BatchItem{
					{Key: keys[0], Operations: do(l.Size(), aerostore.AddBin("n", 1), l.Append(3), aerostore.ReadBin("n"))},
					{Key: keys[1], Operations: do(l.Get(cdt.Index(-1)), aerostore.ReadBin("n"), l.Get(cdt.All()))},
					{Key: keys[2], Operations: do(l.Get(cdt.Index(0)), aerostore.ReadBin("n"))},
				})
				for i, want := range [][]any{{2, nil, 3, 2}, {2, 1, []any{1, 2}}} {
					t.ok(results[i].Err)
					for step, result := range want {
						t.equal(fmt.Sprintf("the result of operation %d of item %d", step, i), results[i].Step(step).Value(), result)
					}
				}
				_, err := results[2].Step(1).Int()
				t.fails(err, aerostore.ErrNotFound)
				t.holds(keys[0], aerostore.Bins{"n": 2, "l": []any{1, 2, 3}})
			},
		},
	}, itemInputCases()...)
}

// itemInputCases returns cases about items that say nothing, or too much.
func itemInputCases() []testCase {
	bins, ops := aerostore.Bins{"n": 2}, []aerostore.Operation{aerostore.WriteBin("n", 2)}
	var cases []testCase
	for _, bad := range []struct {
		name string
		item aerostore.BatchItem
	}{
		{"nothing", aerostore.BatchItem{}},
		{"no operations", aerostore.BatchItem{Operations: []aerostore.Operation{}}},
		{"an empty operation", aerostore.BatchItem{Operations: make([]aerostore.Operation, 1)}},
		{"bins and operations", aerostore.BatchItem{Bins: bins, Operations: ops}},
		{"bins and a removal", aerostore.BatchItem{Bins: bins, Remove: true}},
		{"operations and a removal", aerostore.BatchItem{Operations: ops, Remove: true}},
		{"a removal with a generation that is too high", aerostore.BatchItem{
			Remove: true, Options: []aerostore.WriteOption{aerostore.GenerationEqual(1 << 16)},
		}},
	} {
		cases = append(cases, testCase{
			name: "an item with " + bad.name + " is refused", why: "a batch with an item that no server accepts is refused as a whole, before it is sent",
			run: func(t *trial) {
				keys := t.records(2)
				item := bad.item
				item.Key = keys[1]
				_, err := t.store.BatchWrite(t.Context(), []aerostore.BatchItem{{Key: keys[0], Bins: bins}, item})
				t.fails(err, aerostore.ErrInvalid)
				t.unchanged(keys[0], before)
				t.unchanged(keys[1], before)
			},
		})
	}
	return cases
}
