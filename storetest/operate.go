package storetest

import (
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/results"
)

// steps is a case about the operations of one Operate: what they return and what
// they leave.
type steps struct {
	name, why string
	bins      aerostore.Bins        // of the record, nil for none
	made      []aerostore.Operation // applied to the record before, if not nil
	ops       []aerostore.Operation
	each      []any          // what each operation returns, nil for nothing
	returns   aerostore.Bins // by bin; nil for what follows from each
	leaves    aerostore.Bins // if an operation writes; nil if the record is gone
	fails     error          // the record stays unchanged
}

func operateCases() []testCase {
	was := aerostore.Bins{"n": 1, "s": "b", "l": []any{1, 2}}
	rows := []steps{
		{
			name: "reads one bin", why: "a read returns the value of the bin",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("n")},
			returns: aerostore.Bins{"n": 1}, leaves: was,
		},
		{
			name: "reads all bins", why: "ReadAll returns every bin of the record",
			bins: was, ops: []aerostore.Operation{aerostore.ReadAll()}, returns: was, leaves: was,
		},
		{
			name: "reads generation and TTL", why: "ReadHeader returns generation and TTL without bins",
			bins: was, ops: []aerostore.Operation{aerostore.ReadHeader()}, returns: aerostore.Bins{}, leaves: was,
		},
		{
			name: "reads no bins with the header after a write", why: "ReadHeader returns no bins, not even that with the empty name",
			bins: aerostore.Bins{"n": 1, "": 2}, ops: []aerostore.Operation{aerostore.WriteBin("n", 3), aerostore.ReadHeader()},
			returns: aerostore.Bins{}, leaves: aerostore.Bins{"n": 3, "": 2},
		},
		{
			name: "leaves out a missing bin", why: "a missing bin is absent from the result",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("z"), aerostore.ReadBin("n")},
			returns: aerostore.Bins{"n": 1}, leaves: was,
		},
		{
			name: "reads a list", why: "one result that is a list is no OpResults",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("l")},
			returns: aerostore.Bins{"l": []any{1, 2}}, leaves: was,
		},
		{
			name: "reads a list that it wrote", why: "a write returns no result, so the read has the only one",
			bins: was, ops: []aerostore.Operation{aerostore.WriteBin("l", []any{3, nil}), aerostore.ReadBin("l")},
			returns: aerostore.Bins{"l": []any{3, nil}}, leaves: aerostore.Bins{"n": 1, "s": "b", "l": []any{3, nil}},
		},
		{
			name: "returns several results of one bin as OpResults", why: "OpResults has the results in the order of the operations",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("n"), aerostore.AddBin("n", 1), aerostore.ReadBin("n")},
			returns: aerostore.Bins{"n": aerostore.OpResults{1, 2}}, leaves: aerostore.Bins{"n": 2, "s": "b", "l": []any{1, 2}},
		},
		{
			name: "returns several lists of one bin as OpResults", why: "each result is a list",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("l"), aerostore.ReadBin("l")},
			returns: aerostore.Bins{"l": aerostore.OpResults{[]any{1, 2}, []any{1, 2}}}, leaves: was,
		},
		{
			name: "returns one result and several results together", why: "the results of one bin do not affect those of another",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("l"), aerostore.ReadBin("n"), aerostore.ReadBin("n")},
			returns: aerostore.Bins{"l": []any{1, 2}, "n": aerostore.OpResults{1, 1}}, leaves: was,
		},
		{
			name: "reads the bins as they are at each step", why: "an operation sees the operations before it and none after it",
			bins: was,
			ops: []aerostore.Operation{
				aerostore.ReadBin("s"), aerostore.WriteBin("n", 5), aerostore.ReadBin("n"), aerostore.WriteBin("s", "z"),
			},
			returns: aerostore.Bins{"s": "b", "n": 5}, leaves: aerostore.Bins{"n": 5, "s": "z", "l": []any{1, 2}},
		},
		{
			name: "applies steps in order", why: "the result depends on the order of the operations",
			bins: was,
			ops: []aerostore.Operation{
				aerostore.AppendBin("s", "c"), aerostore.PrependBin("s", "a"), aerostore.AppendBin("s", "d"),
				aerostore.AddBin("n", 2), aerostore.WriteBin("n", 10), aerostore.AddBin("n", 3),
			},
			returns: aerostore.Bins{}, leaves: aerostore.Bins{"n": 13, "s": "abcd", "l": []any{1, 2}},
		},
		{
			name: "reads all bins before writing", why: "ReadAll returns the bins as they are at its place",
			bins: was, ops: []aerostore.Operation{aerostore.ReadAll(), aerostore.WriteBin("n", 2)},
			returns: was, leaves: aerostore.Bins{"n": 2, "s": "b", "l": []any{1, 2}},
		},
		{
			name: "reads all bins after writing", why: "ReadAll returns the bins as they are at its place",
			bins: was, ops: []aerostore.Operation{aerostore.WriteBin("n", 2), aerostore.ReadAll()},
			returns: aerostore.Bins{"n": 2, "s": "b", "l": []any{1, 2}},
			leaves:  aerostore.Bins{"n": 2, "s": "b", "l": []any{1, 2}},
		},
		{
			name: "deletes a bin", why: "writing nil deletes a bin, as in Put",
			bins: was, ops: []aerostore.Operation{aerostore.WriteBin("n", nil), aerostore.ReadBin("n"), aerostore.ReadBin("s")},
			returns: aerostore.Bins{"s": "b"}, leaves: aerostore.Bins{"s": "b", "l": []any{1, 2}},
		},
		{
			name: "touches the record", why: "TouchRecord changes no bin and increments the generation",
			bins: was, ops: []aerostore.Operation{aerostore.TouchRecord(), aerostore.ReadBin("n")},
			returns: aerostore.Bins{"n": 1}, leaves: was,
		},
		{
			name: "reads and deletes the record", why: "a read before DeleteRecord returns the last value",
			bins: was, ops: []aerostore.Operation{aerostore.ReadBin("n"), aerostore.DeleteRecord()},
			returns: aerostore.Bins{"n": 1},
		},
		{
			name: "deletes the record and writes it again", why: "a record written after DeleteRecord has no old bins",
			bins: was, ops: []aerostore.Operation{aerostore.DeleteRecord(), aerostore.WriteBin("x", 1)},
			returns: aerostore.Bins{}, leaves: aerostore.Bins{"x": 1},
		},
		{
			name: "removes the record with its last bin", why: "a record without bins does not exist",
			bins: aerostore.Bins{"n": 1}, ops: []aerostore.Operation{aerostore.WriteBin("n", nil)}, returns: aerostore.Bins{},
		},
		{
			name: "creates a missing record", why: "a missing record starts without bins",
			ops:     []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.AppendBin("s", "a"), aerostore.ReadBin("n")},
			returns: aerostore.Bins{"n": 1}, leaves: aerostore.Bins{"n": 1, "s": "a"},
		},
		{
			name: "applies all steps or none", why: "a failed operation undoes those before it and stops those after it",
			bins: was,
			ops: []aerostore.Operation{
				aerostore.WriteBin("n", 2), aerostore.AppendBin("l", "x"), aerostore.WriteBin("s", "z"),
			},
			fails: aerostore.ErrBinType,
		},
		{
			name: "applies all steps or none to a missing record", why: "a failed operation creates no record",
			ops:   []aerostore.Operation{aerostore.WriteBin("s", "a"), aerostore.AddBin("s", 1)},
			fails: aerostore.ErrBinType,
		},
		{
			name: "fails with ErrNotFound if it reads a bin of a missing record", why: "a missing record has nothing to read",
			ops: []aerostore.Operation{aerostore.ReadBin("n")}, fails: aerostore.ErrNotFound,
		},
		{
			name: "fails with ErrNotFound if it reads all bins of a missing record", why: "a missing record has nothing to read",
			ops: []aerostore.Operation{aerostore.ReadAll()}, fails: aerostore.ErrNotFound,
		},
		{
			name: "fails with ErrNotFound if it reads the header of a missing record", why: "a missing record has nothing to read",
			ops: []aerostore.Operation{aerostore.ReadHeader()}, fails: aerostore.ErrNotFound,
		},
		{
			name: "fails with ErrNotFound if it touches a missing record", why: "TouchRecord creates no record",
			ops: []aerostore.Operation{aerostore.TouchRecord()}, fails: aerostore.ErrNotFound,
		},
	}
	return casesOf("Operate ", rows)
}

// casesOf returns the cases, with what their names begin with.
func casesOf(title string, rows []steps) []testCase {
	cases := make([]testCase, len(rows))
	for i, row := range rows {
		cases[i] = testCase{name: title + row.name, why: row.why, run: row.try}
	}
	return cases
}

// try applies the operations with Operate, and with BatchOperate of one key.
func (s steps) try(t *trial) {
	for _, operate := range []func(key aerostore.Key) (*aerostore.Record, error){
		func(key aerostore.Key) (*aerostore.Record, error) { return t.store.Operate(t.Context(), key, s.ops) },
		func(key aerostore.Key) (*aerostore.Record, error) {
			return onlyResult(t.store.BatchOperate(t.Context(), []aerostore.Key{key}, s.ops))
		},
	} {
		key := t.key()
		was := s.prepare(t, key)
		r, err := operate(key)
		if s.fails != nil {
			t.fails(err, s.fails)
			t.equal("the record", r, (*aerostore.Record)(nil))
			s.left(t, key, was, nil)
			continue
		}
		t.ok(err)
		returns := s.returns
		if returns == nil {
			returns = results.ByBin(s.ops, s.each)
		}
		t.bins(r, returns)
		for i, want := range s.each {
			t.equal(fmt.Sprintf("the result of operation %d, %s", i, s.ops[i]), r.Step(i).Value(), want)
		}
		t.equal("Key", r.Key, key)
		s.left(t, key, was, r)
	}
}

// prepare writes the record and returns it, nil for none.
func (s steps) prepare(t *trial, key aerostore.Key) *aerostore.Record {
	if s.bins != nil {
		t.put(key, s.bins)
	}
	if s.made != nil {
		_, err := t.store.Operate(t.Context(), key, s.made)
		t.ok(err)
	}
	if s.bins == nil && s.made == nil {
		return nil
	}
	return t.get(key)
}

// left checks the record afterwards and compares it with the one returned, nil if the
// call failed, and the one before, nil for none.
func (s steps) left(t *trial, key aerostore.Key, was, r *aerostore.Record) {
	changes := r != nil && s.writes()
	if was == nil && !changes || changes && s.leaves == nil {
		t.missing(key)
		return
	}
	now := t.get(key)
	generation := uint32(0)
	if was != nil {
		generation = was.Generation
	}
	if changes {
		t.bins(now, s.leaves)
		generation++
	} else {
		t.bins(now, was.Bins)
	}
	t.equal("the generation", now.Generation, generation)
	if r != nil {
		t.equal("the generation returned", r.Generation, now.Generation)
		t.near("the TTL returned", r.TTL, now.TTL)
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
