package eval

import (
	"testing"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/eval/evaltest"
	"github.com/aerostore/aerostore/internal/expr"
)

func TestExcludesSaysWhatIsFalseWhateverTheBinsAre(t *testing.T) {
	never, always := exp.SetName().Equal("other"), exp.SetName().Equal("set")
	one := exp.IntBin("n").Equal(1)
	for name, tt := range map[string]struct {
		filter exp.Bool
		want   bool
	}{
		"the set":                          {never, true},
		"the set itself":                   {always, false},
		"a constant":                       {exp.BoolVal(false), true},
		"a bin that is not equal":          {exp.IntBin("n").Equal(2), false},
		"a bin that is missing":            {exp.IntBin("gone").Equal(2), false},
		"whether a bin exists":             {exp.BinExists("gone"), false},
		"the type of a bin":                {exp.BinType("n").Equal(3), false},
		"an element of a list":             {exp.ListBin("l").Exists(cdt.Value(9)), false},
		"the user key":                     {exp.IntKey().Equal(2), false},
		"whether a key is stored":          {exp.Not(exp.KeyExists()), true},
		"a bin, or the set":                {exp.Or(one, never), false},
		"a bin, and the set":               {exp.And(exp.IntBin("n").Equal(2), never), true},
		"the set, and a bin":               {exp.And(always, exp.IntBin("n").Equal(2)), false},
		"a condition on a bin":             {exp.If(one, exp.BoolVal(false)).Else(exp.BoolVal(false)), false},
		"a condition on the set":           {exp.If(always, exp.BoolVal(false)).Else(one), true},
		"a variable that holds a bin":      {exp.Let("x", exp.IntBin("n"), func(x exp.Int) exp.Bool { return x.Equal(2) }), false},
		"a comparison that is never known": {exp.Unknown(), false},
	} {
		p, err := Compile(tt.filter.Node())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r := &record{set: "set", key: 1, bins: map[string]any{"n": 1}}
		if got := p.Excludes(r); got != tt.want {
			t.Errorf("%s: %t, want %t", name, got, tt.want)
		}
	}
}

// What is false without the bins does not match with any.
func TestNothingThatIsExcludedMatches(t *testing.T) {
	excluded := 0
	for seed := range uint64(3000) {
		g := evaltest.New(seed)
		r := &record{set: "exp", bins: g.Bins()}
		p, err := Compile(g.Expression(expr.BoolType, 4))
		if err != nil || !p.Excludes(r) {
			continue
		}
		excluded++
		for range 5 {
			if r.bins = g.Bins(); p.Matches(r) {
				t.Fatalf("seed %d: what is excluded matches", seed)
			}
		}
	}
	if excluded == 0 {
		t.Error("nothing was excluded")
	}
}
