package aerostore_test

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
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

// scalar replaces integers, except for 0.
func scalar(v any) (any, bool) {
	n, ok := v.(int)
	if !ok || n == 0 {
		return v, false
	}
	return strconv.Itoa(n), true
}

func TestReplaceCopiesOnlyWhatItChanges(t *testing.T) {
	t.Parallel()
	same, changed := []any{"a", 0}, []any{1, "b"}
	original := map[any]any{"same": same, "changed": changed, 2: nil}
	got, ok := value.Replace(original, scalar)
	want := map[any]any{"same": same, "changed": []any{"1", "b"}, "2": nil}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("Replace returned %v, %v, want %v", got, ok, want)
	}
	if !reflect.DeepEqual(original, map[any]any{"same": []any{"a", 0}, "changed": []any{1, "b"}, 2: nil}) {
		t.Errorf("Replace changed its argument to %v", original)
	}
	if &got.(map[any]any)["same"].([]any)[0] != &same[0] {
		t.Error("a list in which nothing changed was copied")
	}
	if got, ok := value.Replace(same, scalar); ok || !reflect.DeepEqual(got, any(same)) {
		t.Errorf("Replace returned %v, %v where nothing changes", got, ok)
	}
}

// Replace must not visit an element once for each level above it.
func TestReplaceVisitsAnElementOnce(t *testing.T) {
	t.Parallel()
	var v any = 1
	const depth = 200
	for range depth {
		v = []any{v, "x"}
	}
	visits := 0
	value.Replace(v, func(v any) (any, bool) {
		visits++
		return scalar(v)
	})
	if visits != depth+1 {
		t.Errorf("%d visits of %d elements", visits, depth+1)
	}
}
