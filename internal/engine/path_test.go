package engine

import (
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// What a server answers where there is nothing for a write that creates nothing.
func TestWritesWhereThereIsNothing(t *testing.T) {
	t.Parallel()
	key := []cdt.Step{cdt.Key("k")}
	creating := []cdt.Step{cdt.Key("k").Create(cdt.KeyOrdered)}
	for name, c := range map[string]struct {
		bin  any
		op   cdt.Op
		code Code // 0: it succeeds and changes nothing
	}{
		"sort of a missing bin":                          {nil, cdt.Op{Kind: cdt.ListSort}, BinType},
		"sort at a path that creates, of a missing bin":  {nil, cdt.Op{Kind: cdt.ListSort, Path: creating}, BinType},
		"sort at a path, of a missing bin":               {nil, cdt.Op{Kind: cdt.ListSort, Path: key}, NotApplicable},
		"sort at a path that creates, in a map":          {&value.Map{}, cdt.Op{Kind: cdt.ListSort, Path: creating}, 0},
		"clear of a missing bin":                         {nil, cdt.Op{Kind: cdt.ListClear}, 0},
		"clear at a path that creates, of a missing bin": {nil, cdt.Op{Kind: cdt.ListClear, Path: creating}, 0},
		"clear at a path, of a missing bin":              {nil, cdt.Op{Kind: cdt.ListClear, Path: key}, NotApplicable},
		"map clear of a missing bin":                     {nil, cdt.Op{Kind: cdt.MapClear, Path: creating}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var code Code
			after, result, err := Apply(value.Clone(c.bin), &c.op, nil)
			if refused, ok := err.(*Error); ok {
				code = refused.Code
			}
			if code != c.code || result != nil || !value.Identical(after, c.bin) {
				t.Errorf("got %v, %v, %v; want code %d", after, result, err, c.code)
			}
		})
	}
}

// A server that creates an unordered map for a put keeps no index with it. That shows in
// what it inverts.
func TestMapsThatArePutKeepAnIndexInOrderAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind    cdt.Kind
		order   value.Order
		indexed bool
	}{
		{cdt.MapPut, value.Unordered, false},
		{cdt.MapIncrement, value.Unordered, false},
		{cdt.MapPut, value.Ordered, true},
		{cdt.MapAdd, value.KeyValueOrdered, true},
		{cdt.MapSetOrder, value.Unordered, true},
	} {
		bin, _, err := Apply(nil, &cdt.Op{Kind: c.kind, Key: 0, Value: 1, Order: c.order, Stored: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if m := bin.(*value.Map); m.Indexed != c.indexed || m.Order != c.order {
			t.Errorf("%s with order %d: order %d, indexed %v", c.kind, c.order, m.Order, m.Indexed)
		}
		_, _, err = Apply(bin, &cdt.Op{Kind: cdt.MapGet, Select: cdt.Key(2).Selector().Invert(), Give: giveValue}, nil)
		if (err == nil) != c.indexed {
			t.Errorf("%s with order %d: a key that is not found, inverted: %v", c.kind, c.order, err)
		}
	}
}

// A flag that refuses a write leaves nothing of the path that would lead to it.
func TestRefusedWritesCreateNoPath(t *testing.T) {
	t.Parallel()
	op := &cdt.Op{
		Kind: cdt.ListSet, Path: []cdt.Step{cdt.Index(4).CreatePadded()}, Index: 5, Value: "a",
		Flags: insertBounded | noFail, Values: []any{}, // which it does not read
	}
	after, _, err := Apply(&value.List{}, op, nil)
	if err != nil || len(after.(*value.List).Items) != 0 {
		t.Errorf("got %v, %v", value.Export(after), err)
	}
}

// A server stores an index with the map in a bin alone.
func TestMapsAtAPathKeepNoIndex(t *testing.T) {
	t.Parallel()
	path := []cdt.Step{cdt.Key("n").Create(cdt.Unordered)}
	for _, kind := range []cdt.Kind{cdt.MapSetOrder, cdt.MapPut} {
		bin, _, err := Apply(nil, &cdt.Op{Kind: kind, Path: path, Key: 0, Value: 1, Stored: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if bin.(*value.Map).Pairs[0].Value.(*value.Map).Indexed {
			t.Errorf("%s at a path keeps an index", kind)
		}
	}
}
