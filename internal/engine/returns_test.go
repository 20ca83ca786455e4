package engine_test

import (
	"math/rand/v2"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/engine/enginetest"
)

// TestTableSaysWhatReturnsAndCreates holds the table of kinds to what random
// operations do.
func TestTableSaysWhatReturnsAndCreates(t *testing.T) {
	t.Parallel()
	var returned, created [256]bool
	random := rand.New(rand.NewPCG(1, 2))
	for range 4000 {
		for _, of := range families {
			data := make([]byte, 200)
			for i := range data {
				data[i] = byte(random.Uint32())
			}
			s := enginetest.NewSource(data)
			var bin any
			if s.Draw(3) > 0 {
				bin = s.Bin(of)
			}
			for !s.Done() {
				op := s.Op(of)
				missing := bin == nil
				after, result, err := engine.Apply(bin, op, nil)
				if err != nil {
					continue
				}
				bin = after
				if missing && bin != nil {
					created[op.Kind] = true
					if s.Draw(2) == 0 {
						bin = nil
					}
				}
				if result == nil {
					continue
				}
				returned[op.Kind] = true
				if !op.Returns() {
					t.Fatalf("%s returns %v, and Returns reports that it cannot", op.Kind, result)
				}
			}
		}
	}
	for k := cdt.Kind(1); k.Family() != 0; k++ {
		op := cdt.Op{Kind: k, Give: cdt.Elements.Number()}
		if op.Returns() != returned[k] {
			t.Errorf("%s: Returns reports %v, but it returned something: %v", k, op.Returns(), returned[k])
		}
		if k == cdt.MapReplace || k == cdt.MapReplaceAll {
			continue // they begin with an empty map, in which they replace nothing
		}
		if k.Creates() != created[k] {
			t.Errorf("%s: Creates reports %v, but it created a bin: %v", k, k.Creates(), created[k])
		}
	}
}
