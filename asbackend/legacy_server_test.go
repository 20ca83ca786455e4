package asbackend_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/servertest"
)

// Old clients of other languages wrote blobs in formats of their languages.
func TestBlobsOfOtherLanguagesArePreserved(t *testing.T) {
	t.Parallel()
	if servertest.IsEmulated() {
		t.Skip("the emulator refuses the blobs: its store has no value for them")
	}
	s, set := dial(t)
	for _, particle := range []int{7, 8, 9, 10, 12} {
		t.Run(fmt.Sprint("particle type ", particle), func(t *testing.T) {
			k := key(set, particle)
			asKey, err := as.NewKey(namespace, set, particle)
			if err != nil {
				t.Fatal(err)
			}
			blob := as.NewBin("blob", as.NewRawBlobValue(particle, []byte{1, 2, 3}))
			if err := s.Client().PutBins(nil, asKey, as.NewBin("n", 1), blob); err != nil {
				t.Fatal(err)
			}
			want := aerostore.Bins{"n": 1, "blob": aerostore.Unreadable{}}
			r := wantBins(t, s, k, want)
			if err := s.Put(t.Context(), k, r.Bins); !errors.Is(err, aerostore.ErrInvalid) {
				t.Errorf("it was written back: %v", err)
			}
			batch, err2 := s.BatchRead(t.Context(), []aerostore.Key{k, key(set, "none")}, nil)
			if err2 != nil || !reflect.DeepEqual(batch[0].Record.Bins, want) {
				t.Errorf("in a batch: %v %v", batch, err2)
			}
			for name, ops := range map[string][]aerostore.Operation{
				"all":               {aerostore.ReadAll()},
				"each":              {aerostore.ReadBin("n"), aerostore.ReadBin("blob")},
				"beside a write":    {aerostore.ReadBin("n"), aerostore.ReadBin("blob"), aerostore.WriteBin("m", 1)},
				"beside a missing":  {aerostore.ReadBin("n"), aerostore.ReadBin("blob"), aerostore.ReadBin("none")},
				"beside the header": {aerostore.ReadHeader(), aerostore.ReadBin("n"), aerostore.ReadBin("blob"), aerostore.WriteBin("m", nil)},
			} {
				r, err := s.Operate(t.Context(), k, ops)
				if err != nil || r.Bins["blob"] != (aerostore.Unreadable{}) || r.Bins["n"] != 1 {
					t.Errorf("Operate, %s: %v %v", name, r, err)
				}
			}
			delete(r.Bins, "blob")
			if err := s.Put(t.Context(), k, r.Bins); err != nil {
				t.Fatal(err)
			}
			r2, err3 := s.Get(t.Context(), k)
			if err3 != nil || r2.Bins["blob"] != (aerostore.Unreadable{}) {
				t.Errorf("afterwards: %v %v", r2, err3)
			}
		})
	}
}
