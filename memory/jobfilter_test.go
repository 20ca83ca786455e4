package memory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
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

func TestAJobWithAnExpressionThatNoServerEvaluatesIsRefused(t *testing.T) {
	t.Parallel()
	ops := []aerostore.Operation{aerostore.WriteBin("n", 1), aerostore.WriteExp("fits", exp.Bool(unfit(t)))}
	for _, records := range []int{0, 3} {
		s := filled(t, records)
		mustPut(t, s, key("gone"), bins{"n": 0})
		if _, err := s.Remove(t.Context(), key("gone")); err != nil {
			t.Fatal(err)
		}
		p, err := aerostore.Execute(t.Context(), s, everyUser, ops)
		if !errors.Is(err, aerostore.ErrParameter) || aerostore.InDoubt(err) || p != (aerostore.Progress{}) || !strings.Contains(err.Error(), `"fits"`) {
			t.Errorf("%d records: %v, %v (in doubt: %t)", records, p, err, aerostore.InDoubt(err))
		}
		if n := sum(t, s); n != 0 {
			t.Errorf("records were changed: the sum is %d", n)
		}
	}
}
