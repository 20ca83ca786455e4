package vectors

import (
	"math"
	"testing"

	"github.com/aerostore/aerostore"
)

func TestValuesAreEqualByTypeAndContent(t *testing.T) {
	t.Parallel()
	values := []any{
		nil, true, false, 0, 1, 0.0, math.Copysign(0, -1), 1.0, math.NaN(), math.Inf(1), "", "1",
		[]byte{},
		[]byte("1"), aerostore.GeoJSON("1"), aerostore.HLL("1"),
		[]any{},
		[]any{1},
		[]any{1.0},
		[]any{nil},
		[]any{[]any{}},
		aerostore.OpResults{},
		aerostore.OpResults{1},
		map[any]any{},
		map[any]any{1: 2},
		map[any]any{"1": 2},
		map[any]any{1: []any{}},
		map[any]any{2: 2},
		[]aerostore.MapPair{},
		[]aerostore.MapPair{{Key: 1, Value: 2}},
		[]aerostore.MapPair{{Key: 1, Value: 2}, {Key: 3, Value: 4}},
		[]aerostore.MapPair{{Key: 3, Value: 4}, {Key: 1, Value: 2}},
	}
	for i, a := range values {
		for k, b := range values {
			if got := equal(a, b); got != (i == k) {
				t.Errorf("equal(%#v, %#v) is %t", a, b, got)
			}
		}
	}
}
