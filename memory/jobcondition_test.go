package memory

import (
	"testing"

	"github.com/aerostore/aerostore"
)

// Between the scan and the change of a record another writer may change it.
func TestAJobChecksItsConditionWhenItChangesARecord(t *testing.T) {
	s := NewT(t)
	key := aerostore.NewKey("test", "users", 1)
	x := &execution{namespace: s.namespace("test"), job: aerostore.Job{
		Query:      aerostore.Query{Namespace: "test", Set: "users", Where: aerostore.Range("n", 1, 5)},
		Operations: []aerostore.Operation{aerostore.WriteBin("done", true)},
	}}
	x.options.Exists = aerostore.UpdateOnly
	x.where, x.refused = searchOf(x.job.Query.Where), x.plan.of(x.job.Operations, &x.options, 1)
	if code := x.apply(key); code != aerostore.CodeNotFound {
		t.Errorf("a missing record: %v", code)
	}
	for n, want := range map[int]aerostore.ResultCode{5: aerostore.CodeOK, 6: aerostore.CodeNotFound} {
		if err := s.Put(t.Context(), key, aerostore.Bins{"n": n}, aerostore.Replace); err != nil {
			t.Fatal(err)
		}
		if code := x.apply(key); code != want {
			t.Errorf("n = %d: %v, want %v", n, code, want)
		}
		if r, err := s.Get(t.Context(), key); err != nil || (r.Bins["done"] != nil) != (want == aerostore.CodeOK) {
			t.Errorf("n = %d: %v, %v", n, r, err)
		}
	}
}
