package memory_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/memory"
)

// What every kind of read returns can be put into another record, where it reads the same.
func TestValuesGoInAsTheyCameOut(t *testing.T) {
	t.Parallel()
	s := memory.New()
	ctx, key, copied := t.Context(), aerostore.NewKey("test", "values", 1), aerostore.NewKey("test", "values", 2)
	point := aerostore.GeoJSON(`{"type":"Point","coordinates":[0,0]}`)
	var document any
	if err := json.Unmarshal([]byte(`{"a":[1,null,{"b":"c"}]}`), &document); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(ctx, key, aerostore.Bins{
		"document": document, "words": []string{"a"}, "counts": map[string]int{"a": 1}, "matrix": [][]float64{{1}, {2, 3}},
		"blobs": map[any]any{[2]byte{1, 2}: []byte{3}}, "float": float32(0.5), "number": json.Number("7"),
		"places": []any{point, map[string]aerostore.GeoJSON{"a": point}},
		"pairs": []aerostore.MapPair{
			{Key: []byte{1}, Value: []aerostore.MapPair{{Key: 2, Value: 1}, {Key: 1, Value: 2}}}, {Key: "a", Value: []int{1}}, {Key: 1, Value: nil},
		},
	}); err != nil {
		t.Fatal(err)
	}
	list, ordered := aerostore.ListBin("made"), aerostore.MapBin("made_map").Create(cdt.KeyOrdered)
	operated, err := s.Operate(ctx, key, []aerostore.Operation{
		aerostore.HLLBin("hll").Create(4, 0).Add("a"), list.Append([]string{"b"}, 1), list.Get(cdt.All()),
		ordered.PutAll(map[string]any{"b": []int{1}, "a": nil}), ordered.Get(cdt.All(), cdt.Pairs), aerostore.ReadBin("made_map"),
		aerostore.MapBin("pairs").Get(cdt.All(), cdt.AsOrderedMap), aerostore.MapBin("blobs").Get(cdt.All(), cdt.KeyOf),
	})
	if err != nil {
		t.Fatal(err)
	}
	read, err := s.Get(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	want := []aerostore.MapPair{
		{Key: 1, Value: nil},
		{Key: "a", Value: []any{1}},
		{Key: []byte{1}, Value: []aerostore.MapPair{{Key: 1, Value: 2}, {Key: 2, Value: 1}}},
	}
	if !reflect.DeepEqual(read.Bins["pairs"], want) {
		t.Errorf("the pairs are %v, want %v", read.Bins["pairs"], want)
	}
	if hll, err := read.HLL("hll"); err != nil || len(hll) == 0 {
		t.Errorf("the HyperLogLog is %v, %v", hll, err)
	}
	same := func(what string, bins aerostore.Bins) {
		t.Helper()
		if err := s.Put(ctx, copied, bins, aerostore.Replace); err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		got, err := s.Get(ctx, copied)
		if err != nil || !reflect.DeepEqual(got.Bins, bins) {
			t.Errorf("%s became %v, %v, want %v", what, got, err, bins)
		}
	}
	same("the record", read.Bins)
	for i := range 8 {
		if v := operated.Step(i).Value(); v != nil {
			same("a step", aerostore.Bins{"v": v})
		}
	}
	batch, err := s.BatchRead(ctx, []aerostore.Key{key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	same("a batch's record", batch[0].Record.Bins)
	for r, err := range s.Query(ctx, aerostore.Query{Namespace: "test", Set: "values"}) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Key == key {
			same("a query's record", r.Bins)
		}
	}
}
