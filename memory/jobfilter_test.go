package memory_test

import (
	"errors"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
)

// A server refuses such a job before it begins, whether there are records or not.
func TestAJobWithAFilterThatNoServerEvaluatesIsRefused(t *testing.T) {
	t.Parallel()
	packed, err := exp.Encode(exp.IntBin("n").Equal(1))
	if err != nil {
		t.Fatal(err)
	}
	packed[len(packed)-1] = 0xc2 // false instead of 1
	broken, err := exp.Decode[exp.Bool](packed)
	if err != nil {
		t.Fatal(err)
	}
	s := filled(t, 3)
	q := everyUser
	q.Options = []aerostore.ReadOption{aerostore.Filter(broken)}
	p, err := aerostore.Execute(t.Context(), s, q, addOne)
	if !errors.Is(err, aerostore.ErrParameter) || aerostore.InDoubt(err) || p != (aerostore.Progress{}) {
		t.Errorf("%v, %v (in doubt: %t)", p, err, aerostore.InDoubt(err))
	}
}
