package storetest

import (
	"context"
	"errors"
	"iter"
	"math"
	"slices"

	"github.com/aerostore/aerostore"
)

func queryCases() []testCase {
	return append([]testCase{
		{
			name: "a scan returns every record once",
			why:  "a query without a condition returns the whole set",
			run: func(t *trial) {
				keys := t.keys(50)
				for i, key := range keys {
					t.put(key, aerostore.Bins{"i": i})
				}
				found := t.query(aerostore.Query{Set: mainSet}, keys...)
				for i, key := range keys {
					if found[key] == nil {
						t.Errorf("record %d was not returned", i)
						continue
					}
					t.bins(found[key], aerostore.Bins{"i": i})
				}
			},
		},
		{
			name: "a scan returns records of its set only",
			why:  "records of other sets, and of no set, are not in the scan",
			run: func(t *trial) {
				keys := []aerostore.Key{t.keyIn(mainSet), t.keyIn(otherSet), t.keyIn("")}
				for _, key := range keys {
					t.put(key, before)
				}
				found := t.query(aerostore.Query{Set: otherSet}, keys...)
				t.equal("the number of records", len(found), 1)
				t.bins(found[keys[1]], before)
			},
		},
		{
			name: "a scan without a set returns records of every set",
			why:  "an empty set means every record of the namespace",
			run: func(t *trial) {
				bin := t.bin()
				keys := []aerostore.Key{t.keyIn(mainSet), t.keyIn(otherSet), t.keyIn("")}
				for _, key := range keys {
					t.put(key, aerostore.Bins{bin: 1})
				}
				found := t.query(aerostore.Query{Bins: []string{bin}}, keys...)
				t.equal("the number of records", len(found), len(keys))
				for _, key := range keys {
					if found[key] != nil {
						t.equal("the set", found[key].Key.Set(), key.Set())
					}
				}
			},
		},
		{
			name: "a query of an unknown set returns no records",
			why:  "a set that does not exist has no records, which is no error",
			run: func(t *trial) {
				t.equal("the number of records", t.count(aerostore.Query{Set: noSet}), 0)
			},
		},
		{
			name: "a query returns the named bins",
			why:  "other bins are not sent, and records with none of the bins are left out",
			run: func(t *trial) {
				keys := t.keys(3)
				t.put(keys[0], aerostore.Bins{"a": 1, "b": 2, "c": 3})
				t.put(keys[1], aerostore.Bins{"b": 4})
				t.put(keys[2], aerostore.Bins{"c": 5})
				found := t.query(aerostore.Query{Set: mainSet, Bins: []string{"a", "b"}}, keys...)
				t.equal("the number of records", len(found), 2)
				t.bins(found[keys[0]], aerostore.Bins{"a": 1, "b": 2})
				t.bins(found[keys[1]], aerostore.Bins{"b": 4})
			},
		},
		{
			name: "a query returns a bin named twice once",
			why:  "naming a bin twice selects it once",
			run: func(t *trial) {
				key := t.record()
				t.bins(t.query(aerostore.Query{Set: mainSet, Bins: []string{"n", "n"}}, key)[key], aerostore.Bins{"n": 1})
			},
		},
		{
			name: "a query for no bins returns generation and TTL",
			why:  "an empty slice of names returns the key, generation and TTL of every record",
			run: func(t *trial) {
				key := t.record()
				t.put(key, before)
				r := t.query(aerostore.Query{Set: mainSet, Bins: []string{}}, key)[key]
				t.bins(r, aerostore.Bins{})
				t.equal("Generation", r.Generation, uint32(2))
			},
		},
		{
			name: "MaxRecords limits a query",
			why:  "MaxRecords ends the query after that many records",
			run: func(t *trial) {
				const some = 20 // the set may have others' records, too
				for _, key := range t.keys(some) {
					t.put(key, before)
				}
				for _, limit := range []int{1, 7, some} {
					t.equal("the number of records", t.count(aerostore.Query{Set: mainSet, MaxRecords: limit}), limit)
				}
			},
		},
		{
			name: "MaxRecords above the number of records changes nothing",
			why:  "a query that finds fewer records returns them all",
			run: func(t *trial) {
				key := t.keyIn(otherSet)
				t.put(key, before)
				t.equal("the number of records", len(t.query(aerostore.Query{Set: otherSet, MaxRecords: math.MaxInt32}, key)), 1)
			},
		},
		{
			name: "MaxRecords limits a query for named bins",
			why:  "a query returns MaxRecords at most; a server may count records that it leaves out",
			run: func(t *trial) {
				keys, bin := t.keys(100), t.bin()
				for i, key := range keys {
					t.put(key, aerostore.Bins{[]string{bin, "other"}[i%2]: 1})
				}
				limit := len(keys) / 4
				if n := t.count(aerostore.Query{Set: mainSet, Bins: []string{bin}, MaxRecords: limit}); n > limit {
					t.Errorf("a query for %d records returned %d", limit, n)
				}
			},
		},
		{
			name:  "a query of an unknown namespace fails with ErrInvalidNamespace",
			why:   "the error comes with a nil record and ends the iteration",
			needs: Namespaces,
			run: func(t *trial) {
				records, err := t.collect(t.store.Query(t.Context(), aerostore.Query{Namespace: unknownNamespace, Set: mainSet}))
				t.fails(err, aerostore.ErrInvalidNamespace)
				t.equal("the number of records", len(records), 0)
			},
		},
	}, slices.Concat(removalCases(), iterationCases())...)
}

// removalCases returns the cases about removed records.
func removalCases() []testCase {
	var cases []testCase
	for _, o := range removals() {
		cases = append(cases, testCase{
			name: "a query returns no record that " + o.name() + " removed",
			why:  "a query returns the records that exist while it runs",
			run: func(t *trial) {
				keys := t.keys(2)
				t.put(keys[0], before)
				t.put(keys[1], before)
				t.ok(o.do(t.Context(), t.store, keys[0]))
				for _, bins := range [][]string{nil, {}, {"n"}} {
					found := t.query(aerostore.Query{Set: mainSet, Bins: bins}, keys...)
					t.equal("the number of records", len(found), 1)
					t.equal("whether the query returned the other record", found[keys[1]] != nil, true)
				}
			},
		})
	}
	return cases
}

// iterationCases returns the cases about ranging over a query.
func iterationCases() []testCase {
	return []testCase{
		{
			name: "a query runs when the caller ranges over it",
			why:  "a query returns records written after Query and before the range",
			run: func(t *trial) {
				key := t.key()
				records := t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: mainSet})
				t.put(key, before)
				t.bins(t.ownOf(records, key)[key], before)
			},
		},
		{
			name: "a query runs again for each range",
			why:  "a query can be ranged over more than once",
			run: func(t *trial) {
				keys := t.keys(2)
				records := t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: mainSet})
				for i, key := range keys {
					t.put(key, before)
					t.equal("the number of records", len(t.ownOf(records, keys...)), i+1)
				}
			},
		},
		{
			name: "a break stops the query",
			why:  "a break stops the query, and the store works as before",
			run: func(t *trial) {
				many := t.many()
				n := 0
				for _, err := range many {
					t.ok(err)
					if n++; n == 3 {
						break
					}
				}
				t.equal("the number of records in the loop", n, 3)
				t.works()
			},
		},
		{
			name: "a panic in the loop body reaches the caller",
			why:  "the store does not recover the panic, and works as before",
			run: func(t *trial) {
				many := t.many()
				func() {
					defer func() { t.equal("what was recovered", recover(), "in the loop") }()
					for _, err := range many {
						t.ok(err)
						panic("in the loop")
					}
				}()
				t.works()
			},
		},
		{
			name: "the loop body can write to the store",
			why:  "a query holds no lock while the loop body runs",
			run: func(t *trial) {
				many := t.many()
				n := 0
				for r, err := range many {
					t.ok(err)
					t.ok(t.store.Touch(t.Context(), r.Key))
					_, err := t.store.Remove(t.Context(), r.Key)
					t.ok(err)
					n++
				}
				t.equal("the number of records in the loop", n, manyRecords)
			},
		},
		{
			name: "a query returns each record once during writes",
			why:  "a record that exists throughout the query is returned once, as a whole",
			run: func(t *trial) {
				bin := t.bin()
				keys := t.keys(manyRecords)
				items := itemsOf(keys, nil)
				for i := range items {
					items[i].Bins = aerostore.Bins{bin: i, "twice": []any{0, 0}}
				}
				t.writesAll(items)
				seen, last := make(map[int]int), t.key()
				query := aerostore.Query{Namespace: t.namespace, Set: mainSet, Bins: []string{bin, "twice"}}
				for r, err := range t.store.Query(t.Context(), query) {
					t.ok(err)
					i, ok := r.Bins[bin].(int)
					if !ok {
						continue
					}
					seen[i]++
					pair, err := r.List("twice")
					t.ok(err)
					t.equal("a list of two equal values", pair, []any{pair[0], pair[0]})
					n := len(seen)
					for _, key := range []aerostore.Key{keys[i], keys[n%len(keys)]} {
						t.ok(t.store.Put(t.Context(), key, aerostore.Bins{"twice": []any{n, n}}))
					}
					_, err = t.store.Remove(t.Context(), last)
					t.ok(err)
					last = t.key()
					t.put(last, before)
				}
				for i := range keys {
					if seen[i] != 1 {
						t.Errorf("record %d was returned %d times, want once", i, seen[i])
					}
				}
			},
		},
		{
			name: "a cancelled context stops the query",
			why:  "the query ends with the error of the context",
			run: func(t *trial) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				many := t.manyUnder(ctx)
				n, last := 0, error(nil)
				for r, err := range many {
					if last = err; err != nil {
						t.equal("the record beside the error", r, (*aerostore.Record)(nil))
						break
					}
					n++
					cancel()
				}
				t.fails(last, context.Canceled)
				t.equal("the number of records in the loop", n, 1)
				t.works()
			},
		},
		{
			name: "a context cancelled at the last record fails the query",
			why:  "the caller does not know which record is the last, and gets the error of the context",
			run: func(t *trial) {
				bin := t.bin()
				t.put(t.key(), aerostore.Bins{bin: 1})
				for _, q := range []aerostore.Query{
					{Namespace: t.namespace, Set: mainSet, Bins: []string{bin}},
					{Namespace: t.namespace, Set: mainSet, MaxRecords: 1},
				} {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					n, last := 0, error(nil)
					for _, err := range t.store.Query(ctx, q) {
						if last = err; err != nil {
							break
						}
						n++
						cancel()
					}
					t.fails(last, context.Canceled)
					t.equal("the number of records", n, 1)
				}
			},
		},
		{
			name: "a context cancelled before the range fails the query",
			why:  "the context counts while the caller ranges",
			run: func(t *trial) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				many := t.manyUnder(ctx)
				cancel()
				records, err := t.collect(many)
				t.fails(err, context.Canceled)
				t.equal("the number of records", len(records), 0)
			},
		},
		{
			name: "two queries run at once",
			why:  "a query does not affect another",
			run: func(t *trial) {
				keys := t.records(2)
				records := t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: mainSet})
				next, stop := iter.Pull2(records)
				defer stop()
				_, err, more := next()
				t.ok(err)
				t.equal("whether there is a record", more, true)
				t.equal("the number of records of the other", len(t.ownOf(records, keys...)), 2)
			},
		},
	}
}

// works checks that the store still writes and queries records.
func (t *trial) works() {
	t.Helper()
	key := t.record()
	t.bins(t.scanned(key), before)
}

// scanned returns a record as a scan of its set returns it.
func (t *trial) scanned(key aerostore.Key) *aerostore.Record {
	t.Helper()
	r := t.query(aerostore.Query{Set: key.Set()}, key)[key]
	if r == nil {
		t.Fatalf("a scan did not return the record, want it")
	}
	return r
}

// query returns the records of a query that have one of these keys.
func (t *trial) query(q aerostore.Query, own ...aerostore.Key) map[aerostore.Key]*aerostore.Record {
	t.Helper()
	q.Namespace = t.namespace
	return t.ownOf(t.store.Query(t.Context(), q), own...)
}

// count returns how many records a query returns, those of other cases included.
func (t *trial) count(q aerostore.Query) int {
	t.Helper()
	q.Namespace = t.namespace
	records, err := t.collect(t.store.Query(t.Context(), q))
	t.ok(err)
	return len(records)
}

// ownOf returns the records with one of these keys, which it finds by digest. It
// leaves out the records of other cases.
func (t *trial) ownOf(records iter.Seq2[*aerostore.Record, error], own ...aerostore.Key) map[aerostore.Key]*aerostore.Record {
	t.Helper()
	keys := make(map[[20]byte]aerostore.Key, len(own))
	for _, key := range own {
		keys[key.Digest()] = key
	}
	all, err := t.collect(records)
	t.ok(err)
	found := make(map[aerostore.Key]*aerostore.Record)
	for _, r := range all {
		key, ok := keys[r.Key.Digest()]
		if !ok {
			continue
		}
		if found[key] != nil {
			t.Errorf("the query returned a record twice, want it once")
		}
		found[key] = r
	}
	return found
}

// collect returns the records of a query, and checks that an error comes last and
// without a record.
func (t *trial) collect(records iter.Seq2[*aerostore.Record, error]) (all []*aerostore.Record, err error) {
	t.Helper()
	for r, problem := range records {
		switch {
		case err != nil:
			t.Fatalf("the query continued after the error %q, want it to end", err)
		case (r == nil) != (problem != nil):
			t.Fatalf("the query returned the record %v with the error %v, want one of them", r, problem)
		case problem != nil:
			err = problem
		default:
			all = append(all, r)
		}
	}
	if err != nil && errors.Is(err, aerostore.ErrNotFound) {
		t.Errorf("the query failed with %q, want no records and no error", err)
	}
	return all, err
}
