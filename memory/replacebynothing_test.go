package memory_test

import (
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

// A server that replaces a record does not read it, unless an index has it.
func TestReplacingARecordByNothingRemovesItIfAnIndexHasIt(t *testing.T) {
	t.Parallel()
	nothing := aerostore.WriteExp("a", exp.IntBin("gone"), exp.EvalNoFail)
	for name, tt := range map[string]struct {
		set, bin string // of the index; "" for all sets
		typ      aerostore.IndexType
		bins     bins
		opts     []aerostore.WriteOption
		want     aerostore.ResultCode
		removed  bool
	}{
		"no index of the set":            {"others", "n", aerostore.IndexInt, bins{"n": 1}, nil, aerostore.CodeNotFound, false},
		"an index of the set":            {"users", "n", aerostore.IndexInt, bins{"n": 1}, nil, aerostore.CodeOK, true},
		"an index of the namespace":      {"", "n", aerostore.IndexInt, bins{"n": 1}, nil, aerostore.CodeOK, true},
		"an index of strings":            {"users", "n", aerostore.IndexString, bins{"n": "x"}, nil, aerostore.CodeOK, true},
		"an index of another type":       {"users", "n", aerostore.IndexString, bins{"n": 1}, nil, aerostore.CodeNotFound, false},
		"an index of another bin":        {"users", "m", aerostore.IndexInt, bins{"n": 1}, nil, aerostore.CodeNotFound, false},
		"an index of geography":          {"users", "n", aerostore.IndexGeo, bins{"n": aerostore.GeoJSON(`{"type":"AeroCircle","coordinates":[[1,2],1000]}`)}, nil, aerostore.CodeOK, true},
		"an index, and a durable delete": {"users", "n", aerostore.IndexInt, bins{"n": 1}, []aerostore.WriteOption{aerostore.DurableDelete}, aerostore.CodeEnterpriseOnly, false},
		"no index, and a durable delete": {"others", "n", aerostore.IndexInt, bins{"n": 1}, []aerostore.WriteOption{aerostore.DurableDelete}, aerostore.CodeNotFound, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, exists := range []aerostore.RecordExists{aerostore.Replace, aerostore.ReplaceOnly} {
				s := memory.NewT(t)
				if err := s.CreateIndex(t.Context(), aerostore.Index{Namespace: "test", Set: tt.set, Name: "i", Bin: tt.bin, Type: tt.typ}); err != nil {
					t.Fatal(err)
				}
				mustPut(t, s, key("a"), tt.bins)
				_, err := s.Operate(t.Context(), key("a"), []aerostore.Operation{nothing}, append(tt.opts[:len(tt.opts):len(tt.opts)], exists)...)
				wantCode(t, err, tt.want)
				if there, err := s.Exists(t.Context(), key("a")); err != nil || there == tt.removed {
					t.Errorf("the record exists: %t, %v", there, err)
				}
			}
		})
	}
}
