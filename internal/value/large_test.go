package aerostore_test

import (
	"strings"
	"testing"

	value "github.com/aerostore/aerostore/internal/value"
)

// Values that contain the same list or map twice, on each of 100 levels, are looked at no
// longer than it takes to find that no record holds them.
func TestSharedPartsAreNotLookedAtWithoutEnd(t *testing.T) {
	t.Parallel()
	for name, twice := range map[string]func(v any) any{
		"list":                  func(v any) any { return []any{v, v} },
		"map":                   func(v any) any { return map[any]any{1: v, 2: v} },
		"pairs":                 func(v any) any { return []value.MapPair{{Key: 1, Value: v}, {Key: 2, Value: v}} },
		"map of strings":        func(v any) any { return map[string]any{"a": v, "b": v} },
		"list of maps":          func(v any) any { m := map[string]any{"a": v}; return []map[string]any{m, m} },
		"list of another type":  func(v any) any { return [][]any{{v}, {v}} },
		"list with empty lists": func(v any) any { return []any{v, []any{}, v} },
	} {
		v := any(1)
		for range 100 {
			v = twice(v)
		}
		if reason := value.Check(v); !strings.Contains(reason, "larger than 8 MiB") {
			t.Errorf("%s: %q", name, reason)
		}
		if name != "list" && name != "pairs" { // the others take longer
			continue
		}
		if _, err := value.Import(v); err == nil || !strings.Contains(err.Error(), "larger than 8 MiB") {
			t.Errorf("%s: Import says %v", name, err)
		}
		value.Canonical(v)
		value.CanonicalEach(v)
	}
	if reason := value.Check(make([]any, value.MaxRecord/2)); reason != "" {
		t.Errorf("a list of half the size of a record: %s", reason)
	}
}
