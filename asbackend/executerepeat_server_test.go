package asbackend_test

import (
	"context"
	"testing"

	"github.com/aerostore/aerostore"
)

func TestAJobThatWouldAddUpIsRefused(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	index := aerostore.Index{Namespace: namespace, Set: set, Name: set, Bin: "list", Type: aerostore.IndexInt, Collection: aerostore.IndexList}
	if err := s.CreateIndex(t.Context(), index); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.DropIndex(context.Background(), index) })
	elements := make([]int, 250)
	for i := range elements {
		elements[i] = i
	}
	key := aerostore.NewKey(namespace, set, 1)
	if err := s.Put(t.Context(), key, aerostore.Bins{"list": elements, "n": 0}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		where aerostore.Predicate
		op    aerostore.Operation
		want  int64
		code  aerostore.ResultCode
	}{
		{aerostore.Range("list", 0, 1000).InList(), aerostore.AddBin("n", 1), 0, aerostore.CodeUnsupportedFeature},
		{aerostore.Equal("list", 7).InList(), aerostore.AddBin("n", 1), 1, aerostore.CodeOK},
		{aerostore.Range("list", 0, 1000).InList(), aerostore.WriteBin("n", 5), 5, aerostore.CodeOK},
	} {
		q := aerostore.Query{Namespace: namespace, Set: set, Where: tc.where}
		_, err := aerostore.Execute(t.Context(), s, q, []aerostore.Operation{tc.op})
		if tc.code == aerostore.CodeOK {
			if err != nil {
				t.Error(err)
			}
		} else {
			wantError(t, err, tc.code)
		}
		r, err := s.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := r.Int("n"); n != int(tc.want) {
			t.Errorf("%s: the bin is %d, want %d", tc.op.Name(), n, tc.want)
		}
	}
}
