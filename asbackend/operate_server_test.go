package asbackend_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
)

// operations, their results for a record with the bins a = 1 and l = [1, 2], and the bins
// that the record has afterwards. If leaves is nil, the record does not exist.
var operations = map[string]struct {
	ops    []aerostore.Operation
	gives  aerostore.Bins
	leaves aerostore.Bins
}{
	"read":                     {ops(read("a")), bins("a", 1), initial()},
	"read a missing bin":       {ops(read("z")), bins(), initial()},
	"read a list":              {ops(read("l")), bins("l", list(1, 2)), initial()},
	"read twice":               {ops(read("a"), read("a")), bins("a", results(1, 1)), initial()},
	"read a list twice":        {ops(read("l"), read("l")), bins("l", results(list(1, 2), list(1, 2))), initial()},
	"read a missing bin twice": {ops(read("z"), read("z"), read("a")), bins("a", 1), initial()},
	"read all":                 {ops(aerostore.ReadAll()), initial(), initial()},
	"read all and one":         {ops(aerostore.ReadAll(), read("a")), initial(), initial()},
	"read all twice":           {ops(aerostore.ReadAll(), aerostore.ReadAll()), initial(), initial()},
	"read the header":          {ops(aerostore.ReadHeader()), bins(), initial()},
	"read the header and a bin twice": {
		ops(aerostore.ReadHeader(), read("a"), read("a")), bins("a", results(1, 1)), initial(),
	},
	"read the header and all": {ops(aerostore.ReadHeader(), aerostore.ReadAll()), initial(), initial()},

	"write":                    {ops(write("b", 2)), bins(), bins("a", 1, "l", list(1, 2), "b", 2)},
	"write and read":           {ops(write("a", 2), read("a")), bins("a", 2), bins("a", 2, "l", list(1, 2))},
	"write a list and read it": {ops(write("a", list(3, 4)), read("a")), bins("a", list(3, 4)), bins("a", list(3, 4), "l", list(1, 2))},
	"write nil":                {ops(write("a", nil), read("a"), read("l")), bins("l", list(1, 2)), bins("l", list(1, 2))},
	"read, write, read":        {ops(read("a"), write("a", 2), read("a")), bins("a", results(1, 2)), bins("a", 2, "l", list(1, 2))},
	"read, add, read, add, read": {
		ops(read("a"), aerostore.AddBin("a", 1), read("a"), aerostore.AddBin("a", uint64(1)), read("a")),
		bins("a", results(1, 2, 3)), bins("a", 3, "l", list(1, 2)),
	},
	"read a bin before and after it is there": {
		ops(read("z"), write("z", list(1, 2)), read("z")), bins("z", list(1, 2)),
		bins("a", 1, "l", list(1, 2), "z", list(1, 2)),
	},
	"read one twice and another once": {
		ops(read("a"), read("l"), read("a")), bins("a", results(1, 1), "l", list(1, 2)), initial(),
	},
	"append and prepend": {
		ops(aerostore.AppendBin("s", "b"), aerostore.PrependBin("s", "a"), read("s")), bins("s", "ab"),
		bins("a", 1, "l", list(1, 2), "s", "ab"),
	},
	"touch":                       {ops(aerostore.TouchRecord()), bins(), initial()},
	"touch and read twice":        {ops(aerostore.TouchRecord(), read("a"), read("a")), bins("a", results(1, 1)), initial()},
	"write with the header":       {ops(aerostore.ReadHeader(), aerostore.AddBin("a", 1)), bins(), bins("a", 2, "l", list(1, 2))},
	"write, header and two reads": {ops(aerostore.ReadHeader(), aerostore.AddBin("a", 1), read("a"), read("a")), bins("a", results(2, 2)), bins("a", 2, "l", list(1, 2))},
	"delete":                      {ops(aerostore.DeleteRecord()), bins(), nil},
	"read twice and delete":       {ops(read("a"), read("a"), aerostore.DeleteRecord()), bins("a", results(1, 1)), nil},
	"delete and write":            {ops(aerostore.DeleteRecord(), write("n", 1)), bins(), bins("n", 1)},
	"read a list, delete, read it": {
		ops(read("l"), aerostore.DeleteRecord(), read("l")), bins("l", list(1, 2)), nil,
	},
	"write to the empty name": {
		ops(write("", 1), aerostore.TouchRecord(), read("a"), read("a")), bins("a", results(1, 1)),
		bins("a", 1, "l", list(1, 2), "", 1),
	},
}

func ops(ops ...aerostore.Operation) []aerostore.Operation { return ops }
func read(bin string) aerostore.Operation                  { return aerostore.ReadBin(bin) }
func write(bin string, value any) aerostore.Operation      { return aerostore.WriteBin(bin, value) }
func list(values ...any) []any                             { return values }
func results(values ...any) aerostore.OpResults            { return values }
func initial() aerostore.Bins                              { return bins("a", 1, "l", list(1, 2)) }

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
		if err != nil || !reflect.DeepEqual(r.Bins, c.gives) {
			t.Errorf("%s: gave %+v, %v", name, r, err)
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
	if err != nil || !reflect.DeepEqual(r.Bins, bins("a", 2, "l", list(1, 2))) {
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
