package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore/cdt"
)

// digits returns a blob as a text of zeros and ones.
func digits(b []byte) string {
	var text strings.Builder
	for _, c := range b {
		for i := 7; i >= 0; i-- {
			text.WriteByte('0' + c>>i&1)
		}
	}
	return text.String()
}

func TestBitsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		blob := rapid.SliceOfN(rapid.Byte(), 1, 12).Draw(t, "blob")
		other := rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "value")
		before := digits(blob)
		at := rapid.IntRange(0, len(before)-1).Draw(t, "offset")
		size := rapid.IntRange(1, len(before)-at).Draw(t, "size")
		shift := rapid.IntRange(0, 100).Draw(t, "shift")
		part, arg := before[at:at+size], digits(other)[:size]
		each := func(f func(a, b byte) byte) string {
			out := []byte(part)
			for i := range out {
				out[i] = '0' + f(part[i]-'0', arg[i]-'0')
			}
			return string(out)
		}
		zeros := strings.Repeat("0", min(shift, size))
		writes := map[cdt.Kind]string{
			cdt.BitSet:    arg,
			cdt.BitOr:     each(func(a, b byte) byte { return a | b }),
			cdt.BitXor:    each(func(a, b byte) byte { return a ^ b }),
			cdt.BitAnd:    each(func(a, b byte) byte { return a & b }),
			cdt.BitNot:    each(func(a, _ byte) byte { return 1 - a }),
			cdt.BitLShift: part[len(zeros):] + zeros,
			cdt.BitRShift: zeros + part[:size-len(zeros)],
		}
		for kind, want := range writes {
			after, _, err := Apply(slices.Clone(blob), &cdt.Op{Kind: kind, Index: at, Count: size, Value: other, Shift: shift}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := digits(after.([]byte)); got != before[:at]+want+before[at+size:] {
				t.Fatalf("%s at %d, %d bits: %s becomes %s", kind, at, size, before, got)
			}
		}
		read := func(kind cdt.Kind, v any) any {
			_, result, err := Apply(blob, &cdt.Op{Kind: kind, Index: at, Count: size, Value: v}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		if got := digits(read(cdt.BitGet, nil).([]byte)); got[:size] != part || strings.Contains(got[size:], "1") {
			t.Fatalf("get at %d, %d bits of %s: %s", at, size, before, got)
		}
		if n := read(cdt.BitCount, nil); n != strings.Count(part, "1") {
			t.Fatalf("count at %d, %d bits of %s: %v", at, size, before, n)
		}
		if i := read(cdt.BitLScan, true); i != strings.Index(part, "1") {
			t.Fatalf("left scan at %d, %d bits of %s: %v", at, size, before, i)
		}
		if i := read(cdt.BitRScan, true); i != strings.LastIndex(part, "1") && i.(int) >= 0 {
			t.Fatalf("right scan at %d, %d bits of %s: %v", at, size, before, i)
		}
	})
}

func TestBitArithmeticMatchesModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(2, 30).Draw(t, "size")
		at := rapid.IntRange(0, 8).Draw(t, "offset")
		limit := 1 << size
		v := rapid.IntRange(0, limit-1).Draw(t, "old")
		delta := rapid.IntRange(0, limit-1).Draw(t, "delta")
		blob, _, err := Apply(make([]byte, 6), &cdt.Op{Kind: cdt.BitSetInt, Index: at, Count: size, Value: v}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []cdt.Kind{cdt.BitAdd, cdt.BitSubtract} {
			exact := v + delta
			if kind == cdt.BitSubtract {
				exact = v - delta
			}
			overflows := exact < 0 || exact >= limit
			for _, action := range []uint8{overflowFails, overflowSaturates, overflowWraps} {
				want := (exact + limit) % limit
				if overflows && action == overflowSaturates {
					want = max(0, min(exact, limit-1))
				}
				after, _, err := Apply(blob, &cdt.Op{Kind: kind, Index: at, Count: size, Value: delta, Action: action}, nil)
				if overflows && action == overflowFails {
					if err == nil {
						t.Fatalf("%s of %d and %d in %d bits: no error", kind, v, delta, size)
					}
					continue
				}
				_, got, _ := Apply(after, &cdt.Op{Kind: cdt.BitGetInt, Index: at, Count: size}, nil)
				if err != nil || got != want {
					t.Fatalf("%s of %d and %d in %d bits: %v %v, want %d", kind, v, delta, size, got, err, want)
				}
			}
		}
	})
}

// Whole bytes that are inserted, removed or resized, and ranges from the end.
func TestBytesOfBitsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		blob := rapid.SliceOfN(rapid.Byte(), 1, 12).Draw(t, "blob")
		other := rapid.SliceOfN(rapid.Byte(), 1, 4).Draw(t, "value")
		n := len(blob)
		at := rapid.IntRange(0, n-1).Draw(t, "offset")
		count := rapid.IntRange(1, n-at).Draw(t, "count")
		size := rapid.IntRange(0, 16).Draw(t, "size")
		apply := func(op *cdt.Op) []byte {
			after, _, err := Apply(slices.Clone(blob), op, nil)
			if err != nil {
				t.Fatalf("%s: %v", op.Kind, err)
			}
			return after.([]byte)
		}
		same := func(what string, got, want []byte) {
			if !slices.Equal(got, want) {
				t.Fatalf("%s of %x at %d, %d, %d: %x, want %x", what, blob, at, count, size, got, want)
			}
		}
		for _, offset := range []int{at, at - n} { // from both ends
			same("insert", apply(&cdt.Op{Kind: cdt.BitInsert, Index: offset, Value: other}), slices.Concat(blob[:at], other, blob[at:]))
			same("remove", apply(&cdt.Op{Kind: cdt.BitRemove, Index: offset, Count: count}), slices.Concat(blob[:at], blob[at+count:]))
			not := slices.Clone(blob)
			for i := at; i < at+count; i++ {
				not[i] = ^not[i]
			}
			bits := offset * 8
			same("not", apply(&cdt.Op{Kind: cdt.BitNot, Index: bits, Count: count * 8}), not)
		}
		same("insert after the end", apply(&cdt.Op{Kind: cdt.BitInsert, Index: n + at, Value: other}), slices.Concat(blob, make([]byte, at), other))
		longer := slices.Concat(blob, make([]byte, 16))
		front := slices.Concat(make([]byte, 16), blob)
		for flags, want := range map[cdt.ResizeFlag][]byte{0: longer[:size], cdt.FromFront: front[len(front)-size:]} {
			same("resize", apply(&cdt.Op{Kind: cdt.BitResize, Count: size, Action: flags.Number()}), want)
		}
		for flag, refuses := range map[cdt.ResizeFlag]bool{cdt.GrowOnly: size < n, cdt.ShrinkOnly: size > n} {
			_, _, err := Apply(slices.Clone(blob), &cdt.Op{Kind: cdt.BitResize, Count: size, Action: flag.Number()}, nil)
			if (err != nil) != refuses {
				t.Fatalf("resize of %d bytes to %d with flag %d: %v", n, size, flag, err)
			}
		}
		// A range beyond the end is refused, or cut.
		over := &cdt.Op{Kind: cdt.BitSet, Index: at * 8, Count: (n - at + 2) * 8, Value: slices.Repeat([]byte{0xff}, 20)}
		if _, _, err := Apply(slices.Clone(blob), over, nil); err == nil {
			t.Fatal("a range beyond the end is not refused")
		}
		over.Flags = partial
		same("set of a part", apply(over), slices.Concat(blob[:at], slices.Repeat([]byte{0xff}, n-at)))
	})
}

// Signed integers agree with the two's complement of Go's.
func TestSignedBitsMatchModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size, at := rapid.IntRange(2, 64).Draw(t, "size"), rapid.IntRange(0, 9).Draw(t, "offset")
		least := -1 << (size - 1)
		most := -(least + 1)
		v := rapid.IntRange(least, most).Draw(t, "old")
		blob, _, err := Apply(slices.Repeat([]byte{0x5a}, 10), &cdt.Op{Kind: cdt.BitSetInt, Index: at, Count: size, Value: v}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if before := digits(blob.([]byte)); before[:at] != digits(slices.Repeat([]byte{0x5a}, 10))[:at] {
			t.Fatal("bits before the integer changed")
		}
		get := func(bin any) any {
			_, got, err := Apply(bin, &cdt.Op{Kind: cdt.BitGetInt, Index: at, Count: size, Signed: true}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if got := get(blob); got != v {
			t.Fatalf("%d in %d bits is read as %v", v, size, got)
		}
		if size > 40 {
			return
		}
		delta := rapid.IntRange(0, most).Draw(t, "delta")
		for _, kind := range []cdt.Kind{cdt.BitAdd, cdt.BitSubtract} {
			exact := v + delta
			if kind == cdt.BitSubtract {
				exact = v - delta
			}
			overflows := exact < least || exact > most
			for _, action := range []cdt.Overflow{cdt.OverflowFails, cdt.OverflowSaturates, cdt.OverflowWraps} {
				want := exact << (64 - size) >> (64 - size)
				if overflows && action == cdt.OverflowSaturates {
					want = max(least, min(exact, most))
				}
				after, _, err := Apply(slices.Clone(blob.([]byte)), &cdt.Op{Kind: kind, Index: at, Count: size, Value: delta, Action: uint8(action), Signed: true}, nil)
				if refused := overflows && action == cdt.OverflowFails; refused != (err != nil) {
					t.Fatalf("%s of %d and %d in %d bits: %v", kind, v, delta, size, err)
				} else if !refused && get(after) != want {
					t.Fatalf("%s of %d and %d in %d bits: %v, want %d", kind, v, delta, size, get(after), want)
				}
			}
		}
	})
}

func TestIntegersAreReadAndSetBitByBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		blob := rapid.SliceOfN(rapid.Byte(), 9, 12).Draw(t, "blob")
		before := digits(blob)
		size := rapid.IntRange(0, 64).Draw(t, "size")
		at := rapid.IntRange(0, len(before)-size).Draw(t, "offset")
		v := rapid.Uint64().Draw(t, "value")
		want, _ := strconv.ParseUint("0"+before[at:at+size], 2, 64)
		if got := getInt(blob, at, size); got != want {
			t.Errorf("%d bits from %d of %s are %d, want %d", size, at, before, got, want)
		}
		setInt(blob, at, size, v)
		if got, want := digits(blob), before[:at]+fmt.Sprintf("%064b", v)[64-size:]+before[at+size:]; got != want {
			t.Errorf("%d bits from %d are set to %b:\n%s, want\n%s", size, at, v, got, want)
		}
	})
}
