package engine_test

import (
	"math"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/engine/enginetest"
	value "github.com/aerostore/aerostore/internal/value"
)

// FuzzApply carries out any operations on any value. The result must be a value
// that the engine keeps, and a rollback must restore the first one.
func FuzzApply(f *testing.F) {
	f.Add([]byte("a few bytes to begin with"))
	for i := range 64 {
		seed := make([]byte, 120)
		for j := range seed {
			seed[j] = byte(i*7 + j*j*13)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := enginetest.NewSource(data)
		bin := s.Bin(enginetest.Family(s.Draw(5)))
		first, before := bin, value.Clone(bin)
		var j value.Journal
		for !s.Done() {
			after, result, err := engine.Apply(bin, s.Op(enginetest.Any), &j)
			if err == nil {
				checkValue(t, after)
				checkValue(t, result)
			}
			bin = after
		}
		j.Rollback()
		if !value.Identical(first, before) {
			t.Fatal("a rollback does not restore the value")
		}
	})
}

// FuzzBits carries out an operation on bits with arguments of any size.
func FuzzBits(f *testing.F) {
	for _, n := range []int{0, 1, -1, 64, 1 << 31, math.MaxInt, math.MinInt} {
		for k := cdt.BitResize; k <= cdt.BitGetInt; k++ {
			f.Add(uint8(k), []byte{1, 2, 3}, n, 8, 1, 1, uint8(0), uint8(0), false)
			f.Add(uint8(k), []byte{1, 2, 3}, 0, n, n, n, uint8(12), uint8(4), true)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, blob []byte, index, count, shift, number int, flags, action uint8, signed bool) {
		for _, v := range []any{number, blob, signed} {
			op := &cdt.Op{
				Kind: cdt.BitResize + cdt.Kind(kind)%(cdt.BitGetInt-cdt.BitResize+1), Index: index, Count: count, Shift: shift,
				Value: v, Flags: flags, Action: action, Signed: signed,
			}
			after, result, err := engine.Apply(value.Clone(blob), op, nil)
			if err != nil {
				continue
			}
			if b, ok := after.([]byte); !ok || len(b) > value.MaxRecord {
				t.Fatalf("%s leaves %T", op.Kind, after)
			}
			checkValue(t, result)
		}
	})
}

// FuzzHLL reads and changes HyperLogLogs of any bytes. Those that the engine
// accepts must stay valid.
func FuzzHLL(f *testing.F) {
	for _, shape := range [][2]int{{4, 0}, {6, 4}, {5, 51}} {
		h, _, err := engine.Apply(nil, &cdt.Op{Kind: cdt.HLLAdd, Index: shape[0], Shift: shape[1], Values: []any{1, "a", nil}}, nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(h.(value.HLL)), []byte(h.(value.HLL)), shape[0], shape[1], uint8(8))
	}
	f.Add([]byte{0, 4, 0}, []byte{}, -1, math.MaxInt, uint8(255))
	f.Fuzz(func(t *testing.T, one, other []byte, index, minhash int, flags uint8) {
		if engine.CheckHLL(one) != nil {
			return
		}
		for k := cdt.HLLInit; k <= cdt.HLLMayContain; k++ {
			op := &cdt.Op{Kind: k, Index: index, Shift: minhash, Flags: flags, Values: []any{value.HLL(other), value.HLL(one)}}
			if k == cdt.HLLAdd || k == cdt.HLLMayContain {
				op.Values = []any{string(other), index}
			}
			after, result, err := engine.Apply(value.Clone(value.HLL(one)), op, nil)
			if err == nil {
				checkValue(t, after)
				checkValue(t, result)
			}
		}
	})
}
