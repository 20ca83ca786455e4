package storetest

import (
	"errors"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

// Filters of the record before.
var (
	isBefore  = aerostore.Filter(exp.And(exp.IntBin("n").Equal(1), exp.StringBin("s").Equal("m")))
	notBefore = aerostore.Filter(exp.IntBin("n").NotEqual(1))
)

// honoursFilter checks that an operation honours a filter, or refuses it.
func (t *trial) honoursFilter(o operation) {
	t.Helper()
	key := t.record()
	if _, refused := t.without[Filters]; refused {
		t.fails(o.do(t.Context(), t.store, key, isBefore), aerostore.CodeUnsupportedFeature)
		t.unchanged(key, before)
		return
	}
	t.excludes(o, key, notBefore)
	t.fails(o.do(t.Context(), t.store, key, aerostore.Filter{}), aerostore.ErrInvalid)
	t.unchanged(key, before)
	t.ok(o.do(t.Context(), t.store, key, isBefore))
	if o.writes {
		t.written(key, o.removes)
	}
}

// excludes checks that the filter keeps an operation from a record with the bins of
// before.
func (t *trial) excludes(o operation, key aerostore.Key, f aerostore.Filter) {
	t.Helper()
	if o.op == aerostore.OpQuery {
		q := aerostore.Query{Set: key.Set(), Options: []aerostore.ReadOption{f}}
		t.equal("what the query returns of the record", t.query(q, key)[key], (*aerostore.Record)(nil))
		return
	}
	err := o.do(t.Context(), t.store, key, f)
	t.fails(err, aerostore.ErrFilteredOut)
	t.about(err, o.op, key, aerostore.CodeFilteredOut)
	t.unchanged(key, before)
}

func filterCases() []testCase {
	cases := append(filterVerdictCases(), filterOrderCases()...)
	return append(append(cases, filteredBatchCases()...), otherFilterCases()...)
}

// filterVerdictCases are about what a filter lets through.
func filterVerdictCases() []testCase {
	const unknown = "an expression is unknown if a bin is missing or has another type, and does not let the record through"
	var cases []testCase
	for _, f := range []struct {
		name, why string
		is        exp.Bool
		passes    bool
	}{
		{"a comparison that is true", "a record that matches is read and written", exp.IntBin("n").AtMost(1), true},
		{"a comparison that is false", "a record that does not match is neither read nor written", exp.IntBin("n").Greater(1), false},
		{"a constant that is true", "exp.And of nothing is true", exp.And(), true},
		{"a constant that is false", "exp.Or of nothing is false", exp.Or(), false},
		{"a missing bin", unknown, exp.IntBin("x").NotEqual(1), false},
		{"the negation of a missing bin", unknown, exp.Not(exp.IntBin("x").Equal(1)), false},
		{"a bin of another type", unknown, exp.StringBin("n").NotEqual("1"), false},
		{"a division by zero", unknown, exp.Divide(exp.IntBin("n"), exp.IntVal(0)).NotEqual(9), false},
		{"Or of a missing bin and what is true", "Or is true if one of its expressions is", exp.Or(exp.IntBin("x").Equal(1), exp.IntBin("n").Equal(1)), true},
		{"And of a missing bin and what is true", unknown, exp.And(exp.IntBin("x").Equal(1), exp.IntBin("n").Equal(1)), false},
		{"that a bin is missing", "BinExists is never unknown", exp.Not(exp.BinExists("x")), true},
		{"two bins", "an expression compares bins with each other", exp.Greater(exp.IntBin("n"), exp.IntBin("n")), false},
		{"a text", "a regular expression matches a part of a text", exp.StringBin("s").Matches("^[a-m]"), true},
		{"the set", "an expression knows the set of the record", exp.SetName().Equal(mainSet), true},
		{"the stored key", "a record has a key only if a write sent it", exp.KeyExists(), false},
		{"the TTL", "an expression knows when the record expires, -1 for never", exp.TTL().AtLeast(-1), true},
		{"the time since the last write", "an expression knows when the record was written", exp.SinceUpdate().Greater(3_600_000), false},
	} {
		cases = append(cases, testCase{
			name: "a filter compares " + f.name, why: f.why,
			run: func(t *trial) {
				key := t.record()
				for _, o := range []operation{operationOf(aerostore.OpGet), operationOf(aerostore.OpQuery), operationOf(aerostore.OpPut)} {
					if !f.passes {
						t.excludes(o, key, aerostore.Filter(f.is))
						continue
					}
					t.ok(o.do(t.Context(), t.store, key, aerostore.Filter(f.is)))
				}
				if f.passes {
					t.written(key, false)
				}
			},
		})
	}
	return cases
}

// filterOrderCases are about what comes before the filter, and what after it.
func filterOrderCases() []testCase {
	cases := perOperation(func(o operation) testCase {
		return testCase{
			name: o.name() + " compares no missing record with a filter",
			why:  "a filter keeps an operation from records, and there is none: a write creates it",
			run: func(t *trial) {
				key := t.key()
				err := o.do(t.Context(), t.store, key, notBefore)
				switch {
				case o.creates:
					t.ok(err)
					t.equal("Generation", t.get(key).Generation, uint32(1))
					return
				case o.op == aerostore.OpQuery, o.op == aerostore.OpExists, o.op == aerostore.OpRemove:
					t.ok(err)
				default:
					t.fails(err, aerostore.ErrNotFound)
				}
				t.missing(key)
			},
		}
	})
	cases = append(cases, perWrite(func(o operation) testCase {
		return testCase{
			name: o.name() + " compares the generation before the filter",
			why:  "the conditions of a write are checked before the filter",
			run: func(t *trial) {
				key := t.record()
				for _, f := range []aerostore.Filter{isBefore, notBefore} {
					t.fails(o.do(t.Context(), t.store, key, aerostore.GenerationEqual(7), f), aerostore.ErrGeneration)
				}
				t.fails(o.do(t.Context(), t.store, key, aerostore.GenerationEqual(1), notBefore), aerostore.ErrFilteredOut)
				t.unchanged(key, before)
			},
		}
	})...)
	cases = append(cases, perCreation(func(o operation) testCase {
		return testCase{
			name: o.name() + " looks whether the record exists before the filter",
			why:  "the conditions of a write are checked before the filter",
			run: func(t *trial) {
				key, missing := t.record(), t.key()
				t.fails(o.do(t.Context(), t.store, key, aerostore.CreateOnly, notBefore), aerostore.ErrExists)
				t.fails(o.do(t.Context(), t.store, key, aerostore.UpdateOnly, notBefore), aerostore.ErrFilteredOut)
				t.unchanged(key, before)
				t.fails(o.do(t.Context(), t.store, missing, aerostore.UpdateOnly, isBefore), aerostore.ErrNotFound)
				t.missing(missing)
			},
		}
	})...)
	return append(cases, testCase{
		name: "a filter comes before the types of bins",
		why:  "a write that the filter excludes does not look at the bins that it changes",
		run: func(t *trial) {
			key := t.record()
			t.fails(t.store.Append(t.Context(), key, aerostore.Bins{"n": "z"}, notBefore), aerostore.ErrFilteredOut)
			t.fails(t.store.Append(t.Context(), key, aerostore.Bins{"n": "z"}, isBefore), aerostore.ErrBinType)
			t.fails(t.store.Increment(t.Context(), key, aerostore.Bins{"s": 1}, notBefore), aerostore.ErrFilteredOut)
			_, err := t.store.Operate(t.Context(), key, []aerostore.Operation{aerostore.AddBin("s", 1)}, notBefore)
			t.fails(err, aerostore.ErrFilteredOut)
			t.unchanged(key, before)
		},
	}, testCase{
		name: "a filter sees the record before the operations",
		why:  "a filter is compared once, before anything is written",
		run: func(t *trial) {
			key := t.record()
			r, err := t.store.Operate(t.Context(), key, []aerostore.Operation{aerostore.WriteBin("n", 2), aerostore.ReadBin("n")}, isBefore)
			t.ok(err)
			t.bins(r, aerostore.Bins{"n": 2})
			_, err = t.store.Operate(t.Context(), key, []aerostore.Operation{aerostore.WriteBin("n", 1), aerostore.ReadBin("n")}, isBefore)
			t.fails(err, aerostore.ErrFilteredOut)
			_, err = t.store.Operate(t.Context(), key, []aerostore.Operation{aerostore.ReadBin("n")}, isBefore)
			t.fails(err, aerostore.ErrFilteredOut)
			_, err = t.store.Operate(t.Context(), key, []aerostore.Operation{aerostore.DeleteRecord()}, isBefore)
			t.fails(err, aerostore.ErrFilteredOut)
			t.holds(key, aerostore.Bins{"n": 2, "s": "m"})
		},
	})
}

func filteredBatchCases() []testCase {
	return []testCase{
		{
			name: "a batch compares each record with its filter",
			why:  "a filter excludes some keys of a batch, and says nothing of the others",
			run: func(t *trial) {
				keys := t.keys(3)
				t.put(keys[0], before)
				t.put(keys[1], aerostore.Bins{"n": 2, "s": "m"})
				verdict := func(results []aerostore.BatchResult, missing error) {
					t.Helper()
					t.ok(results[0].Err)
					t.fails(results[1].Err, aerostore.ErrFilteredOut)
					if missing != nil {
						t.fails(results[2].Err, missing)
					}
				}
				all := t.each(keys)
				verdict(all(t.store.BatchRead(t.Context(), keys, nil, isBefore)), aerostore.ErrNotFound)
				verdict(all(t.store.BatchOperate(t.Context(), keys, []aerostore.Operation{aerostore.ReadBin("s")}, isBefore)), aerostore.ErrNotFound)
				verdict(t.each(keys[:2])(t.store.BatchOperate(t.Context(), keys[:2], []aerostore.Operation{aerostore.AppendBin("s", "z")}, aerostore.Filter(exp.IntBin("n").Equal(1)))), nil)
				verdict(all(t.store.BatchRemove(t.Context(), keys, aerostore.Filter(exp.IntBin("n").Equal(1)))), aerostore.ErrNotFound)
				t.missing(keys[0])
				t.unchanged(keys[1], aerostore.Bins{"n": 2, "s": "m"})
			},
		},
		{
			name: "an item of BatchWrite has a filter of its own",
			why:  "the filter of an item replaces that of the batch, for its record only",
			run: func(t *trial) {
				keys := t.records(3)
				items := itemsOf(keys, aerostore.Bins{"n": 2})
				items[1].Options = []aerostore.WriteOption{notBefore}
				results, err := t.store.BatchWrite(t.Context(), items)
				t.ok(err)
				t.ok(results[0].Err)
				t.fails(results[1].Err, aerostore.ErrFilteredOut)
				t.ok(results[2].Err)
				results, err = t.store.BatchWrite(t.Context(), items, isBefore) // which two records are not any more
				t.ok(err)
				t.fails(results[0].Err, aerostore.ErrFilteredOut)
				t.fails(results[1].Err, aerostore.ErrFilteredOut)
				t.fails(results[2].Err, aerostore.ErrFilteredOut)
				t.unchanged(keys[1], before)
				items[0].Options = []aerostore.WriteOption{notBefore}
				results, err = t.store.BatchWrite(t.Context(), items[:2], isBefore)
				t.ok(err)
				t.ok(results[0].Err)
				t.equal("Generation", t.get(keys[0]).Generation, uint32(3))
			},
		},
	}
}

func otherFilterCases() []testCase {
	return []testCase{
		{
			name: "a query returns the records that match its filter",
			why:  "a filter needs no index",
			run: func(t *trial) {
				keys, bin := t.keys(4), t.bin()
				for i, key := range keys {
					t.put(key, aerostore.Bins{bin: i, "s": "m"})
				}
				q := aerostore.Query{Set: mainSet, Options: []aerostore.ReadOption{aerostore.Filter(exp.IntBin(bin).AtLeast(2))}}
				t.equal("the number of records", len(t.query(q, keys...)), 2)
				q.Bins = []string{"s"}
				found := t.query(q, keys...)
				t.equal("the number of records", len(found), 2)
				t.bins(found[keys[2]], aerostore.Bins{"s": "m"})
				t.bins(found[keys[3]], aerostore.Bins{"s": "m"})
			},
		},
		{
			name: "a query by an index has a filter", needs: Indexes,
			why: "a filter leaves out records that the index finds",
			run: func(t *trial) {
				bin, keys := t.index(aerostore.IndexInt, mainSet), t.keys(3)
				for i, key := range keys {
					t.put(key, aerostore.Bins{bin: 7, "n": i})
				}
				q := aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, 7), Options: []aerostore.ReadOption{aerostore.Filter(exp.IntBin("n").Equal(1))}}
				found := t.query(q, keys...)
				t.equal("the number of records", len(found), 1)
				t.bins(found[keys[1]], aerostore.Bins{bin: 7, "n": 1})
			},
		},
		{
			name: "a filter looks into lists and maps", needs: DataTypes,
			why: "a filter has the selectors and paths of operations",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"l": []any{"a", "b"}, "m": map[any]any{"k": map[any]any{"os": "x"}}})
				for f, want := range map[aerostore.Filter]error{
					aerostore.Filter(exp.ListBin("l").Contains("b")):                                   nil,
					aerostore.Filter(exp.ListBin("l").Contains("c")):                                   aerostore.ErrFilteredOut,
					aerostore.Filter(exp.MapBin("m").StringAt(cdt.Key("k"), cdt.Key("os")).Equal("x")): nil,
					aerostore.Filter(exp.MapBin("m").StringAt(cdt.Key("k"), cdt.Key("no")).Equal("x")): aerostore.ErrFilteredOut,
				} {
					if _, err := t.store.Get(t.Context(), key, f); !errors.Is(err, want) {
						t.Errorf("Get with the filter %v failed with %v, want %v", f, err, want)
					}
				}
			},
		},
		{
			name: "the last of several filters applies",
			why:  "the last of several options wins, and exp.And() matches every record",
			run: func(t *trial) {
				key := t.record()
				t.put(key, before, notBefore, isBefore)
				t.fails(t.store.Put(t.Context(), key, before, isBefore, notBefore), aerostore.ErrFilteredOut)
				t.put(key, before, notBefore, aerostore.Filter(exp.And()))
				t.put(key, before, notBefore, aerostore.Options{Filter: isBefore})
				t.fails(t.store.Put(t.Context(), key, before, notBefore, aerostore.Options{}), aerostore.ErrFilteredOut)
			},
		},
		{
			name: "an error of a filter holds no value",
			why:  "errors go to logs, and a filter has values",
			run: func(t *trial) {
				key, secret, number := t.record(), t.secret(), t.secretNumber()
				wrong := exp.Or(exp.StringBin("s").Equal(secret), exp.IntBin("n").Equal(number))
				_, err := t.store.Get(t.Context(), key, aerostore.Filter(wrong))
				t.fails(err, aerostore.ErrFilteredOut)
				t.about(err, aerostore.OpGet, key, aerostore.CodeFilteredOut)
				t.fails(t.store.Touch(t.Context(), key, aerostore.Filter(exp.And(wrong, exp.Bool{}))), aerostore.ErrInvalid)
				t.fails(t.store.Touch(t.Context(), key, aerostore.Filter(exp.And(wrong, exp.StringBin("s").Matches("["+secret)))), aerostore.ErrParameter)
				t.unchanged(key, before)
			},
		},
	}
}

// operationOf returns the first operation with this op.
func operationOf(op aerostore.Op) operation { return formsOf(op)[0] }
