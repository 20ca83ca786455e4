package cdt_test

import (
	"slices"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	value "github.com/aerostore/aerostore/internal/value"
)

func appendAt(path ...cdt.Step) cdt.Op {
	return cdt.Op{Kind: cdt.ListAppend, Path: path, Value: 1}
}

func selecting(kind cdt.Kind, s interface{ Selector() *cdt.Selector }) cdt.Op {
	return cdt.Op{Kind: kind, Select: s.Selector(), Give: cdt.KeyOf.Number()}
}

func TestCheckRefusesWhatMustNotBeSent(t *testing.T) {
	t.Parallel()
	for name, op := range map[string]cdt.Op{
		// What ends a server.
		"entries not among no keys":            selecting(cdt.MapGet, cdt.Not(cdt.Keys())),
		"entries not among no values":          selecting(cdt.MapGet, cdt.Not(cdt.Values())),
		"removal of entries not among no keys": selecting(cdt.MapRemove, cdt.Not(cdt.Keys())),
		"created at a negative index":          appendAt(cdt.Index(-1).Create(cdt.Unordered)),
		"created, ordered, at a negative index": appendAt(
			cdt.Key("a"), cdt.Index(-3).Create(cdt.Ordered)),
		"padded at a negative index":           appendAt(cdt.Index(-1).CreatePadded()),
		"shift left of a part":                 {Kind: cdt.BitLShift, Index: 8, Count: 16, Shift: 8, Flags: cdt.Partial.Number()},
		"shift right of a part":                {Kind: cdt.BitRShift, Index: -1, Count: 16, Shift: 30, Flags: cdt.NoFail.Number() | cdt.Partial.Number()},
		"entries not among no keys at a path":  {Kind: cdt.MapGet, Path: []cdt.Step{cdt.Index(0)}, Select: cdt.Not(cdt.Keys()).Selector()},
		"negative index in the middle of path": appendAt(cdt.Index(-1).Create(cdt.Unordered), cdt.Key("a")),

		// What keeps it busy.
		"padded to an index that no list has":           appendAt(cdt.Index(1 << 31).CreatePadded()),
		"created, ordered, at an index that none has":   appendAt(cdt.Index(1 << 31).Create(cdt.Ordered)),
		"padded to an index that fits no record at all": appendAt(cdt.Index(value.MaxRecord + 1).CreatePadded()),

		// What nothing finds again.
		"created key that is a float64":     appendAt(cdt.Key(1.5).Create(cdt.KeyOrdered)),
		"created key that is nil":           appendAt(cdt.Key(nil).Create(cdt.KeyOrdered)),
		"created key that is a list":        appendAt(cdt.Key([]any{1}).Create(cdt.Unordered)),
		"created key that cannot be stored": appendAt(cdt.Key(struct{}{}).Create(cdt.Unordered)),
		"created key that is a wildcard":    appendAt(cdt.Key(cdt.Wildcard).Create(cdt.Unordered)),

		// What no client can send.
		"no operation":             {},
		"unknown operation":        {Kind: 255},
		"operation of expressions": {Kind: cdt.HLLMayContain, Values: []any{1}},
		"HyperLogLog at a path":    {Kind: cdt.HLLGetCount, Path: []cdt.Step{cdt.Key("a")}},
		"get without a selector":   {Kind: cdt.ListGet},
		"removal without one":      {Kind: cdt.MapRemove},
		"selector that is zero":    selecting(cdt.ListGet, cdt.Many{}),
		"step that is nil":         appendAt(nil),
		"step that is zero":        appendAt(cdt.OneIndex{}),
		"creation that is zero":    appendAt(cdt.Creation{}),
		"key in a list":            selecting(cdt.ListGet, cdt.Key("a")),
		"keys in a list":           selecting(cdt.ListRemove, cdt.Keys("a")),
		"path beyond all levels":   appendAt(slices.Repeat([]cdt.Step{cdt.Key("a")}, 256)...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if op.Check() == nil {
				t.Error("Check returns no error")
			}
			for _, bin := range []any{nil, value.NewList(1, 2), &value.Map{}, []byte{1}} {
				_, _, _ = engine.Apply(value.Clone(bin), &op, nil) // must not panic
			}
		})
	}
}

func TestCheckPassesWhatAServerAnswers(t *testing.T) {
	t.Parallel()
	both := cdt.CreateOnly.Number() | cdt.UpdateOnly.Number()
	for name, op := range map[string]cdt.Op{
		"elements not among no values":                       selecting(cdt.ListGet, cdt.Not(cdt.Values())),
		"entries not among some":                             selecting(cdt.MapGet, cdt.Not(cdt.Keys("a"))),
		"entries among no keys":                              selecting(cdt.MapGet, cdt.Keys()),
		"interval with an end":                               selecting(cdt.MapGet, cdt.Between(1, 2)),
		"range without a count":                              {Kind: cdt.ListTrim, Count: -1},
		"range of a negative count":                          {Kind: cdt.ListTrim, Count: -1, Counted: true},
		"ranks of a negative count":                          selecting(cdt.MapGet, cdt.Ranks(0, -1)),
		"range of nothing":                                   selecting(cdt.ListGet, cdt.Indexes(-1, 0)),
		"created after the last":                             appendAt(cdt.Index(2).Create(cdt.Unordered)),
		"created at an index that none has, without padding": appendAt(cdt.Index(1 << 31).Create(cdt.Unordered)),
		"the last, if there is one":                          appendAt(cdt.Index(-1)),
		"created key that is a []byte":                       appendAt(cdt.Key([]byte{1}).Create(cdt.KeyOrdered)),
		"key of another type that is not created":            appendAt(cdt.Key(1.5)),
		"shift":                   {Kind: cdt.BitLShift, Count: 8, Shift: 3, Flags: cdt.NoFail.Number()},
		"part of the bits":        {Kind: cdt.BitSet, Count: 8, Value: []byte{1}, Flags: cdt.Partial.Number()},
		"flags that contradict":   {Kind: cdt.MapPut, Key: "a", Value: 1, Flags: both},
		"path through all levels": appendAt(slices.Repeat([]cdt.Step{cdt.Key("a")}, 255)...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := op.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}
