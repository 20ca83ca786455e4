package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
)

// ownSets counts the sets that belong to one case, since a job or a truncation works on a
// whole set.
var ownSets atomic.Int64

func (*trial) ownSet() string { return fmt.Sprintf("%s_own%d", mainSet, ownSets.Add(1)) }

// recordsIn puts records with the bins into a set.
func (t *trial) recordsIn(set string, n int, bins aerostore.Bins, opts ...aerostore.WriteOption) []aerostore.Key {
	t.Helper()
	keys := make([]aerostore.Key, n)
	for i := range keys {
		keys[i] = t.keyIn(set)
		t.put(keys[i], bins, opts...)
	}
	return keys
}

// execute runs a job that must succeed, and checks how many records it changed.
func (t *trial) execute(q aerostore.Query, changed int64, ops []aerostore.Operation, opts ...aerostore.ExecuteOption) {
	t.Helper()
	q.Namespace = t.namespace
	done, err := aerostore.Execute(t.Context(), t.store, q, ops, opts...)
	t.ok(err)
	t.equal("the progress at the end", done, aerostore.Progress{Fraction: 1, Applied: changed})
}

func jobCases() []testCase {
	add := []aerostore.Operation{aerostore.AddBin("n", 1)}
	cases := []testCase{
		{
			name: "Execute changes every record of a set once",
			why:  "a job applies its operations once to each record of its set, and to no other",
			run: func(t *trial) {
				set, bins := t.ownSet(), aerostore.Bins{"n": 1}
				keys, other := t.recordsIn(set, 20, bins), t.recordsIn(t.ownSet(), 1, bins)
				t.execute(aerostore.Query{Set: set}, 20, add)
				for _, key := range keys {
					t.holds(key, aerostore.Bins{"n": 2})
					t.written(key, false)
				}
				t.unchanged(other[0], bins)
			},
		},
		{
			name: "Execute applies all operations in order",
			why:  "a record is changed by all operations, one after the other",
			run: func(t *trial) {
				set := t.ownSet()
				key := t.recordsIn(set, 1, aerostore.Bins{"n": 1, "s": "b", "gone": 1})[0]
				t.execute(aerostore.Query{Set: set}, 1, []aerostore.Operation{
					aerostore.AddBin("n", 2), aerostore.AppendBin("s", "c"), aerostore.PrependBin("s", "a"),
					aerostore.WriteBin("new", 1.5), aerostore.AddBin("n", 3), aerostore.WriteBin("gone", nil), aerostore.TouchRecord(),
				})
				t.holds(key, aerostore.Bins{"n": 6, "s": "abc", "new": 1.5})
			},
		},
		{
			name: "Execute changes lists, maps, bits and HyperLogLogs",
			why:  "a job may have every operation that writes",
			run: func(t *trial) {
				t.needs(DataTypes)
				set := t.ownSet()
				key := t.recordsIn(set, 1, aerostore.Bins{"l": []any{1}, "b": []byte{1}})[0]
				t.execute(aerostore.Query{Set: set}, 1, []aerostore.Operation{
					aerostore.ListBin("l").Append(2), aerostore.MapBin("m").Put("k", "v"),
					aerostore.BitBin("b").Not(0, 8), aerostore.HLLBin("h").Create(4, 0).Init(),
				})
				r := t.get(key)
				t.equal("the list", r.Bins["l"], []any{1, 2})
				t.equal("the map", r.Bins["m"], map[any]any{"k": "v"})
				t.equal("the bits", r.Bins["b"], []byte{0xfe})
				if r.Bins["h"] == nil {
					t.Errorf("there is no HyperLogLog")
				}
			},
		},
		{
			name: "Execute of DeleteRecord removes the records",
			why:  "a job removes the records that it selects",
			run: func(t *trial) {
				set := t.ownSet()
				keys := t.recordsIn(set, 10, before)
				t.execute(aerostore.Query{Set: set}, 10, []aerostore.Operation{aerostore.DeleteRecord()})
				for _, key := range keys {
					t.missing(key)
				}
			},
		},
		{
			name: "Execute with ReplaceOnly drops the other bins",
			why:  "ReplaceOnly replaces a record with all of its bins",
			run: func(t *trial) {
				set := t.ownSet()
				key := t.recordsIn(set, 1, aerostore.Bins{"a": 1, "b": 2})[0]
				t.execute(aerostore.Query{Set: set}, 1, []aerostore.Operation{aerostore.WriteBin("c", 3)}, aerostore.ReplaceOnly)
				t.holds(key, aerostore.Bins{"c": 3})
			},
		},
		{
			name: "Execute resets TTLs unless it keeps them",
			why:  "a change sets its TTL or the default one; KeepTTL keeps that of the record",
			run: func(t *trial) {
				t.needs(Expiry)
				set := t.ownSet()
				key := t.recordsIn(set, 1, aerostore.Bins{"n": 1}, day)[0]
				t.execute(aerostore.Query{Set: set}, 1, add, aerostore.KeepTTL)
				t.lives(key, day)
				t.execute(aerostore.Query{Set: set}, 1, add, hour)
				t.lives(key, hour)
				t.execute(aerostore.Query{Set: set}, 1, add)
				t.lives(key, t.defaultTTL())
			},
		},
		{
			name: "Execute of a missing set changes nothing",
			why:  "a set that does not exist has no records, and no job creates one",
			run: func(t *trial) {
				t.execute(aerostore.Query{Set: noSet}, 0, add)
				t.execute(aerostore.Query{Set: noSet, Where: aerostore.Equal(t.bin(), 1)}, 0, add)
			},
		},
		{
			name: "Execute changes what a condition selects",
			why:  "a job with a condition changes the records that a query with it would return",
			run: func(t *trial) {
				t.needs(Indexes)
				bin, keys := t.index(aerostore.IndexInt, mainSet), t.keys(5)
				for i, key := range keys {
					t.put(key, aerostore.Bins{bin: i})
				}
				t.execute(aerostore.Query{Set: mainSet, Where: aerostore.Range(bin, 1, 3)}, 3, []aerostore.Operation{aerostore.WriteBin("done", true)})
				for i, key := range keys {
					_, done := t.get(key).Bins["done"]
					t.equal(fmt.Sprintf("whether record %d was changed", i), done, 1 <= i && i <= 3)
				}
				t.execute(aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, 9)}, 0, add)
			},
		},
		{
			name: "Execute without an index fails with IndexNotFound",
			why:  "a condition needs an index, and nothing is changed without one",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"n": 1})
				q := aerostore.Query{Namespace: t.namespace, Set: mainSet, Where: aerostore.Equal(t.bin(), 1)}
				_, err := aerostore.Execute(t.Context(), t.store, q, add)
				t.fails(err, aerostore.CodeIndexNotFound)
				t.unchanged(key, aerostore.Bins{"n": 1})
			},
		},
		{
			name: "Execute counts the records that failed",
			why:  "a record on which an operation fails stays unchanged, and the caller learns of it",
			run: func(t *trial) {
				set := t.ownSet()
				sound, bad := t.recordsIn(set, 3, aerostore.Bins{"n": 1}), t.recordsIn(set, 2, aerostore.Bins{"n": "text"})
				done, err := aerostore.Execute(t.Context(), t.store, aerostore.Query{Namespace: t.namespace, Set: set},
					[]aerostore.Operation{aerostore.WriteBin("m", 1), aerostore.AddBin("n", 1)})
				if !errors.Is(err, aerostore.ErrSomeFailed) || !aerostore.InDoubt(err) {
					t.Errorf("got error %v, want one in doubt that matches ErrSomeFailed", err)
				}
				t.equal("the progress at the end", done, aerostore.Progress{Fraction: 1, Applied: 3, Failed: 2})
				for _, key := range sound {
					t.holds(key, aerostore.Bins{"n": 2, "m": 1})
				}
				for _, key := range bad {
					t.unchanged(key, aerostore.Bins{"n": "text"})
				}
			},
		},
		{
			name: "Execute leaves out what the filter excludes without its bins, then fails what it refuses",
			why:  "a server evaluates a filter of metadata before the operations, and one of bins after them",
			run: func(t *trial) {
				t.needs(Filters)
				set := t.ownSet()
				keys := t.recordsIn(set, 3, aerostore.Bins{"n": 1})
				q := aerostore.Query{Namespace: t.namespace, Set: set, Options: []aerostore.ReadOption{aerostore.Filter(exp.SetName().Equal(noSet))}}
				done, err := aerostore.Execute(t.Context(), t.store, q, add, aerostore.ReplaceOnly)
				t.ok(err)
				t.equal("the progress if the filter excludes them without their bins", done, aerostore.Progress{Fraction: 1, Filtered: 3})
				for _, f := range []exp.Bool{exp.IntBin("n").Equal(2), exp.BinExists("gone"), exp.And(exp.SetName().Equal(set), exp.IntBin("n").Equal(2))} {
					q.Options[0] = aerostore.Filter(f)
					done, err = aerostore.Execute(t.Context(), t.store, q, add, aerostore.ReplaceOnly)
					if !errors.Is(err, aerostore.ErrSomeFailed) {
						t.Errorf("got error %v, want one that matches ErrSomeFailed", err)
					}
					t.equal("the progress if the filter needs their bins", done, aerostore.Progress{Fraction: 1, Failed: 3})
				}
				for _, key := range keys {
					t.unchanged(key, aerostore.Bins{"n": 1})
				}
			},
		},
		{
			name: "Execute reports its progress",
			why:  "the function of OnProgress is called at least once, and last with what Execute returns",
			run: func(t *trial) {
				set := t.ownSet()
				t.recordsIn(set, 3, aerostore.Bins{"n": 1})
				var seen []aerostore.Progress
				t.execute(aerostore.Query{Set: set}, 3, add, aerostore.OnProgress(func(p aerostore.Progress) { seen = append(seen, p) }))
				if len(seen) == 0 {
					t.Fatalf("the function was not called")
				}
				t.equal("the last progress", seen[len(seen)-1], aerostore.Progress{Fraction: 1, Applied: 3})
			},
		},
		{
			name: "Execute knows the progress in a set with a strange name",
			why:  "a name that has the form of a server's answer changes nothing about the progress",
			run: func(t *trial) {
				set := t.ownSet() + ":status=done(x):recs-failed=9;b c"
				key := t.recordsIn(set, 1, aerostore.Bins{"n": 1})[0]
				t.execute(aerostore.Query{Set: set}, 1, add)
				t.holds(key, aerostore.Bins{"n": 2})
			},
		},
		{
			name: "Execute refuses what has no meaning for a job",
			why:  "a job returns no records and creates none: an option for that is refused before anything is sent",
			run: func(t *trial) {
				set := t.ownSet()
				key := t.recordsIn(set, 1, aerostore.Bins{"n": 1})[0]
				good := aerostore.Query{Namespace: t.namespace, Set: set}
				bins, limit, nowhere, strange, lines := good, good, good, good, good
				bins.Bins, limit.MaxRecords, nowhere.Namespace, strange.Where = []string{"n"}, 1, "", aerostore.Range("n", 2, 1)
				lines.Set = "a\nb"
				for _, q := range []aerostore.Query{bins, limit, nowhere, strange, lines} {
					_, err := aerostore.Execute(t.Context(), t.store, q, add)
					t.fails(err, aerostore.ErrInvalid)
				}
				for _, ops := range [][]aerostore.Operation{
					nil, {{}}, {aerostore.ReadBin("n")}, {aerostore.AddBin("n", 1), aerostore.ReadAll()}, {aerostore.ReadHeader()},
				} {
					_, err := aerostore.Execute(t.Context(), t.store, good, ops)
					t.fails(err, aerostore.ErrInvalid)
				}
				for _, opt := range []aerostore.ExecuteOption{aerostore.CreateOnly, aerostore.Replace, aerostore.SendKey, aerostore.TTL(0)} {
					_, err := aerostore.Execute(t.Context(), t.store, good, add, opt)
					t.fails(err, aerostore.ErrInvalid)
				}
				t.unchanged(key, aerostore.Bins{"n": 1})
			},
		},
		{
			name: "Execute under a cancelled context fails",
			why:  "nothing is changed, and the error is that of the context",
			run: func(t *trial) {
				set := t.ownSet()
				key := t.recordsIn(set, 1, aerostore.Bins{"n": 1})[0]
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				_, err := aerostore.Execute(ctx, t.store, aerostore.Query{Namespace: t.namespace, Set: set}, add)
				t.fails(err, context.Canceled)
				t.unchanged(key, aerostore.Bins{"n": 1})
			},
		},
		{
			name: "Execute in an unknown namespace fails with ErrInvalidNamespace",
			why:  "a namespace that does not exist is a mistake, not an empty one",
			run: func(t *trial) {
				t.needs(Namespaces)
				_, err := aerostore.Execute(t.Context(), t.store, aerostore.Query{Namespace: unknownNamespace, Set: mainSet}, add)
				t.fails(err, aerostore.ErrInvalidNamespace)
			},
		},
	}
	for i := range cases {
		cases[i].needs = Jobs
	}
	return cases
}

// apart is the time between two writes that a truncation must tell apart.
const apart = 50 * time.Millisecond

// now returns the time on the clock of the store.
func (t *trial) now() time.Time { return time.Now().Add(t.passed) }

func (t *trial) truncate(set string, before time.Time) error {
	return aerostore.Truncate(t.Context(), t.store, t.namespace, set, before)
}

func truncateCases() []testCase {
	cases := []testCase{
		{
			name: "Truncate removes the records of a set",
			why:  "Truncate without a time removes all records that the set has, and no other",
			run: func(t *trial) {
				set := t.ownSet()
				keys, other := t.recordsIn(set, 10, before), t.recordsIn(t.ownSet(), 1, before)
				t.ok(t.truncate(set, time.Time{}))
				for _, key := range keys {
					t.missing(key)
				}
				t.unchanged(other[0], before)
			},
		},
		{
			name: "Truncate with a time keeps what was written since",
			why:  "the time of the last write decides, not that of the first",
			run: func(t *trial) {
				set := t.ownSet()
				old, touched := t.recordsIn(set, 3, before), t.recordsIn(set, 1, before)[0]
				t.pass(apart)
				cut := t.now()
				t.pass(apart)
				fresh := t.recordsIn(set, 1, before)[0]
				t.ok(t.store.Touch(t.Context(), touched))
				t.ok(t.truncate(set, cut))
				for _, key := range old {
					t.missing(key)
				}
				t.holds(fresh, before)
				t.holds(touched, before)
			},
		},
		{
			name: "Truncate leaves what is written afterwards",
			why:  "a set can be used after its truncation",
			run: func(t *trial) {
				set := t.ownSet()
				key := t.recordsIn(set, 1, before)[0]
				t.ok(t.truncate(set, time.Time{}))
				t.put(key, aerostore.Bins{"a": 1})
				t.unchanged(key, aerostore.Bins{"a": 1})
			},
		},
		{
			name: "Truncate with a time in the future fails with ErrParameter",
			why:  "a server does not remove what is yet to be written",
			run: func(t *trial) {
				set := t.ownSet()
				key := t.recordsIn(set, 1, before)[0]
				t.fails(t.truncate(set, t.now().Add(time.Hour)), aerostore.ErrParameter)
				t.unchanged(key, before)
			},
		},
		{
			name: "Truncate of a missing set does nothing",
			why:  "a set that does not exist has no records",
			run:  func(t *trial) { t.ok(t.truncate(noSet, time.Time{})) },
		},
		{
			name: "Truncate refuses a missing name and unusable ones",
			why:  "a name that is missing by accident must not empty a namespace, and a server would read others as another command",
			run: func(t *trial) {
				key := t.record()
				for _, set := range []string{"", ";namespace=" + t.namespace, "a|b", " a", "caf\xe9"} {
					t.fails(t.truncate(set, time.Time{}), aerostore.ErrInvalid)
				}
				t.fails(aerostore.Truncate(t.Context(), t.store, "", mainSet, time.Time{}), aerostore.ErrInvalid)
				t.fails(t.truncate(mainSet, time.Unix(0, 0)), aerostore.ErrInvalid)
				t.unchanged(key, before)
			},
		},
		{
			name: "Truncate under a cancelled context fails",
			why:  "nothing is removed, and the error is that of the context",
			run: func(t *trial) {
				set := t.ownSet()
				key := t.recordsIn(set, 1, before)[0]
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				t.fails(aerostore.Truncate(ctx, t.store, t.namespace, set, time.Time{}), context.Canceled)
				t.unchanged(key, before)
			},
		},
		{
			name: "Truncate in an unknown namespace fails with ErrInvalidNamespace",
			why:  "a server that accepts it would do nothing, silently",
			run: func(t *trial) {
				t.needs(Namespaces)
				t.fails(aerostore.Truncate(t.Context(), t.store, unknownNamespace, mainSet, time.Time{}), aerostore.ErrInvalidNamespace)
			},
		},
	}
	for i := range cases {
		cases[i].needs = Truncation
	}
	return cases
}

func (t *trial) counts(set string, want int64) {
	t.Helper()
	n, err := aerostore.Count(t.Context(), t.store, t.namespace, set)
	t.ok(err)
	t.equal("the number of records", n, want)
}

func countCases() []testCase {
	cases := []testCase{
		{
			name: "Count counts the records of a set",
			why:  "Count returns how many records a set has, each counted once",
			run: func(t *trial) {
				set := t.ownSet()
				t.counts(set, 0)
				keys := t.recordsIn(set, 10, before)
				t.recordsIn(t.ownSet(), 1, before)
				t.counts(set, 10)
				t.put(keys[0], before)
				_, err := t.store.Remove(t.Context(), keys[1])
				t.ok(err)
				t.counts(set, 9)
			},
		},
		{
			name: "Count without a set counts those of the namespace",
			why:  "the empty set stands for all sets of the namespace",
			run: func(t *trial) {
				t.recordsIn(t.ownSet(), 3, before)
				t.recordsIn(t.ownSet(), 4, before)
				n, err := aerostore.Count(t.Context(), t.store, t.namespace, "")
				t.ok(err)
				if n < 7 {
					t.Errorf("there are %d records, want at least 7", n)
				}
			},
		},
		{
			name: "Count of a missing set is zero",
			why:  "a set that does not exist has no records",
			run:  func(t *trial) { t.counts(noSet, 0) },
		},
		{
			name: "Count refuses unusable names",
			why:  "a server would read such a name as another command",
			run: func(t *trial) {
				for _, set := range []string{"a;b", "a:b", "a\n", "caf\xe9"} {
					_, err := aerostore.Count(t.Context(), t.store, t.namespace, set)
					t.fails(err, aerostore.ErrInvalid)
				}
				_, err := aerostore.Count(t.Context(), t.store, "", mainSet)
				t.fails(err, aerostore.ErrInvalid)
			},
		},
		{
			name: "Count under a cancelled context fails",
			why:  "the caller no longer waits for the answer",
			run: func(t *trial) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				_, err := aerostore.Count(ctx, t.store, t.namespace, mainSet)
				t.fails(err, context.Canceled)
			},
		},
		{
			name: "Count in an unknown namespace fails with ErrInvalidNamespace",
			why:  "a namespace that does not exist is a mistake, not an empty one",
			run: func(t *trial) {
				t.needs(Namespaces)
				_, err := aerostore.Count(t.Context(), t.store, unknownNamespace, mainSet)
				t.fails(err, aerostore.ErrInvalidNamespace)
			},
		},
	}
	for i := range cases {
		cases[i].needs = Counting
	}
	return cases
}
