package asbackend

import (
	"reflect"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

const point = `{"type":"Point","coordinates":[1.5,2.5]}`

func TestValuesThatTheClientKnowsAreNotCopied(t *testing.T) {
	for name, v := range map[string]any{
		"int": 1, "string": "x", "float64": 1.5, "bool": true, "nil": nil, "bytes": []byte{1},
		"list": []any{1, "x", []any{uint8(2)}}, "map": map[any]any{"k": map[any]any{1: uint(2)}},
	} {
		if _, changed := converted(v); changed {
			t.Errorf("%s was replaced", name)
		}
		if n := testing.AllocsPerRun(100, func() { clientValue(v) }); n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

func TestValuesThatTheClientMistakesAreConvertedOnACopy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ value, want any }{
		"GeoJSON":               {aerostore.GeoJSON(point), as.GeoJSONValue(point)},
		"uint64":                {uint64(7), int64(7)},
		"HyperLogLog":           {aerostore.HLL{1}, as.HLLValue{1}},
		"HyperLogLog in a list": {[]any{aerostore.HLL{1}}, []any{[]byte{1}}},
		"HyperLogLog in a map":  {map[any]any{"k": aerostore.HLL{1}}, map[any]any{"k": []byte{1}}},
		"GeoJSON in a list":     {[]any{1, aerostore.GeoJSON(point)}, []any{1, as.GeoJSONValue(point)}},
		"GeoJSON in a map":      {map[any]any{"p": aerostore.GeoJSON(point)}, map[any]any{"p": as.GeoJSONValue(point)}},
		"uint64 as a map's key": {map[any]any{uint64(1): "x"}, map[any]any{int64(1): "x"}},
		"GeoJSON two levels down": {
			[]any{map[any]any{"l": []any{aerostore.GeoJSON(point)}}},
			[]any{map[any]any{"l": []any{as.GeoJSONValue(point)}}},
		},
	} {
		bins := aerostore.Bins{"a": c.value}
		before := reflect.TypeOf(c.value)
		if got := clientValue(c.value); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: became %#v", name, got)
		}
		if reflect.TypeOf(bins["a"]) != before || !reflect.DeepEqual(bins["a"], c.value) {
			t.Errorf("%s: the caller's own was changed", name)
		}
	}
}

func TestTheClientsTypesBecomeTheStores(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ value, want any }{
		"int":             {1, 1},
		"GeoJSON":         {as.GeoJSONValue(point), aerostore.GeoJSON(point)},
		"HyperLogLog":     {as.HLLValue{1, 2}, aerostore.HLL{1, 2}},
		"ordered map":     {[]as.MapPair{{Key: "k", Value: 1}}, []aerostore.MapPair{{Key: "k", Value: 1}}},
		"no pairs":        {[]as.MapPair{}, []aerostore.MapPair{}},
		"several results": {as.OpResults{1, as.GeoJSONValue(point)}, aerostore.OpResults{1, aerostore.GeoJSON(point)}},
		"in a list":       {[]any{as.GeoJSONValue(point), 1}, []any{aerostore.GeoJSON(point), 1}},
		"in a map":        {map[any]any{"k": as.GeoJSONValue(point)}, map[any]any{"k": aerostore.GeoJSON(point)}},

		"HyperLogLog in a list": {[]any{as.HLLValue{1}}, []any{aerostore.HLL{1}}},
		"HyperLogLog in a map":  {map[any]any{"k": as.HLLValue{1}}, map[any]any{"k": aerostore.HLL{1}}},
		"HyperLogLog in pairs":  {[]as.MapPair{{Key: "k", Value: as.HLLValue{1}}}, []aerostore.MapPair{{Key: "k", Value: aerostore.HLL{1}}}},
		"HyperLogLog results":   {as.OpResults{as.HLLValue{1}, []any{as.HLLValue{2}}}, aerostore.OpResults{aerostore.HLL{1}, []any{aerostore.HLL{2}}}},

		"in pairs": {
			[]as.MapPair{{Key: "k", Value: []any{as.GeoJSONValue(point)}}},
			[]aerostore.MapPair{{Key: "k", Value: []any{aerostore.GeoJSON(point)}}},
		},
		"unreadable":        {nil, aerostore.Unreadable{}},
		"nil in a list":     {[]any{nil}, []any{nil}},
		"float32 in a list": {[]any{float32(0.5), []any{float32(-2)}}, []any{0.5, []any{-2.0}}},
		"float32 in a map":  {map[any]any{"k": float32(0.5)}, map[any]any{"k": 0.5}},
		"float32 as a key":  {map[any]any{float32(0.5): float32(1)}, map[any]any{0.5: 1.0}},
		"float32 in pairs":  {[]as.MapPair{{Key: float32(0.5), Value: float32(1)}}, []aerostore.MapPair{{Key: 0.5, Value: 1.0}}},
		"pairs in a list in a map": {
			map[any]any{"k": []any{[]as.MapPair{{Key: 1, Value: []as.MapPair{{Key: 2, Value: 3}}}}}},
			map[any]any{"k": []any{[]aerostore.MapPair{{Key: 1, Value: []aerostore.MapPair{{Key: 2, Value: 3}}}}}},
		},
	} {
		if got := storeBins(as.BinMap{"a": c.value}); !reflect.DeepEqual(got, aerostore.Bins{"a": c.want}) {
			t.Errorf("%s: became %#v", name, got)
		}
	}
	if storeBins(nil) == nil {
		t.Error("no bins became nil")
	}
}
