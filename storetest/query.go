package storetest

import (
	"context"
	"errors"
	"iter"
	"math"
	"slices"

	"github.com/aerostore/aerostore"
)

func queries() []testCase {
	return append([]testCase{
		{
			name: "a scan returns every record once",
			why:  "without a condition a query is about the whole set",
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
			why:  "records of other sets, and those outside any set, are not in it",
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
			why:  "a set that does not exist has no records, which is no reason to fail",
			run: func(t *trial) {
				t.equal("the number of records", t.count(aerostore.Query{Set: noSet}), 0)
			},
		},
		{
			name: "a query returns the named bins",
			why:  "bins that nobody asked for do not travel, and records with none of them are left out",
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
			why:  "a name asks for a bin, however often it is said",
			run: func(t *trial) {
				key := t.key()
				t.put(key, before)
				t.bins(t.query(aerostore.Query{Set: mainSet, Bins: []string{"n", "n"}}, key)[key], aerostore.Bins{"n": 1})
			},
		},
		{
			name: "a query for no bins returns generation and TTL",
			why:  "an empty slice that is not nil returns keys, generation and TTL of every record",
			run: func(t *trial) {
				key := t.key()
				t.put(key, before)
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
			why:  "MaxRecords takes nothing away from a query that finds no more",
			run: func(t *trial) {
				key := t.keyIn(otherSet)
				t.put(key, before)
				t.equal("the number of records", len(t.query(aerostore.Query{Set: otherSet, MaxRecords: math.MaxInt32}, key)), 1)
			},
		},
		{
			name: "MaxRecords limits a query for named bins",
			why:  "MaxRecords bounds what is found; each server counts what it looks at, records left out for want of the bins included",
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
			why:   "the error comes last, with a nil record",
			needs: Namespaces,
			run: func(t *trial) {
				records, err := t.collect(t.store.Query(t.Context(), aerostore.Query{Namespace: unknownNamespace, Set: mainSet}))
				t.fails(err, aerostore.ErrInvalidNamespace)
				t.equal("the number of records", len(records), 0)
			},
		},
	}, slices.Concat(removed(), iterations())...)
}

// removed are the cases about records that are no longer there.
func removed() []testCase {
	var cases []testCase
	for _, o := range removals() {
		cases = append(cases, testCase{
			name: "a query returns no record that " + o.name() + " removed",
			why:  "a query returns what is there while it runs",
			run: func(t *trial) {
				keys := t.keys(2)
				t.put(keys[0], before)
				t.put(keys[1], before)
				t.ok(o.do(t.Context(), t.store, keys[0]))
				for _, bins := range [][]string{nil, {}, {"n"}} {
					found := t.query(aerostore.Query{Set: mainSet, Bins: bins}, keys...)
					t.equal("the number of records", len(found), 1)
					t.equal("whether the other was found", found[keys[1]] != nil, true)
				}
			},
		})
	}
	return cases
}

// iterations are the cases about ranging over a query.
func iterations() []testCase {
	return []testCase{
		{
			name: "a query runs when the caller ranges over it",
			why:  "a query that is made early sees what was written before it runs",
			run: func(t *trial) {
				key := t.key()
				records := t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: mainSet})
				t.put(key, before)
				t.bins(t.ownOf(records, key)[key], before)
			},
		},
		{
			name: "a query runs again for each range",
			why:  "each range runs the query anew",
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
			why:  "it stops the query at once, and the store can be used as before",
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
			why:  "it passes through to the caller, and the store can be used as before",
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
			why:  "a query keeps nobody out while the caller has a record",
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
			why:  "a record that is there from beginning to end is returned once, as a whole, however often it is written",
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
			why:  "the query ends at once and says why",
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
			why:  "the caller does not know which one is the last, and hears of the end of the context all the same",
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
			why:  "the query runs while the caller ranges, not when it was made",
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
			why:  "a query is no state of the store",
			run: func(t *trial) {
				keys := t.keys(2)
				for _, key := range keys {
					t.put(key, before)
				}
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

// manyRecords is more than a store would have ready in a buffer.
const manyRecords = 150

// many returns a query for many records of the case's own.
func (t *trial) many() iter.Seq2[*aerostore.Record, error] { return t.manyUnder(t.Context()) }

func (t *trial) manyUnder(ctx context.Context) iter.Seq2[*aerostore.Record, error] {
	t.Helper()
	bin := t.bin()
	keys := t.keys(manyRecords)
	t.writesAll(itemsOf(keys, aerostore.Bins{bin: 1}))
	return t.store.Query(ctx, aerostore.Query{Namespace: t.namespace, Set: mainSet, Bins: []string{bin}})
}

// works checks that the store still does what it is for.
func (t *trial) works() {
	t.Helper()
	key := t.key()
	t.put(key, before)
	t.bins(t.scanned(key), before)
}

// scanned returns a record as a scan of its set gives it.
func (t *trial) scanned(key aerostore.Key) *aerostore.Record {
	t.Helper()
	r := t.query(aerostore.Query{Set: key.Set()}, key)[key]
	if r == nil {
		t.Fatalf("a scan did not return the record")
	}
	return r
}

// query returns those of the case's own records that a query finds.
func (t *trial) query(q aerostore.Query, own ...aerostore.Key) map[aerostore.Key]*aerostore.Record {
	t.Helper()
	q.Namespace = t.namespace
	return t.ownOf(t.store.Query(t.Context(), q), own...)
}

// count returns how many records a query finds, those of others included.
func (t *trial) count(q aerostore.Query) int {
	t.Helper()
	q.Namespace = t.namespace
	records, err := t.collect(t.store.Query(t.Context(), q))
	t.ok(err)
	return len(records)
}

// ownOf leaves out the records of others. What the case's own keys are it sees
// by their digests.
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
			t.Errorf("a record was returned twice")
		}
		found[key] = r
	}
	return found
}

// collect returns what a query gives and checks that an error comes alone.
func (t *trial) collect(records iter.Seq2[*aerostore.Record, error]) (all []*aerostore.Record, err error) {
	t.Helper()
	for r, problem := range records {
		switch {
		case err != nil:
			t.Fatalf("the query went on after the error %q, want it to end", err)
		case (r == nil) != (problem != nil):
			t.Fatalf("the query gave the record %v beside the error %v, want one of them", r, problem)
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
