package source_test

import (
	"encoding/json"
	"go/parser"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine/enginetest"
	"github.com/aerostore/aerostore/internal/source"
	value "github.com/aerostore/aerostore/internal/value"
)

// The root package tests what the source of each operation is.
func TestTheSourceOfAnyOperationIsAnExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		data := make([]byte, 500)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		op := enginetest.NewSource(data).Op(enginetest.Any)
		if _, err := parser.ParseExpr(source.Operation("bin", op)); err != nil {
			t.Fatalf("%s: %v", source.Operation("bin", op), err)
		}
	})
}

func TestTheSourceOfAValue(t *testing.T) {
	pair := value.MapPair{Key: []byte{1}, Value: "a"}
	sorted, err := value.NewMap(value.Ordered, pair)
	if err != nil {
		t.Fatal(err)
	}
	unsorted, indexed := sorted.Clone(), sorted.Clone()
	unsorted.Order, indexed.Indexed = value.Unordered, true
	for want, v := range map[string]any{
		`[]any{1, 2}`: value.NewList(1, 2),
		`/* ordered with an index */ []any{1}`: &value.List{
			Items: []any{1}, Order: value.Ordered, Indexed: true,
		},
		`[]MapPair{{Key: []byte{0x01}, Value: "a"}}`:                  sorted,
		`map[any]any{[1]byte{0x01}: "a"}`:                             unsorted,
		`/* ordered with an index */ map[any]any{[1]byte{0x01}: "a"}`: indexed,
		`[]any{"a"}`:                          []any{"a"},
		`[]string{"a"}`:                       []string{"a"},
		`map[string][]int64{"a": []int64{1}}`: map[string][]int64{"a": {1}},
		`map[any]any{-1: 1, 2: 2, "a": 3, [2]byte{0x01, 0x02}: 4}`:     map[any]any{[2]byte{1, 2}: 4, "a": 3, 2: 2, -1: 1},
		`[]MapPair{{Key: "a", Value: 1}, {Key: "b", Value: []any{2}}}`: []value.MapPair{{Key: "a", Value: 1}, {Key: "b", Value: []any{2}}},
		`[]any(nil)`:                        []any(nil),
		`[]byte(nil)`:                       []byte(nil),
		`map[any]any(nil)`:                  map[any]any(nil),
		`int64(1)`:                          int64(1),
		`float32(0.1)`:                      float32(0.1),
		`time.Duration(1)`:                  time.Nanosecond,
		`json.Number("1.0")`:                json.Number("1.0"),
		`nil /* of type struct {} */`:       struct{}{},
		`OpResults{1, nil}`:                 value.OpResults{1, nil},
		`Unreadable{}`:                      value.Unreadable{},
		`[]MapPair{}`:                       value.Pairs{},
		`[]any{cdt.Wildcard, cdt.Infinity}`: value.NewList(cdt.Wildcard, cdt.Infinity),
	} {
		if got := source.Value(v); got != want {
			t.Errorf("the source is\n     %s\nwant %s", got, want)
		}
		if _, err := parser.ParseExpr(source.Value(v)); err != nil {
			t.Errorf("%s: %v", source.Value(v), err)
		}
	}
}
