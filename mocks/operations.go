package mocks

import (
	"fmt"
	"strings"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
)

// Operations returns a matcher of a []aerostore.Operation with the same operations in the
// same order. Operations are the same if they have the same [aerostore.Operation.Source],
// and their expressions are equal. The message of a mismatch has one operation a line, with
// all values, and marks those that differ.
//
// Expected calls of Operate and BatchOperate of a MockStore use the matcher for a slice of
// operations. Call Operations for a mock of another interface.
func Operations(want ...aerostore.Operation) gomock.Matcher {
	return sources(want)
}

// operations are operations in a form that is compared.
type operations []operation

// An operation has its source, and the form of its expression that servers take: the
// source does not have the types of bins.
type operation struct{ source, packed string }

func sources(ops []aerostore.Operation) operations {
	texts := make(operations, len(ops))
	for i, o := range ops {
		texts[i].source = o.Source()
		if op := o.Exp(); op != nil {
			texts[i].packed, _ = exp.EncodeBase64(op.Expression)
		}
	}
	return texts
}

// Matches implements [gomock.Matcher].
func (want operations) Matches(x any) bool {
	ops, ok := x.([]aerostore.Operation)
	if !ok {
		return false
	}
	got := sources(ops)
	return want.same(got) == len(want) && len(want) == len(got)
}

// same returns how many operations are the same from the first on.
func (want operations) same(got operations) int {
	n := min(len(want), len(got))
	for i := range n {
		if want[i] != got[i] {
			return i
		}
	}
	return n
}

// String implements [gomock.Matcher].
func (want operations) String() string {
	var t text
	t.count(len(want))
	t.lines(same, want)
	return t.b.String()
}

// Got implements [gomock.GotFormatter].
func (want operations) Got(x any) string {
	ops, ok := x.([]aerostore.Operation)
	if !ok {
		return fmt.Sprintf("%v (%T)", x, x)
	}
	got := sources(ops)
	before := want.same(got)
	wanted, other := want[before:], got[before:]
	after := 0
	for after < min(len(wanted), len(other)) && wanted[len(wanted)-1-after] == other[len(other)-1-after] {
		after++
	}
	wanted, other = wanted[:len(wanted)-after], other[:len(other)-after]

	var t text
	t.count(len(got))
	t.b.WriteString(" (- want, + got)")
	t.lines(same, got[:before])
	for i := range min(len(wanted), len(other)) {
		if wanted[i] == other[i] {
			t.lines(same, wanted[i:i+1])
			continue
		}
		wanted, other := wanted[i], other[i]
		if wanted.source == other.source {
			wanted.source += " // " + wanted.packed
			other.source += " // " + other.packed
		}
		t.lines(missing, operations{wanted})
		t.lines(extra, operations{other})
	}
	n := min(len(wanted), len(other))
	t.lines(missing, wanted[n:])
	t.lines(extra, other[n:])
	t.lines(same, got[len(got)-after:])
	return t.b.String()
}

// The marks of lines.
const (
	same    = ' '
	missing = '-'
	extra   = '+'
)

// A text is that of a message.
type text struct{ b strings.Builder }

func (t *text) count(n int) {
	if n == 1 {
		t.b.WriteString("1 operation")
	} else {
		fmt.Fprintf(&t.b, "%d operations", n)
	}
}

func (t *text) lines(mark rune, ops operations) {
	for _, o := range ops {
		fmt.Fprintf(&t.b, "\n\t%c %s", mark, o.source)
	}
}
