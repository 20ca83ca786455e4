package aerostore_test

import (
	"slices"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// An operation makes nothing that nests deeper than what Put takes, so that all that is
// read can be written.
func TestWhatOperationsMakeNestsAsDeepAsWhatPutTakes(t *testing.T) {
	t.Parallel()
	nested := func(levels int) (v any) {
		v = 1
		for range levels {
			v = []any{v}
		}
		return v
	}
	for name, write := range map[string]func(l aerostore.ListOps, m aerostore.MapOps, v any) aerostore.Operation{
		"append":         func(l aerostore.ListOps, _ aerostore.MapOps, v any) aerostore.Operation { return l.Append(v) },
		"append several": func(l aerostore.ListOps, _ aerostore.MapOps, v any) aerostore.Operation { return l.Append(1, v) },
		"insert":         func(l aerostore.ListOps, _ aerostore.MapOps, v any) aerostore.Operation { return l.Insert(0, v) },
		"set":            func(l aerostore.ListOps, _ aerostore.MapOps, v any) aerostore.Operation { return l.Set(0, v) },
		"put":            func(_ aerostore.ListOps, m aerostore.MapOps, v any) aerostore.Operation { return m.Put("k", v) },
		"add":            func(_ aerostore.ListOps, m aerostore.MapOps, v any) aerostore.Operation { return m.Add("k", v) },
		"put all": func(_ aerostore.ListOps, m aerostore.MapOps, v any) aerostore.Operation {
			return m.PutAll(map[any]any{"k": v})
		},
		"replace all": func(_ aerostore.ListOps, m aerostore.MapOps, v any) aerostore.Operation {
			return m.ReplaceAll([]aerostore.MapPair{{Key: "k", Value: v}})
		},
	} {
		for _, steps := range []int{0, 1, 100, 255} {
			path := slices.Repeat([]cdt.Step{cdt.Key("k").Create(cdt.KeyOrdered)}, steps)
			list, m := aerostore.ListBin("a").In(path...), aerostore.MapBin("a").In(path...)
			check := func(levels int) error {
				op := write(list, m, nested(levels))
				return aerostore.Call{Op: aerostore.OpOperate, Key: ada}.WithOperations([]aerostore.Operation{op}).Validate()
			}
			if err := check(256 - 1 - steps); err != nil {
				t.Errorf("%s at a path of %d steps: %v", name, steps, err)
			}
			if check(256-steps) == nil {
				t.Errorf("%s at a path of %d steps nests too deep", name, steps)
			}
		}
	}
}
