package storetest

import (
	"fmt"
	"math"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// numbers returns the integers from one up to another.
func numbers(from, to int) []any {
	var values []any
	for n := from; n < to; n++ {
		values = append(values, n)
	}
	return values
}

func hllCases() []testCase {
	h := aerostore.HLLBin("h")
	empty := emptyHLL()
	cases := casesOf("", []steps{
		{
			name: "Init creates a HyperLogLog", why: "Init returns nothing",
			ops: do(h.Create(4, 0).Init(), h.Describe()), each: []any{nil, []any{4, 0}}, leaves: aerostore.Bins{"h": empty},
		},
		{
			name: "Init empties a HyperLogLog", why: "-1 means the bits that the bin has",
			made: do(h.Create(4, 0).Add(1, 2)), ops: do(h.Init(), h.Count()), each: []any{nil, 0}, leaves: aerostore.Bins{"h": empty},
		},
		{
			name: "Init with CreateOnly refuses a bin that exists", why: "CreateOnly fails with CodeBinExists",
			made: do(h.Create(4, 0).Init()), ops: do(h.With(cdt.CreateOnly).Create(4, 0).Init()), fails: aerostore.CodeBinExists,
		},
		{
			name: "Init of bits that are out of range fails", why: "the index bits are from 4 to 16",
			ops: do(h.Create(17, 0).Init()), fails: aerostore.ErrParameter,
		},
		{
			name: "Count of a missing bin returns nothing", why: "a read of a missing bin is no error",
			bins: aerostore.Bins{"n": 1}, ops: do(h.Count(), h.Describe()), each: []any{nil, nil},
		},
		{
			name: "Fold of a missing bin fails", why: "there is nothing to fold",
			bins: aerostore.Bins{"n": 1}, ops: do(h.Fold(4)), fails: aerostore.CodeBinNotFound,
		},
		{
			name: "Add to another type fails", why: "a bin that is no HyperLogLog fails with ErrBinType",
			bins: aerostore.Bins{"h": []byte{1}}, ops: do(h.Create(4, 0).Add(1)), fails: aerostore.ErrBinType,
		},
	})
	return append(
		cases,
		testCase{
			name: "Add counts values", why: "the result is the number of entries that changed, and the estimate that of a server",
			run: func(t *trial) {
				r, err := t.store.Operate(t.Context(), t.key(), do(h.Create(8, 0).Add(numbers(0, 100)...), h.Create(8, 0).Add(1, 2, 3), h.Count(), h.Describe()))
				t.ok(err)
				for i, want := range []any{88, 0, 97, []any{8, 0}} {
					t.equal(fmt.Sprintf("the result of operation %d", i), r.Step(i).Value(), want)
				}
			},
		},
		testCase{
			name: "unions and intersections are counted", why: "the estimates are those of a server",
			run: func(t *trial) {
				key := t.key()
				r, err := t.store.Operate(t.Context(), key, do(h.Create(8, 0).Add(numbers(0, 100)...), aerostore.HLLBin("o").Create(8, 0).Add(numbers(50, 150)...), aerostore.ReadBin("o")))
				t.ok(err)
				other, err := r.Step(2).HLL()
				t.ok(err)
				r, err = t.store.Operate(t.Context(), key, do(
					h.UnionCount(other), h.IntersectCount(other), h.Similarity(other), h.Union(other),
					h.SetUnion(other), h.RefreshCount(), aerostore.ReadBin("h"), h.Fold(6), h.Count(),
				))
				t.ok(err)
				for i, want := range map[int]any{0: 148, 1: 51, 2: 0.34459459459459457, 4: nil, 5: 148, 7: nil, 8: 147} {
					t.equal(fmt.Sprintf("the result of operation %d", i), r.Step(i).Value(), want)
				}
				union, err := r.Step(3).HLL()
				t.ok(err)
				r, err = t.store.Operate(t.Context(), key, do(aerostore.WriteBin("h", union), h.Count()))
				t.ok(err)
				t.equal("the count of the union", r.Step(1).Value(), any(148))
			},
		},
		testCase{
			name: "the similarity of empty HyperLogLogs is NaN", why: "a server takes one of few values for empty if its minhash bits are many",
			run: func(t *trial) {
				for _, minhash := range []int{14, 15} {
					key := t.key()
					r, err := t.store.Operate(t.Context(), key, do(h.Create(4, minhash).Add(1), h.Count(), aerostore.ReadBin("h")))
					t.ok(err)
					same, err := r.Step(2).HLL()
					t.ok(err)
					r, err = t.store.Operate(t.Context(), key, do(h.IntersectCount(same), h.Similarity(same), h.Init(), h.Similarity(same)))
					t.ok(err)
					want := []any{1, 0.9999987284342448, nil, 0.0}
					if minhash == 15 {
						want = []any{0, math.NaN(), nil, math.NaN()}
					}
					for i, want := range want {
						t.equal(fmt.Sprintf("%d minhash bits: the result of operation %d", minhash, i), fmt.Sprint(r.Step(i).Value()), fmt.Sprint(want))
					}
				}
			},
		},
		testCase{
			name: "SetUnion of fewer index bits needs AllowFold", why: "without it SetUnion fails with CodeOpNotApplicable",
			run: func(t *trial) {
				key := t.key()
				r, err := t.store.Operate(t.Context(), key, do(h.Create(8, 0).Add("a"), aerostore.HLLBin("o").Create(6, 0).Add("b"), aerostore.ReadBin("o")))
				t.ok(err)
				other, err := r.Step(2).HLL()
				t.ok(err)
				_, err = t.store.Operate(t.Context(), key, do(h.SetUnion(other)))
				t.fails(err, aerostore.CodeOpNotApplicable)
				r, err = t.store.Operate(t.Context(), key, do(h.With(cdt.AllowFold).SetUnion(other), h.Count(), h.Describe()))
				t.ok(err)
				t.equal("the count", r.Step(1).Value(), any(2))
				t.equal("the bits", r.Step(2).Value(), any([]any{6, 0}))
			},
		},
	)
}
