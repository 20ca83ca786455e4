package storetest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/aerostore/aerostore"
)

func indexCases() []testCase {
	cases := []testCase{
		{
			name: "Equal finds a string",
			why:  "Equal selects the records whose bin is this string",
			run: func(t *trial) {
				t.finds(aerostore.IndexString, []any{"a", "b", "a", "", "A", 1, nil}, func(bin string) aerostore.Predicate {
					return aerostore.Equal(bin, "a")
				}, 0, 2)
			},
		},
		{
			name: "Equal finds an integer",
			why:  "Equal selects the records whose bin is this integer",
			run: func(t *trial) {
				t.finds(aerostore.IndexInt, []any{1, 2, 1, -1, "1", 1.0, nil}, func(bin string) aerostore.Predicate {
					return aerostore.Equal(bin, 1)
				}, 0, 2)
			},
		},
		{
			name: "Range finds integers between two ends",
			why:  "Range selects the records whose bin is an integer from begin to end, both included",
			run: func(t *trial) {
				t.finds(aerostore.IndexInt, []any{-3, -2, 0, 5, 6, "0", 0.5}, func(bin string) aerostore.Predicate {
					return aerostore.Range(bin, -2, 5)
				}, 1, 2, 3)
			},
		},
		{
			name: "Equal distinguishes strings that look alike",
			why:  "an index keeps every byte of a string",
			run: func(t *trial) {
				values := []any{"a", "A", "a ", "a\x00", "", "caf\xe9", "caf\xe8", "caf\uFFFD", strings.Repeat("a", 2047), strings.Repeat("a", 2046) + "b"}
				keys, bin := t.keys(len(values)), t.index(aerostore.IndexString, mainSet)
				for i, key := range keys {
					t.put(key, aerostore.Bins{bin: values[i]})
				}
				for i, value := range values {
					found := t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, value.(string))}, keys...)
					t.equal(fmt.Sprintf("the number of records of %.9q", value), len(found), 1)
					t.equal("whether the record was found", found[keys[i]] != nil, true)
				}
			},
		},
		{
			name: "Range covers all integers of 64 bits",
			why:  "both ends of a range are included, also those of 64 bits",
			run: func(t *trial) {
				values := []int64{math.MinInt64, math.MinInt64 + 1, -1 << 32, -1, 0, 1, 1 << 32, math.MaxInt64 - 1, math.MaxInt64}
				keys, bin := t.keys(len(values)), t.index(aerostore.IndexInt, mainSet)
				for i, key := range keys {
					t.put(key, aerostore.Bins{bin: values[i]})
				}
				for i, begin := range values {
					for j, end := range values[i:] {
						found := t.query(aerostore.Query{Set: mainSet, Where: aerostore.Range(bin, begin, end)}, keys...)
						t.equal(fmt.Sprintf("the number of records from %d to %d", begin, end), len(found), j+1)
					}
				}
			},
		},
		{
			name: "the name of an index has separators",
			why:  "a server separates other parts of its commands with these",
			run: func(t *trial) {
				bin, key := t.bin(), t.key()
				index := t.indexOver(bin, aerostore.IndexInt, mainSet)
				index.Name = bin + ",=|/ é"
				t.indexes(index)
				t.put(key, aerostore.Bins{bin: 1})
				found := t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, 1).UsingIndex(index.Name)}, key)
				t.equal("the number of records", len(found), 1)
				t.ok(t.indexer().DropIndex(t.Context(), index))
				t.unanswered(aerostore.Equal(bin, 1))
			},
		},
		{
			name: "an index has the records of its set only",
			why:  "an index of a set does not have the records of other sets",
			run: func(t *trial) {
				keys := []aerostore.Key{t.keyIn(mainSet), t.keyIn(otherSet), t.keyIn("")}
				bin := t.index(aerostore.IndexInt, mainSet)
				for _, key := range keys {
					t.put(key, aerostore.Bins{bin: 1})
				}
				found := t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, 1)}, keys...)
				t.equal("the number of records", len(found), 1)
				t.equal("whether that of the set was found", found[keys[0]] != nil, true)
			},
		},
		{
			name: "an index includes earlier records",
			why:  "an index has all records, whenever they were written",
			run: func(t *trial) {
				keys, bin := t.keys(3), t.bin()
				for _, key := range keys {
					t.put(key, aerostore.Bins{bin: 1})
				}
				t.indexes(t.indexOver(bin, aerostore.IndexInt, mainSet))
				found := t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, 1)}, keys...)
				t.equal("the number of records", len(found), len(keys))
			},
		},
		{
			name: "an index follows every kind of write",
			why:  "an index has the value of a record after each kind of write",
			run: func(t *trial) {
				bin := t.index(aerostore.IndexInt, mainSet)
				add := []aerostore.Operation{aerostore.AddBin(bin, 1)}
				for i, write := range []func(key aerostore.Key) error{
					func(key aerostore.Key) error { return t.store.Put(t.Context(), key, aerostore.Bins{bin: 2}) },
					func(key aerostore.Key) error { return t.store.Increment(t.Context(), key, aerostore.Bins{bin: 1}) },
					func(key aerostore.Key) error {
						_, err := t.store.Operate(t.Context(), key, add)
						return err
					},
					func(key aerostore.Key) error {
						return batchError(t.store.BatchWrite(t.Context(), itemsOf([]aerostore.Key{key}, aerostore.Bins{bin: 2})))
					},
					func(key aerostore.Key) error {
						return batchError(t.store.BatchOperate(t.Context(), []aerostore.Key{key}, add))
					},
				} {
					key := t.key()
					t.put(key, aerostore.Bins{bin: 1})
					t.ok(write(key))
					for value, want := range []int{0, 0, 1} {
						found := t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, value)}, key)
						t.equal(fmt.Sprintf("the number of records under %d after write %d", value, i), len(found), want)
					}
				}
				for _, o := range removals() {
					key := t.key()
					t.put(key, aerostore.Bins{bin: 3, "n": 1})
					if o.op == aerostore.OpPut || o.op == aerostore.OpBatchWrite { // which delete the bins that they name
						t.put(key, aerostore.Bins{bin: nil})
					}
					t.ok(o.do(t.Context(), t.store, key))
					found := t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, 3)}, key)
					t.equal("the number of records after "+o.name()+" removed one", len(found), 0)
				}
			},
		},
		{
			name: "a condition without an index fails with IndexNotFound",
			why:  "a condition needs an index of the bin",
			run: func(t *trial) {
				t.unanswered(aerostore.Equal(t.bin(), 1))
				t.unanswered(aerostore.Equal(t.bin(), "a"))
				t.unanswered(aerostore.Range(t.bin(), 1, 2))
			},
		},
		{
			name: "a condition with an index of another type fails with IndexNotFound",
			why:  "an index has values of one type",
			run: func(t *trial) {
				t.unanswered(aerostore.Equal(t.index(aerostore.IndexInt, mainSet), "a"))
				t.unanswered(aerostore.Equal(t.index(aerostore.IndexString, mainSet), 1))
			},
		},
		{
			name: "an index follows changes of its records",
			why:  "an index has the present value of a record",
			run: func(t *trial) {
				keys, bin := t.keys(3), t.index(aerostore.IndexInt, mainSet)
				for _, key := range keys {
					t.put(key, aerostore.Bins{bin: 1, "other": 1})
				}
				t.put(keys[0], aerostore.Bins{bin: 2})
				t.put(keys[1], aerostore.Bins{bin: nil})
				found := t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, 1)}, keys...)
				t.equal("the number of records under the old value", len(found), 1)
				found = t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, 2)}, keys...)
				t.equal("the number of records under the new value", len(found), 1)
				_, err := t.store.Remove(t.Context(), keys[2])
				t.ok(err)
				found = t.query(aerostore.Query{Set: mainSet, Where: aerostore.Range(bin, 1, 2)}, keys...)
				t.equal("the number of records after one was removed", len(found), 1)
			},
		},
		{
			name: "a query combines a condition, bins and a limit",
			why:  "a query returns the records that satisfy all of them",
			run: func(t *trial) {
				keys, bin := t.keys(6), t.index(aerostore.IndexInt, mainSet)
				for i, key := range keys {
					t.put(key, aerostore.Bins{bin: i, []string{"even", "odd"}[i%2]: i})
				}
				where := aerostore.Range(bin, 1, 4)
				found := t.query(aerostore.Query{Set: mainSet, Where: where, Bins: []string{"odd"}}, keys...)
				t.equal("the number of odd records", len(found), 2)
				t.bins(found[keys[3]], aerostore.Bins{"odd": 3})
				found = t.query(aerostore.Query{Set: mainSet, Where: where, MaxRecords: 3}, keys...)
				t.equal("the number of records with a limit", len(found), 3)
			},
		},
		{
			name: "an index without a set has the records of every set",
			why:  "the index has the records of all sets of the namespace",
			run: func(t *trial) {
				keys, bin := []aerostore.Key{t.keyIn(mainSet), t.keyIn(otherSet), t.keyIn("")}, t.index(aerostore.IndexInt, "")
				for _, key := range keys {
					t.put(key, aerostore.Bins{bin: 1})
				}
				found := t.query(aerostore.Query{Where: aerostore.Equal(bin, 1)}, keys...)
				t.equal("the number of records", len(found), len(keys))
			},
		},
	}
	cases = append(cases, indexAdminCases()...)
	cases = append(cases, predicateCases()...)
	cases = append(cases, indexExpressionCases()...)
	for i := range cases {
		cases[i].needs = cmp.Or(cases[i].needs, Indexes)
	}
	return cases
}

// indexAdminCases returns the cases about creating and dropping indexes.
func indexAdminCases() []testCase {
	return []testCase{
		{
			name: "CreateIndex accepts an index that exists",
			why:  "CreateIndex of an existing index with the same definition succeeds",
			run: func(t *trial) {
				bin := t.index(aerostore.IndexInt, mainSet)
				t.ok(t.indexer().CreateIndex(t.Context(), t.indexOver(bin, aerostore.IndexInt, mainSet)))
			},
		},
		{
			name: "CreateIndex of a taken name fails with IndexFound",
			why:  "a name belongs to one index",
			run: func(t *trial) {
				other := t.indexOver(t.index(aerostore.IndexInt, mainSet), aerostore.IndexInt, mainSet)
				other.Bin = t.bin()
				t.fails(t.indexer().CreateIndex(t.Context(), other), aerostore.CodeIndexFound)
			},
		},
		{
			name: "DropIndex drops an index",
			why:  "a dropped index answers no query, and a second DropIndex succeeds",
			run: func(t *trial) {
				bin := t.index(aerostore.IndexInt, mainSet)
				index := t.indexOver(bin, aerostore.IndexInt, mainSet)
				for range 2 {
					t.ok(t.indexer().DropIndex(t.Context(), index))
				}
				t.unanswered(aerostore.Equal(bin, 1))
			},
		},
		{
			name: "DropIndex leaves another index of the bin",
			why:  "DropIndex drops the index of that name only",
			run: func(t *trial) {
				bin, key := t.index(aerostore.IndexInt, mainSet), t.key()
				other := t.indexOver(bin, aerostore.IndexString, mainSet)
				other.Name += "s"
				t.indexes(other)
				t.put(key, aerostore.Bins{bin: 1})
				t.ok(t.indexer().DropIndex(t.Context(), other))
				t.unanswered(aerostore.Equal(bin, "1"))
				t.equal("the number of records", len(t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, 1)}, key)), 1)
			},
		},
		{
			name: "CreateIndex refuses an incomplete definition",
			why:  "an incomplete definition fails with ErrInvalid before anything is sent",
			run: func(t *trial) {
				good := t.indexOver(t.bin(), aerostore.IndexInt, mainSet)
				noType, noName, noNamespace := good, good, good
				noType.Type, noName.Name, noNamespace.Namespace = 0, "", ""
				for _, bad := range []aerostore.Index{noType, noName, noNamespace} {
					t.fails(t.indexer().CreateIndex(t.Context(), bad), aerostore.ErrInvalid)
				}
			},
		},
		{
			name: "CreateIndex and DropIndex refuse unusable names",
			why:  "a server would cut such a name or read it as another command",
			run: func(t *trial) {
				good := t.indexOver(t.bin(), aerostore.IndexInt, mainSet)
				for _, fault := range []string{"caf\xe9", " ", "\x00", "\n", ";", "|", ","} {
					set, name, bin := good, good, good
					set.Set, name.Name, bin.Bin = "s"+fault, "i"+fault, "b"+fault
					if fault == "|" || fault == "," { // which end no name of an index
						name.Name = ""
					}
					for _, bad := range []aerostore.Index{set, name, bin} {
						t.fails(t.indexer().CreateIndex(t.Context(), bad), aerostore.ErrInvalid)
						t.fails(t.indexer().DropIndex(t.Context(), bad), aerostore.ErrInvalid)
					}
				}
			},
		},
		{
			name: "CreateIndex and DropIndex under a cancelled context fail",
			why:  "nothing is sent, and the error is that of the context",
			run: func(t *trial) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				bin := t.bin()
				index := t.indexOver(bin, aerostore.IndexInt, mainSet)
				t.fails(t.indexer().CreateIndex(ctx, index), context.Canceled)
				t.unanswered(aerostore.Equal(bin, 1))
				t.fails(t.indexer().DropIndex(ctx, index), context.Canceled)
			},
		},
	}
}

func (t *trial) indexer() aerostore.Indexer {
	t.Helper()
	indexer, ok := aerostore.As[aerostore.Indexer](t.store)
	if !ok {
		t.Fatalf("As[aerostore.Indexer] finds nothing: add CreateIndex to the store or use Without(Indexes, …)")
	}
	return indexer
}

// index creates an index over a new bin, which it returns, and drops it after the
// case.
func (t *trial) index(kind aerostore.IndexType, set string) (bin string) {
	t.Helper()
	bin = t.bin()
	t.indexes(t.indexOver(bin, kind, set))
	return bin
}

// indexes creates an index and drops it after the case.
func (t *trial) indexes(index aerostore.Index) {
	t.Helper()
	indexer := t.indexer()
	t.ok(indexer.CreateIndex(t.Context(), index))
	t.Cleanup(func() {
		if err := indexer.DropIndex(context.WithoutCancel(t.Context()), index); err != nil {
			t.Errorf("the clean-up failed to drop an index: %v", err)
		}
	})
}

func (t *trial) indexOver(bin string, kind aerostore.IndexType, set string) aerostore.Index {
	return aerostore.Index{Namespace: t.namespace, Set: set, Name: bin, Bin: bin, Type: kind}
}

// finds checks which records a condition selects. The records have these values in
// an indexed bin; a nil value is a record without the bin.
func (t *trial) finds(kind aerostore.IndexType, values []any, where func(bin string) aerostore.Predicate, want ...int) {
	t.Helper()
	keys, bin := t.keys(len(values)), t.index(kind, mainSet)
	for i, key := range keys {
		t.put(key, aerostore.Bins{bin: values[i], "i": i})
	}
	found := t.query(aerostore.Query{Set: mainSet, Where: where(bin)}, keys...)
	for _, i := range want {
		if found[keys[i]] == nil {
			t.Errorf("the record with the value %#v was not returned, want it", values[i])
		}
	}
	t.equal("the number of records", len(found), len(want))
}

// unanswered checks that a query fails without an index.
func (t *trial) unanswered(where aerostore.Predicate) {
	t.Helper()
	records, err := t.collect(t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: mainSet, Where: where}))
	t.fails(err, aerostore.CodeIndexNotFound)
	t.equal("the number of records", len(records), 0)
}
