package storetest

import (
	"context"
	"math"

	"github.com/aerostore/aerostore"
)

// A modifier is Append, Prepend or Increment, as a method and as an operation.
type modifier struct {
	name string
	do   func(s aerostore.Store, ctx context.Context, key aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) error
	step func(bin string, value any) aerostore.Operation
}

var (
	appending    = modifier{"Append", aerostore.Store.Append, aerostore.AppendBin}
	prepending   = modifier{"Prepend", aerostore.Store.Prepend, aerostore.PrependBin}
	incrementing = modifier{"Increment", aerostore.Store.Increment, aerostore.AddBin}
)

// A modification is the result of a modifier with an operand: another value of the
// bin or an error.
type modification struct {
	by           modifier
	name         string
	old, operand any // old is nil for a missing bin
	new          any
	fails        error
}

func modifyCases() []testCase {
	const (
		joins    = "the values are joined if both are strings or both byte slices"
		mismatch = "values of other types fail with ErrBinType, and the bin stays unchanged"
		sums     = "the numbers are added if both are integers or both float64"
		wraps    = "integers wrap at 64 bits without an error"
		empty    = "a missing bin counts as empty or zero"
	)
	rows := map[string][]modification{
		joins: {
			{by: appending, name: "joins two strings", old: "ab", operand: "c", new: "abc"},
			{by: appending, name: "joins two byte slices", old: []byte{1, 2}, operand: []byte{3}, new: []byte{1, 2, 3}},
			{by: appending, name: "joins a string and an empty one", old: "ab", operand: "", new: "ab"},
			{by: prepending, name: "joins two strings", old: "bc", operand: "a", new: "abc"},
			{by: prepending, name: "joins two byte slices", old: []byte{2, 3}, operand: []byte{1}, new: []byte{1, 2, 3}},
		},
		sums: {
			{by: incrementing, name: "adds two integers", old: 40, operand: 2, new: 42},
			{by: incrementing, name: "adds a negative integer", old: 1, operand: -3, new: -2},
			{by: incrementing, name: "adds an int8", old: 1, operand: int8(2), new: 3},
			{by: incrementing, name: "adds two float64", old: 1.5, operand: 0.25, new: 1.75},
		},
		wraps: {
			{by: incrementing, name: "wraps at the largest integer", old: math.MaxInt64, operand: 1, new: math.MinInt64},
			{by: incrementing, name: "wraps at the smallest integer", old: math.MinInt64, operand: -1, new: math.MaxInt64},
		},
		empty: {
			{by: appending, name: "creates a bin with a string", operand: "x", new: "x"},
			{by: appending, name: "creates a bin with a byte slice", operand: []byte{1}, new: []byte{1}},
			{by: prepending, name: "creates a bin with a string", operand: "x", new: "x"},
			{by: incrementing, name: "creates a bin with an integer", operand: 7, new: 7},
			{by: incrementing, name: "creates a bin with a float64", operand: 0.5, new: 0.5},
		},
		mismatch: {
			{by: appending, name: "refuses a string for an integer", old: 1, operand: "x", fails: aerostore.ErrBinType},
			{by: appending, name: "refuses a string for a list", old: []any{"x"}, operand: "x", fails: aerostore.ErrBinType},
			{by: appending, name: "refuses a string for a byte slice", old: []byte{1}, operand: "x", fails: aerostore.ErrBinType},
			{by: appending, name: "refuses a byte slice for a string", old: "x", operand: []byte{1}, fails: aerostore.ErrBinType},
			{by: prepending, name: "refuses a string for an integer", old: 1, operand: "x", fails: aerostore.ErrBinType},
			{by: prepending, name: "refuses a byte slice for a string", old: "x", operand: []byte{1}, fails: aerostore.ErrBinType},
			{by: incrementing, name: "refuses an integer for a string", old: "1", operand: 1, fails: aerostore.ErrBinType},
			{by: incrementing, name: "refuses a float64 for an integer", old: 1, operand: 1.5, fails: aerostore.ErrBinType},
			{by: incrementing, name: "refuses an integer for a float64", old: 1.5, operand: 1, fails: aerostore.ErrBinType},
			{by: incrementing, name: "refuses an integer for a list", old: []any{1}, operand: 1, fails: aerostore.ErrBinType},
		},
	}
	var cases []testCase
	for _, why := range []string{joins, sums, wraps, empty, mismatch} {
		for _, row := range rows[why] {
			cases = append(cases, testCase{name: row.by.name + " " + row.name, why: why, run: row.try})
		}
	}
	for _, by := range []modifier{appending, prepending, incrementing} {
		cases = append(cases, by.cases()...)
	}
	return cases
}

func (m modification) try(t *trial) {
	for _, do := range []func(key aerostore.Key) error{
		func(key aerostore.Key) error {
			return m.by.do(t.store, t.Context(), key, aerostore.Bins{"v": m.operand})
		},
		func(key aerostore.Key) error {
			_, err := t.store.Operate(t.Context(), key, []aerostore.Operation{m.by.step("v", m.operand)})
			return err
		},
	} {
		key := t.key()
		bins := aerostore.Bins{"other": 1}
		if m.old != nil {
			bins["v"] = m.old
		}
		t.put(key, bins)
		err := do(key)
		if m.fails != nil {
			t.fails(err, m.fails)
			t.unchanged(key, bins)
			continue
		}
		t.ok(err)
		t.holds(key, aerostore.Bins{"v": m.new, "other": 1})
		t.equal("Generation", t.get(key).Generation, uint32(2))
	}
}

// cases returns the cases that Append, Prepend and Increment share.
func (m modifier) cases() []testCase {
	operand, bad := any("x"), any([]any{1})
	if m.name == incrementing.name {
		operand = 1
	}
	return []testCase{
		{
			name: m.name + " creates a missing record",
			why:  "a missing record is created",
			run: func(t *trial) {
				key := t.key()
				t.ok(m.do(t.store, t.Context(), key, aerostore.Bins{"v": operand}))
				t.unchanged(key, aerostore.Bins{"v": operand})
			},
		},
		{
			name: m.name + " changes several bins",
			why:  "all bins change in one write",
			run: func(t *trial) {
				key := t.key()
				t.ok(m.do(t.store, t.Context(), key, aerostore.Bins{"v": operand, "w": operand}))
				t.unchanged(key, aerostore.Bins{"v": operand, "w": operand})
			},
		},
		{
			name: m.name + " changes all bins or none",
			why:  "one bin that cannot change leaves all bins unchanged",
			run: func(t *trial) {
				key := t.key()
				was := aerostore.Bins{"a": operand, "b": bad, "c": operand}
				t.put(key, was)
				err := m.do(t.store, t.Context(), key, aerostore.Bins{"a": operand, "b": operand, "c": operand})
				t.fails(err, aerostore.ErrBinType)
				t.unchanged(key, was)
			},
		},
	}
}
