package exp_test

import (
	"strings"
	"testing"

	"github.com/aerostore/aerostore/exp"
)

// An expression that contains another twice on each of many levels is small, and its form
// for the server is not.
func TestAnExpressionThatSharesItsPartsIsRefused(t *testing.T) {
	t.Parallel()
	shared := map[string]func(exp.Int) exp.Int{
		"sums":      func(e exp.Int) exp.Int { return exp.Add(e, e) },
		"quotients": func(e exp.Int) exp.Int { return exp.Divide(e, e) },
		"rests":     func(e exp.Int) exp.Int { return exp.Mod(e, e) },
		"conditions": func(e exp.Int) exp.Int {
			return exp.If(e.Equal(1), e).Else(e)
		},
		"lists": func(e exp.Int) exp.Int { return exp.ListBin("l").Append(e).Append(e).Size() },
	}
	for name, twice := range shared {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := exp.IntBin("n")
			for range 60 {
				e = twice(e)
			}
			if _, err := exp.Encode(e); err == nil || !strings.Contains(err.Error(), "too big") {
				t.Errorf("Encode failed with %v", err)
			}
			if _, err := e.Node().Pack(); err == nil || !strings.Contains(err.Error(), "too big") {
				t.Errorf("Pack failed with %v", err)
			}
			for _, text := range []string{e.String(), e.Source()} {
				if len(text) > 2<<20 || !strings.Contains(text, "…") {
					t.Errorf("the text has %d bytes", len(text))
				}
			}
		})
	}
}

func TestALargeExpressionIsEncoded(t *testing.T) {
	t.Parallel()
	tests := make([]exp.Bool, 100_000)
	for i := range tests {
		tests[i] = exp.IntBin("n").Equal(i)
	}
	if _, err := exp.Encode(exp.Or(tests...)); err != nil {
		t.Error(err)
	}
}
