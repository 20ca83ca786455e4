package asbackend_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	value "github.com/aerostore/aerostore/internal/value"
)

// TestHLLsFollowTheModel compares what a server and package engine make of random
// HyperLogLogs: empty, of few elements and many, the same several times, of all numbers of
// bits, and of bytes that no elements lead to. AEROSTORE_RUNS is the number of cases, in
// tens, and AEROSTORE_SEED the seed.
func TestHLLsFollowTheModel(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k := key(set, "hll")
	client, err := as.NewKey(k.Namespace(), k.Set(), k.ID())
	if err != nil {
		t.Fatal(err)
	}
	random := hllSource{rand.New(rand.NewPCG(uint64(number("AEROSTORE_SEED", 1)), 0))}
	compared, rounded := 0, 0
	for range 10 * number("AEROSTORE_RUNS", 15) {
		bin, others := random.hlls(t)
		for _, op := range []cdt.Op{
			{Kind: cdt.HLLGetCount},
			{Kind: cdt.HLLGetUnion, Values: others},
			{Kind: cdt.HLLGetUnionCount, Values: others},
			{Kind: cdt.HLLGetIntersectCount, Values: others},
			{Kind: cdt.HLLGetSimilarity, Values: others},
			{Kind: cdt.HLLFold, Index: 3 + random.IntN(14)},
			{Kind: cdt.HLLSetUnion, Values: others, Flags: uint8(cdt.AllowFold) * uint8(random.IntN(2))},
			{Kind: cdt.HLLRefreshCount},
		} {
			if err := s.Client().PutBins(nil, client, as.NewBin("b", asbackend.RawValue(bin))); err != nil {
				t.Fatal(err)
			}
			after, result, failed := engine.Apply(value.Clone(bin), &op, nil)
			r, err := s.Operate(t.Context(), k, []aerostore.Operation{aerostore.OperationOf("b", op), aerostore.ReadBin("b")})
			servers := r.Step(0).Value()
			if x, ok := result.(float64); ok {
				// The last digit depends on the server's power function.
				if y, ok := servers.(float64); ok && x != y && math.Abs(x-y) < 1e-12 {
					servers = result
					rounded++
				}
			}
			want, got := outcome(failed, result, after), outcome(err, servers, r.Step(1).Value())
			if want != got {
				t.Fatalf("%s: %.200s, the server %.200s, for%s", op.Kind, want, got, bitsAndCounts(bin, others))
			}
			compared++
		}
	}
	t.Logf("%d operations compared, %d differ in the last digits of a similarity", compared, rounded)
}

// outcome is the code of an error, or what an operation returned and left in the bin. All
// NaNs are the same.
func outcome(err error, result, after any) string {
	if refused, ok := errors.AsType[*engine.Error](err); ok {
		return fmt.Sprint("code ", refused.Code)
	}
	if err != nil {
		return fmt.Sprint("code ", int(aerostore.CodeOf(err)))
	}
	return fmt.Sprintf("%v, then %x", plain(result), plain(after))
}

func bitsAndCounts(bin any, others []any) string {
	var b strings.Builder
	for _, v := range append([]any{bin}, others...) {
		h := v.(value.HLL)
		fmt.Fprintf(&b, "\n\t%d and %d bits, cached count %d, %.100x", h[1], h[2], binary.LittleEndian.Uint64([]byte(h[3:])), []byte(h[11:]))
	}
	return b.String()
}

// An hllSource makes random HyperLogLogs.
type hllSource struct{ *rand.Rand }

// hlls returns one for a bin and some others, which often have its numbers of bits.
func (r hllSource) hlls(t *testing.T) (bin any, others []any) {
	t.Helper()
	index, minhash := r.bits()
	var all []any
	for range 2 + r.IntN([]int{1, 1, 3, 8}[r.IntN(4)]) {
		if len(all) > 0 && r.IntN(5) == 0 {
			all = append(all, all[r.IntN(len(all))])
			continue
		}
		i, m := index, minhash
		switch r.IntN(12) {
		case 0:
			i, m = r.bits()
		case 1:
			i = 4 + r.IntN(min(13, 61-m))
		case 2:
			i, m = 4+r.IntN(13), 0
		}
		all = append(all, r.hll(t, i, m))
	}
	return all[0], all[1:]
}

func (r hllSource) bits() (index, minhash int) {
	index = 4 + r.IntN([]int{3, 7, 13}[r.IntN(3)])
	if r.IntN(3) > 0 {
		minhash = 4 + r.IntN(min(48, 61-index))
	}
	return index, minhash
}

func (r hllSource) hll(t *testing.T, index, minhash int) any {
	t.Helper()
	from := r.IntN([]int{1, 2, 4, 1000}[r.IntN(4)])
	items := make([]any, r.IntN([]int{1, 4, 40, 3000}[r.IntN(4)]))
	for i := range items {
		items[i] = from + i
	}
	h, _, err := engine.Apply(nil, &cdt.Op{Kind: cdt.HLLInit, Index: index, Shift: minhash}, nil)
	if err == nil && len(items) > 0 {
		h, _, err = engine.Apply(h, &cdt.Op{Kind: cdt.HLLAdd, Index: -1, Shift: -1, Values: items}, nil)
	}
	if err == nil && r.IntN(2) == 0 {
		h, _, err = engine.Apply(h, &cdt.Op{Kind: cdt.HLLRefreshCount}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := slices.Clone([]byte(h.(value.HLL)))
	cached, registers := b[3:11], b[11:]
	switch r.IntN(12) {
	case 0:
		binary.LittleEndian.PutUint64(cached, r.Uint64()>>r.IntN(64))
	case 1:
		for range 4 {
			registers[r.IntN(len(registers))] = byte(r.Uint32())
		}
	case 2:
		clear(cached)
		for i := range registers {
			registers[i] = byte(r.Uint32())
		}
	}
	return value.HLL(b)
}
