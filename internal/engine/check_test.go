package engine

import (
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

func TestCheckRefusesWhatEndsAServer(t *testing.T) {
	list := value.NewList(1, 2)
	m, err := value.NewMap(value.Unordered, value.MapPair{Key: "a", Value: 1})
	if err != nil {
		t.Fatal(err)
	}
	at := func(step cdt.Step) *cdt.Op { return &cdt.Op{Kind: cdt.ListAppend, Path: []cdt.Step{step}, Value: 1} }
	for name, c := range map[string]struct {
		bin any
		op  *cdt.Op
	}{
		"map entries not among no keys":   {m, &cdt.Op{Kind: cdt.MapGet, Select: cdt.Not(cdt.Keys()).Selector(), Give: giveKey}},
		"map entries not among no values": {m, &cdt.Op{Kind: cdt.MapRemove, Select: cdt.Not(cdt.Values()).Selector(), Give: giveKey}},
		"created at a negative index":     {list, at(cdt.Index(-3).Create(cdt.Ordered))},
		"padded at a negative index":      {list, at(cdt.Index(-3).CreatePadded())},
		"padded to a huge index":          {list, at(cdt.Index(1 << 31).CreatePadded())},
		"left shift of a part":            {[]byte{1}, &cdt.Op{Kind: cdt.BitLShift, Count: 16, Shift: 30, Flags: partial}},
		"right shift of a part":           {[]byte{1}, &cdt.Op{Kind: cdt.BitRShift, Count: 16, Shift: 30, Flags: partial}},
		"negative count":                  {m, &cdt.Op{Kind: cdt.MapGet, Select: cdt.Indexes(-1, -1).Selector(), Give: giveKey}},
		"negative count of a range":       {list, &cdt.Op{Kind: cdt.ListGetRange, Index: -1, Count: -1, Counted: true}},
		"created key of another type":     {m, at(cdt.Key(1.5).Create(cdt.KeyOrdered))},
		"step that selects nothing":       {list, at(cdt.OneIndex{})},
	} {
		if c.op.Check() == nil {
			t.Errorf("%s is not refused", name)
		}
		Apply(value.Clone(c.bin), c.op, nil) // must not panic
	}
	for name, op := range map[string]*cdt.Op{
		"list elements not among no values": {Kind: cdt.ListGet, Select: cdt.Not(cdt.Values()).Selector()},
		"map entries not among some":        {Kind: cdt.MapGet, Select: cdt.Not(cdt.Keys("a")).Selector()},
		"created after the last":            at(cdt.Index(2).Create(cdt.Unordered)),
		"the last, if there is one":         at(cdt.Index(-1)),
		"shift":                             {Kind: cdt.BitLShift, Count: 8, Shift: 3, Flags: noFail},
		"part of the bits":                  {Kind: cdt.BitSet, Count: 8, Value: []byte{1}, Flags: partial},
	} {
		if err := op.Check(); err != nil {
			t.Errorf("%s is refused: %v", name, err)
		}
	}
}
