package results_test

import (
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/results"
)

func TestByBinDependsOnWhatCanReturnSomething(t *testing.T) {
	t.Parallel()
	l := aerostore.ListBin("l")
	size, find, clears, remove := l.Size(), l.Get(cdt.Index(0)), l.Clear(), l.Remove(cdt.All())
	read, write := aerostore.ReadBin("n"), aerostore.WriteBin("n", 1)
	for name, c := range map[string]struct {
		ops   []aerostore.Operation
		steps []any
		want  aerostore.Bins
	}{
		"no operations":                  {want: aerostore.Bins{}},
		"one result":                     {[]aerostore.Operation{size}, []any{3}, aerostore.Bins{"l": 3}},
		"one result that is a list":      {[]aerostore.Operation{find}, []any{[]any{1}}, aerostore.Bins{"l": []any{1}}},
		"nothing":                        {[]aerostore.Operation{find, read}, []any{nil, nil}, aerostore.Bins{}},
		"writes without a result":        {[]aerostore.Operation{clears, size, remove, write}, []any{nil, 0, nil, nil}, aerostore.Bins{"l": 0}},
		"several":                        {[]aerostore.Operation{size, find, size}, []any{1, "a", 1}, aerostore.Bins{"l": aerostore.OpResults{1, "a", 1}}},
		"several, of which some are nil": {[]aerostore.Operation{find, read, size, find}, []any{nil, 2, 1, nil}, aerostore.Bins{"l": aerostore.OpResults{nil, 1, nil}, "n": 2}},
		"several nils":                   {[]aerostore.Operation{read, read}, []any{nil, nil}, aerostore.Bins{"n": aerostore.OpResults{nil, nil}}},
	} {
		if got := results.ByBin(c.ops, c.steps); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
