package storetest

import "github.com/aerostore/aerostore"

// A steps is a case about what operations give for a record, and leave of it.
type steps struct {
	name, why string
	bins      aerostore.Bins // of the record, nil for none
	ops       []aerostore.Operation
	gives     aerostore.Bins
	leaves    aerostore.Bins // nil for no record
	fails     error          // then the record is as it was
}

func operates() []testCase {
	was := aerostore.Bins{"n": 1, "s": "b", "l": []any{1, 2}}
	rows := []steps{
		{
			name: "reads one bin", why: "a step that reads gives what the bin holds",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("n")},
			gives: aerostore.Bins{"n": 1}, leaves: was,
		},
		{
			name: "reads all bins", why: "ReadAll gives every bin of the record",
			bins: was, ops: []aerostore.Operation{aerostore.ReadAll()}, gives: was, leaves: was,
		},
		{
			name: "reads generation and TTL", why: "generation and TTL are read without any bins",
			bins: was, ops: []aerostore.Operation{aerostore.ReadHeader()}, gives: aerostore.Bins{}, leaves: was,
		},
		{
			name: "reads no bins with the header after a write", why: "a header has no bins, not even that with the empty name",
			bins: aerostore.Bins{"n": 1, "": 2}, ops: []aerostore.Operation{aerostore.WriteBin("n", 3), aerostore.ReadHeader()},
			gives: aerostore.Bins{}, leaves: aerostore.Bins{"n": 3, "": 2},
		},
		{
			name: "leaves out a missing bin", why: "a bin that the record does not have is absent",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("z"), aerostore.ReadBin("n")},
			gives: aerostore.Bins{"n": 1}, leaves: was,
		},
		{
			name: "reads a list", why: "one result that is a list is a list, not several results",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("l")},
			gives: aerostore.Bins{"l": []any{1, 2}}, leaves: was,
		},
		{
			name: "reads a list that it wrote", why: "a step that writes gives no result, so that one is left",
			bins: was, ops: []aerostore.Operation{aerostore.WriteBin("l", []any{3, nil}), aerostore.ReadBin("l")},
			gives: aerostore.Bins{"l": []any{3, nil}}, leaves: aerostore.Bins{"n": 1, "s": "b", "l": []any{3, nil}},
		},
		{
			name: "returns several results of one bin as OpResults", why: "OpResults holds them in the order of the steps",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("n"), aerostore.AddBin("n", 1), aerostore.ReadBin("n")},
			gives: aerostore.Bins{"n": aerostore.OpResults{1, 2}}, leaves: aerostore.Bins{"n": 2, "s": "b", "l": []any{1, 2}},
		},
		{
			name: "returns several lists of one bin as OpResults", why: "each result is a list of its own",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("l"), aerostore.ReadBin("l")},
			gives: aerostore.Bins{"l": aerostore.OpResults{[]any{1, 2}, []any{1, 2}}}, leaves: was,
		},
		{
			name: "returns one result and several results together", why: "what one bin has does not change what another has",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("l"), aerostore.ReadBin("n"), aerostore.ReadBin("n")},
			gives: aerostore.Bins{"l": []any{1, 2}, "n": aerostore.OpResults{1, 1}}, leaves: was,
		},
		{
			name: "reads the bins as they are at each step", why: "a step sees what the steps before it did and nothing of those after it",
			bins: was,
			ops: []aerostore.Operation{
				aerostore.ReadBin("s"), aerostore.WriteBin("n", 5), aerostore.ReadBin("n"), aerostore.WriteBin("s", "z"),
			},
			gives: aerostore.Bins{"s": "b", "n": 5}, leaves: aerostore.Bins{"n": 5, "s": "z", "l": []any{1, 2}},
		},
		{
			name: "applies steps in order", why: "to double and add one is not to add one and double",
			bins: was,
			ops: []aerostore.Operation{
				aerostore.AppendBin("s", "c"), aerostore.PrependBin("s", "a"), aerostore.AppendBin("s", "d"),
				aerostore.AddBin("n", 2), aerostore.WriteBin("n", 10), aerostore.AddBin("n", 3),
			},
			gives: aerostore.Bins{}, leaves: aerostore.Bins{"n": 13, "s": "abcd", "l": []any{1, 2}},
		},
		{
			name: "reads all bins before writing", why: "ReadAll gives the bins as they are at its step",
			bins: was, ops: []aerostore.Operation{aerostore.ReadAll(), aerostore.WriteBin("n", 2)},
			gives: was, leaves: aerostore.Bins{"n": 2, "s": "b", "l": []any{1, 2}},
		},
		{
			name: "reads all bins after writing", why: "ReadAll gives the bins as they are at its step",
			bins: was, ops: []aerostore.Operation{aerostore.WriteBin("n", 2), aerostore.ReadAll()},
			gives:  aerostore.Bins{"n": 2, "s": "b", "l": []any{1, 2}},
			leaves: aerostore.Bins{"n": 2, "s": "b", "l": []any{1, 2}},
		},
		{
			name: "deletes a bin", why: "writing nil deletes a bin, as in Put",
			bins: was, ops: []aerostore.Operation{aerostore.WriteBin("n", nil), aerostore.ReadBin("n"), aerostore.ReadBin("s")},
			gives: aerostore.Bins{"s": "b"}, leaves: aerostore.Bins{"s": "b", "l": []any{1, 2}},
		},
		{
			name: "touches the record", why: "a touch is a write that changes no bin",
			bins: was, ops: []aerostore.Operation{aerostore.TouchRecord(), aerostore.ReadBin("n")},
			gives: aerostore.Bins{"n": 1}, leaves: was,
		},
		{
			name: "reads and deletes the record", why: "what is taken away can be seen for a last time",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("n"), aerostore.DeleteRecord()},
			gives: aerostore.Bins{"n": 1},
		},
		{
			name: "deletes the record and writes it again", why: "nothing of what was deleted is left beside what is written after it",
			bins: was, ops: []aerostore.Operation{aerostore.DeleteRecord(), aerostore.WriteBin("x", 1)},
			gives: aerostore.Bins{}, leaves: aerostore.Bins{"x": 1},
		},
		{
			name: "removes the record with its last bin", why: "a record without bins is gone",
			bins: aerostore.Bins{"n": 1}, ops: []aerostore.Operation{aerostore.WriteBin("n", nil)}, gives: aerostore.Bins{},
		},
		{
			name: "creates a missing record", why: "a record that is not there begins without bins",
			ops:   []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.AppendBin("s", "a"), aerostore.ReadBin("n")},
			gives: aerostore.Bins{"n": 1}, leaves: aerostore.Bins{"n": 1, "s": "a"},
		},
		{
			name: "applies all steps or none", why: "a step that fails takes back those before it and keeps those after it from happening",
			bins: was,
			ops: []aerostore.Operation{
				aerostore.WriteBin("n", 2), aerostore.AppendBin("l", "x"), aerostore.WriteBin("s", "z"),
			},
			fails: aerostore.ErrBinType,
		},
		{
			name: "applies all steps or none to a missing record", why: "a step that fails keeps the record from being made",
			ops:   []aerostore.Operation{aerostore.WriteBin("s", "a"), aerostore.AddBin("s", 1)},
			fails: aerostore.ErrBinType,
		},
		{
			name: "fails with ErrNotFound if it reads a bin of a missing record", why: "there is nothing to read",
			ops: []aerostore.Operation{aerostore.ReadBin("n")}, fails: aerostore.ErrNotFound,
		},
		{
			name: "fails with ErrNotFound if it reads all bins of a missing record", why: "there is nothing to read",
			ops: []aerostore.Operation{aerostore.ReadAll()}, fails: aerostore.ErrNotFound,
		},
		{
			name: "fails with ErrNotFound if it reads the header of a missing record", why: "there is nothing to read",
			ops: []aerostore.Operation{aerostore.ReadHeader()}, fails: aerostore.ErrNotFound,
		},
		{
			name: "fails with ErrNotFound if it touches a missing record", why: "a touch makes no record",
			ops: []aerostore.Operation{aerostore.TouchRecord()}, fails: aerostore.ErrNotFound,
		},
	}
	cases := make([]testCase, len(rows))
	for i, row := range rows {
		cases[i] = testCase{name: "Operate " + row.name, why: row.why, run: row.try}
	}
	return cases
}

// try has Operate carry the steps out, and BatchOperate with a single key,
// which is the same thing.
func (s steps) try(t *trial) {
	for _, operate := range []func(key aerostore.Key) (*aerostore.Record, error){
		func(key aerostore.Key) (*aerostore.Record, error) { return t.store.Operate(t.Context(), key, s.ops) },
		func(key aerostore.Key) (*aerostore.Record, error) {
			return onlyResult(t.store.BatchOperate(t.Context(), []aerostore.Key{key}, s.ops))
		},
	} {
		key := t.key()
		if s.bins != nil {
			t.put(key, s.bins)
		}
		r, err := operate(key)
		if s.fails != nil {
			t.fails(err, s.fails)
			t.equal("the record", r, (*aerostore.Record)(nil))
		} else {
			t.ok(err)
			t.bins(r, s.gives)
			t.equal("Key", r.Key, key)
		}
		s.left(t, key, r)
	}
}

// left checks the record afterwards, and that what was returned of it is so.
func (s steps) left(t *trial, key aerostore.Key, r *aerostore.Record) {
	switch {
	case s.fails != nil && s.bins != nil:
		t.unchanged(key, s.bins)
	case s.leaves == nil:
		t.missing(key)
	default:
		t.holds(key, s.leaves)
		now := t.get(key)
		t.equal("the generation returned", r.Generation, now.Generation)
		t.near("the TTL returned", r.TTL, now.TTL)
		generation := uint32(1)
		if s.bins != nil && s.writes() {
			generation = 2
		}
		t.equal("the generation", now.Generation, generation)
	}
}

func (s steps) writes() bool {
	for _, o := range s.ops {
		if o.Writes() {
			return true
		}
	}
	return false
}
