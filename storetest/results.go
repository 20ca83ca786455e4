package storetest

import (
	"errors"
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

func resultCases() []testCase {
	l, m := aerostore.ListBin("l"), aerostore.MapBin("m")
	was := aerostore.Bins{"n": 1, "l": []any{1, 2}, "m": map[any]any{"k": 3}}
	cases := casesOf("", []steps{
		{
			name: "each operation has a result", why: "Step returns what an operation returned, by its place, and nil for nothing",
			bins:   was,
			ops:    do(aerostore.ReadBin("n"), aerostore.WriteBin("n", 5), l.Append(3), l.Get(cdt.Index(-1)), m.Remove(cdt.All()), m.Size(), aerostore.ReadHeader(), aerostore.TouchRecord()),
			each:   []any{1, nil, 3, 3, nil, 0, nil, nil},
			leaves: aerostore.Bins{"n": 5, "l": []any{1, 2, 3}, "m": map[any]any{}},
		},
		{
			name: "a bin has the result of the one operation that can return something",
			why:  "writes that return nothing do not count, whatever their number",
			bins: was, ops: do(l.Clear(), l.Append(7), l.Sort()), each: []any{nil, 1, nil},
			returns: aerostore.Bins{"l": 1}, leaves: aerostore.Bins{"n": 1, "l": []any{7}, "m": map[any]any{"k": 3}},
		},
		{
			name: "a bin has the results of several operations, and nil for nothing",
			why:  "the results by bin depend on the operations, not on the data",
			bins: was,
			ops:  do(m.Get(cdt.Key("z")), m.Get(cdt.Key("k")), m.Get(cdt.Key("y"))), each: []any{nil, 3, nil},
			returns: aerostore.Bins{"m": aerostore.OpResults{nil, 3, nil}},
		},
		{
			name: "a bin has several results if none returned something",
			why:  "the results by bin depend on the operations, not on the data",
			bins: was, ops: do(aerostore.ReadBin("z"), aerostore.ReadBin("z")), each: []any{nil, nil},
			returns: aerostore.Bins{"z": aerostore.OpResults{nil, nil}},
		},
		{
			name: "a read of a new bin has a result among others",
			why:  "the bin has the same number of results on a new record and on an existing one",
			ops:  do(aerostore.ReadBin("n"), aerostore.AddBin("n", 1), aerostore.ReadBin("n")), each: []any{nil, nil, 1},
			returns: aerostore.Bins{"n": aerostore.OpResults{nil, 1}}, leaves: aerostore.Bins{"n": 1},
		},
		{
			name: "a bin is absent if its one operation returned nothing", why: "an absent bin is no result",
			bins: was, ops: do(m.Get(cdt.Key("z")), aerostore.ReadBin("z")), each: []any{nil, nil}, returns: aerostore.Bins{},
		},
		{
			name: "a result that is a list is one result", why: "a list is not taken for several results",
			bins: was, ops: do(l.Get(cdt.All())), each: []any{[]any{1, 2}}, returns: aerostore.Bins{"l": []any{1, 2}},
		},
		{
			name: "the results of one bin are in the order of the operations", why: "operations on other bins between them do not count",
			bins: was,
			ops:  do(l.Size(), m.Size(), l.Append(9), aerostore.ReadBin("n"), l.Get(cdt.Index(-1))), each: []any{2, 1, 3, 1, 9},
			returns: aerostore.Bins{"l": aerostore.OpResults{2, 3, 9}, "m": 1, "n": 1},
			leaves:  aerostore.Bins{"n": 1, "l": []any{1, 2, 9}, "m": map[any]any{"k": 3}},
		},
		{
			name: "ReadAll has all bins as its result", why: "the result of ReadAll is a Bins",
			bins: was, ops: do(aerostore.ReadAll()), each: []any{was}, returns: was,
		},
		{
			name: "an operation that fails undoes those before it", why: "the operations of a call are applied together or not at all",
			bins:  was,
			ops:   do(l.Append(3), m.Put("x", 1), aerostore.AddBin("n", 1), aerostore.WriteBin("new", 1), l.Pop(9), l.Append(4)),
			fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "an operation that fails leaves no record behind", why: "the operations of a call are applied together or not at all",
			ops: do(l.Append(3), l.Pop(9)), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "an operation that fails keeps orders as they were", why: "an order is undone like other changes",
			bins:  aerostore.Bins{"l": []any{2, 1}, "m": map[any]any{"k": 3}},
			ops:   do(l.SetOrder(cdt.Ordered), m.SetOrder(cdt.KeyOrdered), l.Append(0), m.Add("k", 1)),
			fails: aerostore.CodeElementExists,
		},
	})
	return append(
		cases,
		testCase{
			name: "the results of a batch are those of each record", why: "a missing record fails, and the others have their results",
			run: func(t *trial) {
				keys := t.keys(3)
				t.put(keys[0], aerostore.Bins{"l": []any{1}})
				t.put(keys[2], aerostore.Bins{"l": "text"})
				results := t.each(keys)(t.store.BatchOperate(t.Context(), keys, do(l.Size(), l.Get(cdt.Index(0)))))
				t.ok(results[0].Err)
				t.equal("the size", results[0].Record.Step(0).Value(), any(1))
				t.equal("the element", results[0].Record.Step(1).Value(), any(1))
				t.bins(results[0].Record, aerostore.Bins{"l": aerostore.OpResults{1, 1}})
				t.fails(results[1].Err, aerostore.ErrNotFound)
				t.fails(results[2].Err, aerostore.ErrBinType)
			},
		},
		testCase{
			name: "a batch creates missing records", why: "an operation that creates its bin creates the record",
			run: func(t *trial) {
				keys := t.keys(2)
				t.put(keys[0], aerostore.Bins{"l": []any{1}})
				results := t.each(keys)(t.store.BatchOperate(t.Context(), keys, do(l.Append(2), m.Put("k", 1))))
				for i, size := range []int{2, 1} {
					t.ok(results[i].Err)
					t.equal(fmt.Sprintf("the size of list %d", i), results[i].Record.Step(0).Value(), any(size))
				}
				t.equal("the generation of the record that existed", results[0].Record.Generation, uint32(2))
				t.equal("the generation of the new record", results[1].Record.Generation, uint32(1))
				t.holds(keys[0], aerostore.Bins{"l": []any{1, 2}, "m": map[any]any{"k": 1}})
				t.holds(keys[1], aerostore.Bins{"l": []any{2}, "m": map[any]any{"k": 1}})
			},
		},
		testCase{
			name: "a result that was read is a copy", why: "the caller may change what it read, and the values that it wrote after the call",
			run: func(t *trial) {
				key := t.key()
				element := []any{1}
				_, err := t.store.Operate(t.Context(), key, do(l.Append(element)))
				t.ok(err)
				element[0] = "changed"
				for range 2 {
					r, err := t.store.Operate(t.Context(), key, do(l.Get(cdt.All()), aerostore.ReadBin("l")))
					t.ok(err)
					t.equal("the results", r.Bins["l"], any(aerostore.OpResults{[]any{[]any{1}}, []any{[]any{1}}}))
					for i := range 2 {
						list, err := r.Step(i).List()
						t.ok(err)
						list[0].([]any)[0] = "changed"
						list[0] = "changed"
					}
				}
				t.holds(key, aerostore.Bins{"l": []any{[]any{1}}})
			},
		},
		testCase{
			name: "a list that outgrows its record is refused", why: "the record stays unchanged",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"l": []any{1}})
				piece := make([]byte, 400<<10)
				_, err := t.store.Operate(t.Context(), key, do(l.Append(piece, piece, piece)))
				t.fails(err, aerostore.CodeRecordTooBig)
				t.unchanged(key, aerostore.Bins{"l": []any{1}})
			},
		},
		testCase{
			name: "an error says which operation failed", why: "StepError is found by errors.As for a result of another type",
			run: func(t *trial) {
				key := t.key()
				t.put(key, was)
				r, err := t.store.Operate(t.Context(), key, do(l.Size(), m.Get(cdt.Key("z"))))
				t.ok(err)
				_, err = r.Step(0).Str()
				if e, ok := errors.AsType[*aerostore.StepError](err); !ok || e.Step != 0 || !errors.Is(err, aerostore.ErrBinType) {
					t.Errorf("the error is %v, want a StepError of step 0 that matches ErrBinType", err)
				}
				_, err = r.Step(1).Int()
				if e, ok := errors.AsType[*aerostore.StepError](err); !ok || e.Step != 1 || !errors.Is(err, aerostore.ErrBinNotFound) {
					t.Errorf("the error is %v, want a StepError of step 1 that matches ErrBinNotFound", err)
				}
			},
		},
	)
}
