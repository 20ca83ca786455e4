package asbackend_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

// operations, the result of each, their results by bin for a record with the bins a = 1,
// l = [1, 2] and m = {"x": 1}, and the bins that the record has afterwards. If leaves is nil,
// the record does not exist.
var operations = map[string]struct {
	ops    []aerostore.Operation
	steps  []any
	gives  aerostore.Bins
	leaves aerostore.Bins
}{
	"read":                     {ops(read("a")), list(1), bins("a", 1), initial()},
	"read a missing bin":       {ops(read("z")), list(none), bins(), initial()},
	"read a list":              {ops(read("l")), list(list(1, 2)), bins("l", list(1, 2)), initial()},
	"read twice":               {ops(read("a"), read("a")), list(1, 1), bins("a", results(1, 1)), initial()},
	"read a list twice":        {ops(read("l"), read("l")), list(list(1, 2), list(1, 2)), bins("l", results(list(1, 2), list(1, 2))), initial()},
	"read a missing bin twice": {ops(read("z"), read("z"), read("a")), list(nil, nil, 1), bins("a", 1, "z", results(nil, nil)), initial()},
	"read all":                 {ops(aerostore.ReadAll()), list(initial()), initial(), initial()},
	"read all and one":         {ops(aerostore.ReadAll(), read("a")), list(initial(), 1), initial(), initial()},
	"read all twice":           {ops(aerostore.ReadAll(), aerostore.ReadAll()), list(initial(), initial()), initial(), initial()},
	"read the header":          {ops(aerostore.ReadHeader()), list(none), bins(), initial()},
	"read the header and a bin twice": {
		ops(aerostore.ReadHeader(), read("a"), read("a")), list(nil, 1, 1), bins("a", results(1, 1)), initial(),
	},
	"read the header and all": {ops(aerostore.ReadHeader(), aerostore.ReadAll()), list(nil, initial()), initial(), initial()},

	"write":                    {ops(write("b", 2)), list(none), bins(), with("b", 2)},
	"write and read":           {ops(write("a", 2), read("a")), list(nil, 2), bins("a", 2), with("a", 2)},
	"write a list and read it": {ops(write("a", list(3, 4)), read("a")), list(nil, list(3, 4)), bins("a", list(3, 4)), with("a", list(3, 4))},
	"write nil":                {ops(write("a", nil), read("a"), read("l")), list(nil, nil, list(1, 2)), bins("l", list(1, 2)), with("a", nil)},
	"read, write, read":        {ops(read("a"), write("a", 2), read("a")), list(1, nil, 2), bins("a", results(1, 2)), with("a", 2)},
	"read, add, read, add, read": {
		ops(read("a"), aerostore.AddBin("a", 1), read("a"), aerostore.AddBin("a", uint64(1)), read("a")),
		list(1, nil, 2, nil, 3), bins("a", results(1, 2, 3)), with("a", 3),
	},
	"read a bin before and after it is there": {
		ops(read("z"), write("z", list(1, 2)), read("z")), list(nil, nil, list(1, 2)), bins("z", results(nil, list(1, 2))),
		with("z", list(1, 2)),
	},
	"read one twice and another once": {
		ops(read("a"), read("l"), read("a")), list(1, list(1, 2), 1), bins("a", results(1, 1), "l", list(1, 2)), initial(),
	},
	"append and prepend": {
		ops(aerostore.AppendBin("s", "b"), aerostore.PrependBin("s", "a"), read("s")), list(nil, nil, "ab"), bins("s", "ab"),
		with("s", "ab"),
	},
	"touch":                       {ops(aerostore.TouchRecord()), list(none), bins(), initial()},
	"touch and read twice":        {ops(aerostore.TouchRecord(), read("a"), read("a")), list(nil, 1, 1), bins("a", results(1, 1)), initial()},
	"write with the header":       {ops(aerostore.ReadHeader(), aerostore.AddBin("a", 1)), list(nil, nil), bins(), with("a", 2)},
	"write, header and two reads": {ops(aerostore.ReadHeader(), aerostore.AddBin("a", 1), read("a"), read("a")), list(nil, nil, 2, 2), bins("a", results(2, 2)), with("a", 2)},
	"delete":                      {ops(aerostore.DeleteRecord()), list(none), bins(), nil},
	"read twice and delete":       {ops(read("a"), read("a"), aerostore.DeleteRecord()), list(1, 1, nil), bins("a", results(1, 1)), nil},
	"delete and write":            {ops(aerostore.DeleteRecord(), write("n", 1)), list(nil, nil), bins(), bins("n", 1)},
	"read a list, delete, read it": {
		ops(read("l"), aerostore.DeleteRecord(), read("l")), list(list(1, 2), nil, nil), bins("l", results(list(1, 2), nil)), nil,
	},
	"write to the empty name": {
		ops(write("", 1), aerostore.TouchRecord(), read("a"), read("a")), list(nil, nil, 1, 1), bins("a", results(1, 1)),
		with("", 1),
	},

	"append to a list": {ops(l.Append(3)), list(3), bins("l", 3), with("l", list(1, 2, 3))},
	"append to a list and get from it": {
		ops(l.Append(3), l.Get(cdt.Index(-1))), list(3, 3), bins("l", results(3, 3)), with("l", list(1, 2, 3)),
	},
	"append to a list and read it": {
		ops(l.Append(3), read("l")), list(3, list(1, 2, 3)), bins("l", results(3, list(1, 2, 3))), with("l", list(1, 2, 3)),
	},
	"write a list, append, read twice": {
		ops(write("l", list()), l.Append(list()), read("l"), read("l")), list(nil, 1, list(list()), list(list())),
		bins("l", results(1, list(list()), list(list()))), with("l", list(list())),
	},
	"set, and get a list of lists": {
		ops(l.Set(0, list(7)), l.Get(cdt.All())), list(nil, list(list(7), 2)), bins("l", list(list(7), 2)), with("l", list(list(7), 2)),
	},
	"remove without a result": {ops(l.Remove(cdt.All())), list(none), bins(), with("l", list())},
	"remove without a result, and count": {
		ops(l.Remove(cdt.Value(1)), l.Remove(cdt.Value(2), cdt.Count)), list(nil, 1), bins("l", 1), with("l", list()),
	},
	"get nothing, and an element": {ops(l.Get(cdt.Index(0), cdt.Nothing), l.Get(cdt.Index(1))), list(nil, 2), bins("l", 2), initial()},
	"get nothing":                 {ops(l.Get(cdt.Index(0), cdt.Nothing)), list(none), bins(), initial()},
	"get nothing and write":       {ops(l.Get(cdt.Index(0), cdt.Nothing), write("b", 1)), list(nil, nil), bins(), with("b", 1)},
	"put into a map and get another key": {
		ops(m.Put("y", 2), m.Get(cdt.Key("z"))), list(2, nil), bins("m", results(2, nil)), with("m", map[any]any{"x": 1, "y": 2}),
	},
	"get two keys, one missing": {
		ops(m.Get(cdt.Key("z")), m.Get(cdt.Key("x"))), list(nil, 1), bins("m", results(nil, 1)), initial(),
	},
	"get three keys and a bin, one missing": {
		ops(m.Get(cdt.Key("x")), read("a"), m.Get(cdt.Key("z")), read("m"), m.Get(cdt.Key("x"))),
		list(1, 1, nil, map[any]any{"x": 1}, 1), bins("a", 1, "m", results(1, nil, map[any]any{"x": 1}, 1)), initial(),
	},
	"get two missing keys":      {ops(m.Get(cdt.Key("y")), m.Get(cdt.Key("z"))), list(nil, nil), bins("m", results(nil, nil)), initial()},
	"get keys of a missing bin": {ops(n.Get(cdt.Key("x")), n.Size(), read("n")), list(nil, nil, nil), bins("n", results(nil, nil, nil)), initial()},
	"get from a missing list":   {ops(aerostore.ListBin("n").GetAt(0)), list(none), bins(), initial()},
	"two elements, one nil": {
		ops(write("l", list(nil, 5)), l.GetAt(0), l.GetAt(1)), list(nil, nil, 5), bins("l", results(nil, 5)), with("l", list(nil, 5)),
	},
	"header, touch and a map": {
		ops(aerostore.ReadHeader(), aerostore.TouchRecord(), m.Put("x", 2), m.Size(), read("a")),
		list(nil, nil, 1, 1, 1), bins("m", results(1, 1), "a", 1), with("m", map[any]any{"x": 2}),
	},
	"header and a map": {ops(aerostore.ReadHeader(), m.Size(), m.Size()), list(nil, 1, 1), bins("m", results(1, 1)), initial()},
	"delete among list steps": {
		ops(read("l"), l.Append(4), aerostore.DeleteRecord(), l.Size(), l.Append(9)),
		list(list(1, 2), 3, nil, nil, 1), bins("l", results(list(1, 2), 3, nil, 1)), bins("l", list(9)),
	},
	"lists in the bin with the empty name": {
		ops(aerostore.ListBin("").Append(1), aerostore.TouchRecord(), write("", list()), aerostore.ReadHeader(), aerostore.ListBin("").Append(1, 2)),
		list(1, nil, nil, nil, 2), bins("", results(1, 2)), with("", list(1, 2)),
	},
	"read all, a list and a bin": {ops(aerostore.ReadAll(), l.Size(), read("a"), read("z")), list(initial(), nil, 1, nil), initial(), initial()},
	"read an expression":         {ops(aerostore.ReadExp("x", more)), list(2), bins("x", 2), initial()},
	"read an expression and a bin": {
		ops(aerostore.ReadExp("a", more), read("a"), aerostore.ReadExp("x", exp.ListBin("l"))), list(2, 1, list(1, 2)),
		bins("a", results(2, 1), "x", list(1, 2)), initial(),
	},
	"read what is unknown": {
		ops(aerostore.ReadExp("x", exp.IntBin("z"), exp.EvalNoFail)), list(none), bins(), initial(),
	},
	"read what is unknown, twice": {
		ops(aerostore.ReadExp("x", exp.IntBin("z"), exp.EvalNoFail), aerostore.ReadExp("x", exp.IntBin("z"), exp.EvalNoFail)),
		list(nil, nil), bins("x", results(nil, nil)), initial(),
	},
	"read nil and an expression": {ops(aerostore.ReadExp("x", exp.Nil()), aerostore.ReadExp("x", more), read("z")), list(nil, 2, nil), bins("x", results(nil, 2)), initial()},
	"write an expression":        {ops(aerostore.WriteExp("a", more)), list(none), bins(), with("a", 2)},
	"write an expression and read it": {
		ops(aerostore.WriteExp("a", more), aerostore.ReadExp("a", more), aerostore.AddBin("a", 5), read("a")), list(nil, 3, nil, 7),
		bins("a", results(3, 7)), with("a", 7),
	},
	"write an expression between steps on a list": {
		ops(l.Append(3), aerostore.WriteExp("l", exp.ListBin("l").Append(exp.IntBin("a"))), l.Size(), aerostore.ReadHeader()),
		list(3, nil, 4, nil), bins("l", results(3, 4)), with("l", list(1, 2, 3, 1)),
	},
	"write to the empty name by an expression": {
		ops(aerostore.WriteExp("", exp.IntVal(1)), aerostore.TouchRecord(), aerostore.ReadExp("x", exp.IntBin(""))), list(nil, nil, 1), bins("x", 1), with("", 1),
	},
	"bits and a HyperLogLog": {
		ops(aerostore.BitBin("b").Resize(1), aerostore.BitBin("b").SetInt(0, 8, 5), aerostore.BitBin("b").GetInt(0, 8),
			aerostore.HLLBin("h").Create(4, 0).Add("x", "y"), aerostore.HLLBin("h").Count(), write("h", nil)),
		list(nil, nil, 5, 2, 2, nil), bins("b", 5, "h", results(2, 2)), with("b", []byte{5}),
	},
}

var (
	l = aerostore.ListBin("l")
	m = aerostore.MapBin("m")
	n = aerostore.MapBin("n")

	more = exp.Add(exp.IntBin("a"), exp.IntVal(1))
)

func ops(ops ...aerostore.Operation) []aerostore.Operation { return ops }
func read(bin string) aerostore.Operation                  { return aerostore.ReadBin(bin) }
func write(bin string, value any) aerostore.Operation      { return aerostore.WriteBin(bin, value) }
func list(values ...any) []any                             { return append([]any{}, values...) }
func results(values ...any) aerostore.OpResults            { return values }
func initial() aerostore.Bins                              { return bins("a", 1, "l", list(1, 2), "m", map[any]any{"x": 1}) }

// with returns the initial bins with another one, or without one if the value is nil.
func with(bin string, value any) aerostore.Bins {
	b := initial()
	b[bin] = value
	if value == nil {
		delete(b, bin)
	}
	return b
}

// none is nil, as the only value of a list.
var none any

func stepsOf(r *aerostore.Record, ops []aerostore.Operation) []any {
	steps := make([]any, len(ops))
	for i := range steps {
		steps[i] = r.Step(i).Value()
	}
	return steps
}

func bins(pairs ...any) aerostore.Bins {
	b := aerostore.Bins{}
	for i := 0; i < len(pairs); i += 2 {
		b[pairs[i].(string)] = pairs[i+1]
	}
	return b
}

func TestOperateAndBatchOperateReturnTheSame(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	for name, c := range operations {
		for method, operate := range map[string]func(keys []aerostore.Key) ([]aerostore.BatchResult, error){
			"Operate": func(keys []aerostore.Key) ([]aerostore.BatchResult, error) {
				var all []aerostore.BatchResult
				for _, k := range keys {
					r, err := s.Operate(t.Context(), k, c.ops)
					all = append(all, aerostore.BatchResult{Key: k, Record: r, Err: err})
				}
				return all, nil
			},
			"BatchOperate of one": func(keys []aerostore.Key) ([]aerostore.BatchResult, error) {
				one, err1 := s.BatchOperate(t.Context(), keys[:1], c.ops)
				two, err2 := s.BatchOperate(t.Context(), keys[1:], c.ops)
				return append(one, two...), errors.Join(err1, err2)
			},
			"BatchOperate": func(keys []aerostore.Key) ([]aerostore.BatchResult, error) {
				return s.BatchOperate(t.Context(), keys, c.ops)
			},
		} {
			t.Run(name+"/"+method, func(t *testing.T) {
				keys := []aerostore.Key{key(set, fmt.Sprint(name, method, 1)), key(set, fmt.Sprint(name, method, 2))}
				for _, k := range keys {
					put(t, s, k, initial())
				}
				got, err := operate(keys)
				if err != nil || len(got) != 2 {
					t.Fatalf("%d results, %v", len(got), err)
				}
				for i, r := range got {
					if r.Err != nil || r.Key != keys[i] || r.Record.Key != keys[i] {
						t.Fatalf("key %d: %+v", i, r)
					}
					if !reflect.DeepEqual(r.Record.Bins, c.gives) {
						t.Errorf("it gave %#v, want %#v", r.Record.Bins, c.gives)
					}
					if got := stepsOf(r.Record, c.ops); !reflect.DeepEqual(got, c.steps) {
						t.Errorf("its steps gave %#v, want %#v", got, c.steps)
					}
					if c.leaves == nil {
						if exists, err := s.Exists(t.Context(), keys[i]); exists || err != nil {
							t.Errorf("exists: %t, %v", exists, err)
						}
						continue
					}
					after := wantBins(t, s, keys[i], c.leaves)
					if after.Generation != r.Record.Generation {
						t.Errorf("it gave generation %d, then it was %d", r.Record.Generation, after.Generation)
					}
				}
			})
		}
	}
}

func TestOperateIsAllOrNothing(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k := key(set, 1)
	put(t, s, k, aerostore.Bins{"a": 1, "s": "x"})
	_, err := s.Operate(t.Context(), k, ops(write("a", 2), aerostore.AddBin("s", 1)))
	wantError(t, err, aerostore.ErrBinType)
	wantBins(t, s, k, aerostore.Bins{"a": 1, "s": "x"})
}

func TestOperateHonoursRespondPerEachOp(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	s.Client().DefaultWritePolicy.RespondPerEachOp = true
	for name, c := range operations {
		k := key(set, name)
		put(t, s, k, initial())
		r, err := s.Operate(t.Context(), k, c.ops)
		if err != nil || !reflect.DeepEqual(r.Bins, c.gives) || !reflect.DeepEqual(stepsOf(r, c.ops), c.steps) {
			t.Errorf("%s: gave %+v, %v", name, r, err)
		}
	}
}

func TestOperateReturnsHyperLogLogs(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k, h := key(set, 1), aerostore.HLLBin("h")
	r, err := s.Operate(t.Context(), k, ops(h.Create(4, 0).Add(1, 2), read("h")))
	if err != nil {
		t.Fatal(err)
	}
	sketch, err := r.Step(1).HLL()
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []bool{false, true} {
		both := ops(h.Union(sketch), h.UnionCount(sketch), h.Similarity(sketch), h.Describe(), write("g", sketch), read("g"))
		if batch {
			var results []aerostore.BatchResult
			if results, err = s.BatchOperate(t.Context(), []aerostore.Key{k}, both); err == nil {
				r, err = results[0].Record, results[0].Err
			}
		} else {
			r, err = s.Operate(t.Context(), k, both)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, want := stepsOf(r, both), list(sketch, 2, 1.0, list(4, 0), nil, sketch); !reflect.DeepEqual(got, want) {
			t.Errorf("batch %t: the steps gave %#v, want %#v", batch, got, want)
		}
	}
}

// A server reads all bins beside writes of whole bins, and not beside operations on parts.
func TestReadAllAndAListCannotWriteTogether(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k := key(set, 1)
	put(t, s, k, initial())
	for _, both := range [][]aerostore.Operation{
		ops(aerostore.ReadAll(), l.Append(3)), ops(l.Set(0, 3), aerostore.ReadAll()), ops(m.Put("y", 1), aerostore.ReadAll()),
		ops(aerostore.ReadAll(), l.Size(), write("a", 2)),
	} {
		_, err := s.Operate(t.Context(), k, both)
		wantError(t, err, aerostore.ErrParameter)
	}
	wantBins(t, s, k, initial())
}

// A batch that only reads leaves out what an operation did not find. A key with such an
// answer is read again.
func TestBatchOperateReadsAKeyAgain(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	keys := make([]aerostore.Key, 40)
	for i := range keys {
		keys[i] = key(set, i)
		entries := map[any]any{}
		if i%2 == 0 {
			entries["x"] = i
		}
		if i%3 == 0 {
			entries["y"] = -i
		}
		if i%5 != 4 {
			put(t, s, keys[i], aerostore.Bins{"m": entries})
		}
	}
	got, err := s.BatchOperate(t.Context(), keys, ops(m.Get(cdt.Key("x")), aerostore.ReadHeader(), m.Get(cdt.Key("y"))))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range got {
		if i%5 == 4 {
			wantError(t, r.Err, aerostore.ErrNotFound)
			continue
		}
		var x, y any
		if i%2 == 0 {
			x = i
		}
		if i%3 == 0 {
			y = -i
		}
		if r.Err != nil || r.Key != keys[i] || r.Record.Key != keys[i] || r.Record.Generation != 1 {
			t.Errorf("key %d: %+v, %v", i, r.Record, r.Err)
			continue
		}
		if want := bins("m", results(x, y)); !reflect.DeepEqual(r.Record.Bins, want) || !reflect.DeepEqual(stepsOf(r.Record, make([]aerostore.Operation, 3)), list(x, nil, y)) {
			t.Errorf("key %d gave %+v, want %v", i, r.Record, want)
		}
	}
}

func TestReadAllWithAWriteWorksForOneKeyOnly(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	one, two := key(set, 1), key(set, 2)
	put(t, s, one, initial())
	put(t, s, two, initial())
	both := ops(aerostore.AddBin("a", 1), aerostore.ReadAll())
	r, err := s.Operate(t.Context(), one, both)
	if err != nil || !reflect.DeepEqual(r.Bins, with("a", 2)) {
		t.Errorf("Operate gave %+v, %v", r, err)
	}
	results, err := s.BatchOperate(t.Context(), []aerostore.Key{one, two}, both)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		wantError(t, r.Err, aerostore.ErrParameter)
	}
}
