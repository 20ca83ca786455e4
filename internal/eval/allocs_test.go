//go:build !race

// The race detector makes its own allocations.

package eval

import (
	"testing"

	"github.com/aerostore/aerostore/exp"
)

func TestFiltersAllocateNothing(t *testing.T) {
	r := &record{set: "users", bins: map[string]any{"age": 1000, "country": "FR", "f": 0.5, "b": []byte{1}}}
	for _, e := range []exp.Bool{
		exp.And(exp.IntBin("age").AtLeast(500), exp.StringBin("country").Equal("FR")),
		exp.Greater(exp.Add(exp.IntBin("age"), exp.IntVal(1000)), exp.IntBin("age")),
		exp.Let("x", exp.FloatBin("f"), func(x exp.Float) exp.Bool { return exp.Or(x.Less(0), x.AtMost(0.5)) }),
		exp.If(exp.BinExists("b"), exp.BytesBin("b").Equal([]byte{1})).Else(exp.BoolVal(false)),
		exp.StringBin("country").Matches("^F[A-Z]$", exp.Extended),
		exp.TTL().Less(0),
	} {
		p, err := Compile(e.Node())
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() {
			if !p.Matches(r) {
				t.Error("it does not match")
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", e.Source(), n)
		}
	}
}
