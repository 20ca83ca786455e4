package memory_test

import (
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func TestOperateReturnsTheResultsOfItsReads(t *testing.T) {
	type ops = []aerostore.Operation
	type results = aerostore.OpResults
	var (
		read   = aerostore.ReadBin
		all    = aerostore.ReadAll
		header = aerostore.ReadHeader
		write  = aerostore.WriteBin
		add    = aerostore.AddBin
		touch  = aerostore.TouchRecord
		del    = aerostore.DeleteRecord
	)
	const (
		ok        = aerostore.CodeOK
		notFound  = aerostore.CodeNotFound
		parameter = aerostore.CodeParameter
	)
	one := bins{"a": 1, "s": "x"}
	for name, tt := range map[string]struct {
		before     bins
		ops        ops
		opts       []aerostore.WriteOption
		code       aerostore.ResultCode
		result     bins
		generation uint32
		after      bins
	}{
		"one read":                   {one, ops{read("a")}, nil, ok, bins{"a": 1}, 1, one},
		"a missing bin":              {one, ops{read("z"), read("z")}, nil, ok, bins{"z": results{nil, nil}}, 1, one},
		"several reads of one bin":   {one, ops{read("a"), read("s"), read("a"), read("a")}, nil, ok, bins{"a": results{1, 1, 1}, "s": "x"}, 1, one},
		"a header":                   {one, ops{header()}, nil, ok, bins{}, 1, one},
		"a header and a bin":         {one, ops{header(), read("a")}, nil, ok, bins{"a": 1}, 1, one},
		"all bins and one":           {one, ops{read("a"), all(), all()}, nil, ok, one, 1, one},
		"the bin of the empty name":  {one, ops{read("")}, nil, ok, one, 1, one},
		"reads of no record":         {nil, ops{read("a")}, nil, notFound, nil, 0, nil},
		"reads ignore options":       {one, ops{read("a")}, []aerostore.WriteOption{aerostore.CreateOnly, aerostore.GenerationEqual(9)}, ok, bins{"a": 1}, 1, one},
		"writes give nothing":        {one, ops{write("b", 2), add("a", 1)}, nil, ok, bins{}, 2, bins{"a": 2, "b": 2, "s": "x"}},
		"reads between writes":       {one, ops{read("a"), add("a", 1), read("a"), write("a", "t"), aerostore.AppendBin("a", "u"), aerostore.PrependBin("a", "s"), read("a")}, nil, ok, bins{"a": results{1, 2, "stu"}}, 2, bins{"a": "stu", "s": "x"}},
		"all bins between writes":    {one, ops{add("a", 1), all(), write("b", 2)}, nil, ok, bins{"a": 2, "s": "x"}, 2, bins{"a": 2, "b": 2, "s": "x"}},
		"all bins and one, writing":  {one, ops{add("a", 1), all(), read("a")}, nil, parameter, nil, 0, one},
		"all bins twice, writing":    {one, ops{add("a", 1), all(), all()}, nil, parameter, nil, 0, one},
		"all or nothing":             {one, ops{add("a", 1), add("s", 1)}, nil, aerostore.CodeBinType, nil, 0, one},
		"creation":                   {nil, ops{read("a"), write("a", 1), read("a")}, nil, ok, bins{"a": results{nil, 1}}, 1, bins{"a": 1}},
		"creation failed":            {nil, ops{write("a", 1), aerostore.AppendBin("a", "x")}, nil, aerostore.CodeBinType, nil, 0, nil},
		"touch":                      {one, ops{touch(), read("a")}, nil, ok, bins{"a": 1}, 2, one},
		"touch never creates":        {nil, ops{write("a", 1), touch()}, nil, notFound, nil, 0, nil},
		"delete":                     {one, ops{read("a"), del()}, nil, ok, bins{"a": 1}, 0, nil},
		"delete no record":           {nil, ops{del()}, nil, notFound, nil, 0, nil},
		"delete what was written":    {nil, ops{write("a", 1), del()}, nil, notFound, nil, 0, nil},
		"delete, then write":         {one, ops{del(), write("b", 2), all()}, nil, ok, bins{"b": 2}, 2, bins{"b": 2}},
		"delete, then touch":         {one, ops{del(), touch()}, nil, ok, bins{}, 0, nil},
		"delete durably":             {one, ops{del()}, []aerostore.WriteOption{aerostore.DurableDelete}, aerostore.CodeEnterpriseOnly, nil, 0, one},
		"the last bin":               {bins{"a": 1}, ops{write("a", nil), header()}, nil, ok, bins{}, 0, nil},
		"nil to be added":            {one, ops{add("a", nil)}, nil, parameter, nil, 0, one},
		"replace by writes":          {one, ops{write("b", 2), read("b")}, []aerostore.WriteOption{aerostore.Replace}, ok, bins{"b": 2}, 2, bins{"b": 2}},
		"replace and add":            {one, ops{add("a", 1)}, []aerostore.WriteOption{aerostore.Replace}, parameter, nil, 0, one},
		"replace and delete":         {nil, ops{del()}, []aerostore.WriteOption{aerostore.ReplaceOnly}, parameter, nil, 0, nil},
		"replace and read":           {one, ops{read("a")}, []aerostore.WriteOption{aerostore.Replace}, ok, bins{"a": 1}, 1, one},
		"update only, none there":    {nil, ops{write("a", 1)}, []aerostore.WriteOption{aerostore.UpdateOnly}, notFound, nil, 0, nil},
		"generation not as expected": {one, ops{add("a", 1)}, []aerostore.WriteOption{aerostore.GenerationEqual(9)}, aerostore.CodeGeneration, nil, 0, one},
	} {
		t.Run(name, func(t *testing.T) {
			for how, operate := range map[string]func(s *memory.Store) (*aerostore.Record, error){
				"alone": func(s *memory.Store) (*aerostore.Record, error) {
					return s.Operate(t.Context(), key("a"), tt.ops, tt.opts...)
				},
				"in a batch": func(s *memory.Store) (*aerostore.Record, error) {
					results, err := s.BatchOperate(t.Context(), []aerostore.Key{key("a")}, tt.ops, tt.opts...)
					if err != nil || len(results) != 1 {
						t.Fatalf("BatchOperate: %v, %v", results, err)
					}
					return results[0].Record, results[0].Err
				},
			} {
				s := memory.NewT(t)
				if tt.before != nil {
					mustPut(t, s, key("a"), tt.before)
				}
				r, err := operate(s)
				wantCode(t, err, tt.code)
				switch {
				case (r == nil) != (tt.result == nil):
					t.Errorf("%s: record %v, want bins %v", how, r, tt.result)
				case r != nil && (!reflect.DeepEqual(r.Bins, tt.result) || r.Generation != tt.generation || r.Key != key("a")):
					t.Errorf("%s: %+v, want bins %v, generation %d", how, *r, tt.result, tt.generation)
				}
				var after bins
				if r, err := s.Get(t.Context(), key("a")); err == nil {
					after = r.Bins
				}
				if !reflect.DeepEqual(after, tt.after) {
					t.Errorf("%s: the record is %v then, want %v", how, after, tt.after)
				}
			}
		})
	}
}
