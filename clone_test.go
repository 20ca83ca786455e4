package aerostore_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/fake"
)

// changeable returns a value of every kind that can be modified in place.
func changeable() aerostore.Bins {
	return aerostore.Bins{
		"bytes":   []byte("abc"),
		"list":    []any{1, []byte("abc"), []any{2}},
		"map":     map[any]any{"k": []any{1}},
		"pairs":   []aerostore.MapPair{{Key: []byte("k"), Value: []any{1}}},
		"results": aerostore.OpResults{1, []any{2}},
		"hll":     aerostore.HLL("abc"),
		"int":     1, "nil": nil, "geo": aerostore.GeoJSON("{}"),
		"strings": []string{"a"}, "ints": []int{1}, "int64s": []int64{1}, "uint16s": []uint16{1},
		"floats": []float64{1}, "bools": []bool{true}, "blobs": [][]byte{{1}}, "arrays": [][2]byte{{1}},
		"matrix": [][]float64{{1, 2}, {3}}, "documents": []map[string]any{{"a": []any{1}}},
		"numbers": []json.Number{"1"}, "hlls": []aerostore.HLL{{1}}, "lists of pairs": [][]aerostore.MapPair{{{Key: 1, Value: []int{1}}}},
		"document": map[string]any{"a": map[string]any{"b": []string{"c"}}}, "texts": map[string]string{"a": "b"},
		"counts": map[string]int{"a": 1}, "by number": map[int][]string{1: {"a"}}, "by blob": map[[2]byte][]byte{{1}: {1}},
		"flags": map[string]map[string]bool{"a": {"b": true}}, "times": []time.Duration{1}, "named": json.RawMessage("1"),
		"array": [2]byte{1}, "float32": float32(1), "no strings": []string(nil), "no counts": map[string]int(nil),
		"no documents": []map[string]any{nil},
		"no bytes":     []byte(nil), "no list": []any(nil), "no map": map[any]any(nil),
	}
}

func TestTheCloneOfARecordSharesNothingWithIt(t *testing.T) {
	t.Parallel()
	r := &aerostore.Record{Key: ada, Bins: changeable(), Generation: 3, TTL: aerostore.NeverExpire}
	c := r.Clone()
	if !reflect.DeepEqual(r, c) {
		t.Errorf("the clone is %#v, want %#v", c, r)
	}
	fake.Spoil(r.Bins)
	if !reflect.DeepEqual(c.Bins, changeable()) {
		t.Errorf("the clone changed to %#v", c.Bins)
	}
	results := func() []any { return []any{changeable()["list"], nil, changeable(), changeable()["hll"]} }
	r.SetSteps(results())
	c = r.Clone()
	for i, want := range results() {
		fake.Spoil(r.Step(i).Value())
		if got := c.Step(i).Value(); !reflect.DeepEqual(got, want) {
			t.Errorf("step %d of the clone changed to %#v", i, got)
		}
	}
	if (*aerostore.Record)(nil).Clone() != nil {
		t.Error("the clone of nil is not nil")
	}
}

func TestTheCloneOfACallIsNotChangedByTheCaller(t *testing.T) {
	t.Parallel()
	other := aerostore.NewKey("test", "users", "other")
	for op := range aerostore.Ops() {
		// Two of everything: one for the caller to spoil, one to compare with.
		of := func() (call aerostore.Call, spoilAll func()) {
			bins, value := changeable(), changeable()
			names, keys := []string{"a", "b"}, []aerostore.Key{ada, other}
			items := []aerostore.BatchItem{{Key: ada, Bins: changeable(), Options: []aerostore.WriteOption{aerostore.SendKey}}}
			ops := []aerostore.Operation{aerostore.ReadBin("a")}
			for _, name := range slices.Sorted(maps.Keys(value)) {
				ops = append(ops, aerostore.WriteBin("l", value[name]), aerostore.ListBin("l").Append(value[name], 1),
					aerostore.MapBin("m").Put(value[name], value[name]), aerostore.MapBin("m").PutAll(value[name]),
					aerostore.WriteExp("x", exp.ListVal(value[name])))
			}
			call = aerostore.Call{Op: op, Key: ada}
			switch op {
			case aerostore.OpPut, aerostore.OpAppend, aerostore.OpPrepend, aerostore.OpIncrement:
				call = call.WithBins(bins)
			case aerostore.OpSelect:
				call = call.WithBinNames(names)
			case aerostore.OpOperate:
				call = call.WithOperations(ops)
			case aerostore.OpBatchRead:
				call = call.WithKeys(keys).WithBinNames(names)
			case aerostore.OpBatchWrite:
				call = call.WithItems(append(items, aerostore.BatchItem{Key: other, Operations: ops}, aerostore.BatchItem{Key: other, Remove: true}))
			case aerostore.OpBatchOperate:
				call = call.WithKeys(keys).WithOperations(ops)
			case aerostore.OpBatchRemove:
				call = call.WithKeys(keys)
			}
			return call, func() {
				fake.Spoil(bins)
				fake.Spoil(value)
				fake.Spoil(items[0].Bins)
				items[0].Options[0] = aerostore.DurableDelete
				clear(items)
				clear(names)
				clear(keys)
				clear(ops)
			}
		}
		call, spoilAll := of()
		want, _ := of()
		clone := call.Clone()
		spoilAll()
		for name, got := range map[string][2]any{
			"bins":       {clone.Bins(), want.Bins()},
			"bin names":  {clone.BinNames(), want.BinNames()},
			"operations": {clone.Operations(), want.Operations()},
			"keys":       {clone.Keys(), want.Keys()},
			"items":      {clone.Items(), want.Items()},
			"rest":       {clone.WithBins(nil).WithKeys(nil), want.WithBins(nil).WithKeys(nil)},
		} {
			if !reflect.DeepEqual(got[0], got[1]) {
				t.Errorf("%v: the %s of the clone are %#v, want %#v", op, name, got[0], got[1])
			}
		}
	}
}
