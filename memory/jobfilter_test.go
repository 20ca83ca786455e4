package memory_test

import (
	"errors"
	"testing"

	"github.com/aerostore/aerostore"
)

// A server refuses such a job before it begins, whether there are records or not.
func TestAJobWithAFilterThatNoServerEvaluatesIsRefused(t *testing.T) {
	t.Parallel()
	s := filled(t, 3)
	q := everyUser
	q.Options = []aerostore.ReadOption{unfit(t)}
	p, err := aerostore.Execute(t.Context(), s, q, addOne)
	if !errors.Is(err, aerostore.ErrParameter) || aerostore.InDoubt(err) || p != (aerostore.Progress{}) {
		t.Errorf("%v, %v (in doubt: %t)", p, err, aerostore.InDoubt(err))
	}
}
