package aerostore_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	value "github.com/aerostore/aerostore/internal/value"
)

func TestTypesPrintAsThoseOfPackageAerostore(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]any{
		"aerostore.GeoJSON":    value.GeoJSON(""),
		"aerostore.HLL":        value.HLL{},
		"aerostore.Unreadable": value.Unreadable{},
		"[]aerostore.MapPair":  []value.MapPair{},
		"aerostore.OpResults":  value.OpResults{},
	} {
		if got := fmt.Sprintf("%T", v); got != want {
			t.Errorf("%%T is %s, want %s", got, want)
		}
	}
}

func TestCheckSaysWhyAValueCannotBeStored(t *testing.T) {
	t.Parallel()
	loop := []any{nil}
	loop[0] = loop
	for name, c := range map[string]struct {
		value any
		want  string // the beginning of the reason
	}{
		"nil":                        {nil, ""},
		"a nested map":               {map[any]any{"a": []any{1, nil, 2.5}, int8(1): value.GeoJSON("{}")}, ""},
		"the largest unsigned":       {uint64(math.MaxInt64), ""},
		"an unsigned too large":      {[]any{uint64(math.MaxInt64 + 1)}, "an unsigned integer above"},
		"a key too large":            {map[any]any{uint64(math.MaxUint64): 1}, "an unsigned integer above"},
		"a value that holds itself":  {loop, "values nest deeper than 256 levels"},
		"a float as a key":           {map[any]any{1.5: 1}, "a map key of type float64 cannot be stored"},
		"an int beside an int64":     {map[any]any{1: 1, int64(1): 1}, "a map has the same integer key"},
		"an int8 beside an uint16":   {map[any]any{int8(1): 1, uint16(1): 1}, "a map has the same integer key"},
		"two keys of different type": {map[any]any{int8(1): 1, uint16(2): 1, 3: 1}, ""},
	} {
		if got := value.Check(c.value); !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
