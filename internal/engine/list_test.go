package engine

import (
	"errors"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// The answers are those of Aerospike Community Edition 8.1.0.3. An increment may leave an
// element as it was: by 0, by a fraction of an integer, or of a large float.
func TestIncrementsThatAddUniqueAnswerAsAServer(t *testing.T) {
	const large = 9007199254740992.0 // and 1 is the same
	tests := map[string]struct {
		order   value.Order
		items   []any
		index   int
		add     any
		refused bool
	}{
		"the first of its equals":            {value.Ordered, []any{1, 3, 3, 3}, -3, 0.5, false},
		"the second of its equals":           {value.Ordered, []any{1, 3, 3, 3}, -2, 0.5, true},
		"the last of its equals":             {value.Ordered, []any{1, 3, 3, 3}, -1, 0, true},
		"the first of large floats":          {value.Ordered, []any{1, large, large}, 1, 1, false},
		"the second of large floats":         {value.Ordered, []any{1, large, large}, 2, 1, true},
		"no equals":                          {value.Ordered, []any{1, 3, 4}, 1, 0.5, false},
		"becomes another":                    {value.Ordered, []any{1, 3, 4}, 1, 1, true},
		"becomes a float that an integer is": {value.Ordered, []any{2, 1.0}, 1, 1, false},
		"beyond the end, becomes another":    {value.Ordered, []any{1, 3}, 2, 1, true},
		"unordered, the first of its equals": {value.Unordered, []any{1, 3, 3, 3}, -3, 0.5, true},
		"unordered, no equals":               {value.Unordered, []any{1, 3, 4}, 1, 0.5, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			list, _, err := Apply(nil, &cdt.Op{Kind: cdt.ListAppend, Values: test.items, Order: test.order}, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = Apply(list, &cdt.Op{Kind: cdt.ListIncrement, Index: test.index, Value: test.add, Flags: addUnique}, nil)
			if e, failed := errors.AsType[*Error](err); failed != test.refused || failed && e.Code != ElementExists {
				t.Errorf("fails with %v; the server refuses: %v", err, test.refused)
			}
		})
	}
}
