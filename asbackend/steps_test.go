package asbackend

import (
	"reflect"
	"strconv"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

func TestAnswersAreTakenApartByOperation(t *testing.T) {
	t.Parallel()
	l, m := aerostore.ListBin("b"), aerostore.MapBin("b")
	read := aerostore.ReadBin("b")
	type (
		ops  = []aerostore.Operation
		list = []any
		bins = aerostore.Bins
	)
	for name, c := range map[string]struct {
		ops    ops
		answer any // of the bin b
		how    answer
		steps  []any
		bins   bins
	}{
		"one":                           {ops{read}, 1, answer{}, list{1}, bins{"b": 1}},
		"one list":                      {ops{read}, list{1, 2}, answer{}, list{list{1, 2}}, bins{"b": list{1, 2}}},
		"one list, each":                {ops{read}, list{1, 2}, answer{each: true}, list{list{1, 2}}, bins{"b": list{1, 2}}},
		"one unreadable":                {ops{read}, nil, answer{}, list{aerostore.Unreadable{}}, bins{"b": aerostore.Unreadable{}}},
		"one nothing, each":             {ops{read}, nil, answer{each: true}, list{nil}, bins{}},
		"nothing from a list":           {ops{l.GetAt(0)}, nil, answer{}, list{nil}, bins{}},
		"a write and a read":            {ops{aerostore.WriteBin("b", 1), read}, list{1, 2}, answer{}, list{nil, list{1, 2}}, bins{"b": list{1, 2}}},
		"a write and a read, each":      {ops{aerostore.WriteBin("b", 1), read}, list{nil, list{1}}, answer{each: true}, list{nil, list{1}}, bins{"b": list{1}}},
		"two, each":                     {ops{l.Append(1), read}, list{1, list{as.GeoJSONValue("g")}}, answer{each: true}, list{1, list{aerostore.GeoJSON("g")}}, bins{"b": aerostore.OpResults{1, list{aerostore.GeoJSON("g")}}}},
		"two nothings, each":            {ops{read, read}, list{nil, nil}, answer{each: true}, list{nil, nil}, bins{"b": aerostore.OpResults{nil, nil}}},
		"two in a batch":                {ops{l.Size(), read}, as.OpResults{0, list{}}, answer{marked: true}, list{0, list{}}, bins{"b": aerostore.OpResults{0, list{}}}},
		"a list in a batch":             {ops{read}, list{}, answer{marked: true}, list{list{}}, bins{"b": list{}}},
		"one of two in a batch":         {ops{m.Get(cdt.Key(1)), m.Get(cdt.Key(2))}, 1, answer{marked: true}, nil, nil},
		"two of three in a batch":       {ops{m.Get(cdt.Key(1)), m.Get(cdt.Key(2)), read}, as.OpResults{1, 2}, answer{marked: true}, nil, nil},
		"one and a read of nothing":     {ops{m.Get(cdt.Key(1)), m.Get(cdt.Key(2), cdt.Nothing)}, 1, answer{marked: true}, list{1, nil}, bins{"b": 1}},
		"too few, each":                 {ops{l.Append(1), read}, list{1}, answer{each: true}, nil, nil},
		"one for two, each":             {ops{l.Append(1), read}, 1, answer{each: true}, nil, nil},
		"too many, each":                {ops{l.Append(1), read}, list{1, 2, 3}, answer{each: true}, nil, nil},
		"touch and header have no bin":  {ops{aerostore.TouchRecord(), aerostore.ReadHeader(), read}, 1, answer{}, list{nil, nil, 1}, bins{"b": 1}},
		"all":                           {ops{aerostore.ReadAll(), read, l.Size()}, as.GeoJSONValue("g"), answer{}, list{bins{"b": aerostore.GeoJSON("g")}, aerostore.GeoJSON("g"), nil}, bins{"b": aerostore.GeoJSON("g")}},
		"a result that nothing returns": {ops{l.Set(0, 1)}, nil, answer{each: true}, list{nil}, bins{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := new(Store).planOf(c.ops, new(scratch))
			if err != nil {
				t.Fatal(err)
			}
			p.each = false // as for lists alone
			r := p.record(aerostore.Key{}, &as.Record{Bins: as.BinMap{"b": c.answer}}, c.how)
			if r == nil || c.steps == nil {
				if (r == nil) != (c.steps == nil) {
					t.Fatalf("it gave %+v, want %v", r, c.steps)
				}
				return
			}
			steps := make([]any, len(c.ops))
			for i := range steps {
				steps[i] = r.Step(i).Value()
			}
			if !reflect.DeepEqual(steps, c.steps) {
				t.Errorf("the steps are %#v, want %#v", steps, c.steps)
			}
			if !reflect.DeepEqual(r.Bins, c.bins) {
				t.Errorf("the bins are %#v, want %#v", r.Bins, c.bins)
			}
		})
	}
}

func TestManyOperationsAreTakenApartByBin(t *testing.T) {
	t.Parallel()
	for _, n := range []int{manyOperations, manyOperations + 1, 1000} {
		var ops []aerostore.Operation
		answers := as.BinMap{}
		for i := range n {
			bin := strconv.Itoa(i % 13)
			before, _ := answers[bin].([]any)
			if i%3 == 0 {
				ops = append(ops, aerostore.WriteBin(bin, i))
				answers[bin] = append(before, nil)
			} else {
				ops = append(ops, aerostore.ListBin(bin).Append(i))
				answers[bin] = append(before, i)
			}
		}
		for bin, results := range answers {
			if one, _ := results.([]any); len(one) == 1 {
				answers[bin] = one[0]
			}
		}
		p, err := new(Store).planOf(ops, new(scratch))
		if err != nil {
			t.Fatal(err)
		}
		r := p.record(aerostore.Key{}, &as.Record{Bins: answers}, answer{each: true})
		if r == nil {
			t.Fatalf("%d operations are not taken apart", n)
		}
		for i := range ops {
			var want any
			if i%3 != 0 {
				want = i
			}
			if got := r.Step(i).Value(); got != want {
				t.Errorf("of %d, step %d gave %v, want %v", n, i, got, want)
			}
		}
	}
}
