package storetest

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

func bitCases() []testCase {
	b := aerostore.BitBin("b")
	blob := func(bytes ...byte) aerostore.Bins { return aerostore.Bins{"b": bytes} }
	was := blob(0b1000_0001, 0b0100_0010)
	return casesOf("", []steps{
		{
			name: "Set sets bits", why: "the bits are those of the value, from its first on",
			bins: was, ops: do(b.Set(4, 8, []byte{0xff})), each: []any{nil}, leaves: blob(0b1000_1111, 0b1111_0010),
		},
		{
			name: "Or, Xor, And and Not combine bits", why: "each changes the bits of its range only",
			bins:   blob(0b1100_1010, 0, 0xff),
			ops:    do(b.Or(0, 4, []byte{0b0011_0000}), b.Xor(4, 4, []byte{0xf0}), b.And(16, 8, []byte{0x0f}), b.Not(8, 8)),
			each:   []any{nil, nil, nil, nil},
			leaves: blob(0b1111_0101, 0xff, 0x0f),
		},
		{
			name: "ShiftLeft and ShiftRight shift bits", why: "bits that leave the range are lost",
			bins: blob(0b0000_1111, 0b1111_0000), ops: do(b.ShiftLeft(0, 8, 2), b.ShiftRight(8, 8, 3)), each: []any{nil, nil},
			leaves: blob(0b0011_1100, 0b0001_1110),
		},
		{
			name: "Resize, Insert and Remove count bytes", why: "new bytes are zero",
			bins:   blob(1, 2, 3),
			ops:    do(b.Resize(4), b.Insert(1, []byte{9, 8}), b.Remove(0, 1), b.Resize(6, cdt.FromFront)),
			each:   []any{nil, nil, nil, nil},
			leaves: blob(0, 9, 8, 2, 3, 0),
		},
		{
			name: "Resize and Insert create bytes", why: "the other writes to a missing bin fail",
			ops: do(b.Resize(2), b.Insert(2, []byte{7})), each: []any{nil, nil}, leaves: blob(0, 0, 7),
		},
		{
			name: "Set in a missing bin fails", why: "there are no bits to set",
			bins: aerostore.Bins{"n": 1}, ops: do(b.Set(0, 1, []byte{0xff})), fails: aerostore.CodeBinNotFound,
		},
		{
			name: "Set with NoFail in a missing bin does nothing", why: "NoFail does nothing in place of the error",
			bins: aerostore.Bins{"n": 1}, ops: do(b.With(cdt.NoFail).Set(0, 1, []byte{0xff}), aerostore.AddBin("n", 1)),
			each: []any{nil, nil}, leaves: aerostore.Bins{"n": 2},
		},
		{
			name: "Set beyond the end fails", why: "a range ends with the bytes",
			bins: was, ops: do(b.Set(12, 8, []byte{0xff})), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "Set with Partial is cut at the end", why: "Partial cuts a range at the end of the bytes",
			bins: blob(0, 0), ops: do(b.With(cdt.Partial).Set(12, 8, []byte{0xff})), each: []any{nil}, leaves: blob(0, 0x0f),
		},
		{
			name: "ShiftLeft with Partial shifts what there is", why: "Partial cuts a range at the end of the bytes",
			bins: blob(0, 0x37), ops: do(b.With(cdt.Partial).ShiftLeft(12, 8, 1)), each: []any{nil}, leaves: blob(0, 0x3e),
		},
		{
			name: "ShiftRight with Partial may be long in the first byte", why: "Partial cuts a range at the end of the bytes",
			bins: blob(0xff, 0xff), ops: do(b.With(cdt.Partial).ShiftRight(3, 20, 9)), each: []any{nil}, leaves: blob(0xe0, 0x0f),
		},
		{
			name: "Add and Subtract count in bits", why: "an integer in bits can have any size and place",
			bins: blob(0, 0), ops: do(b.Add(4, 5, 3, cdt.OverflowFails), b.Subtract(4, 5, 1, cdt.OverflowFails), b.GetInt(4, 5)),
			each: []any{nil, nil, 2}, leaves: blob(0b0000_0001, 0),
		},
		{
			name: "Add that overflows fails", why: "OverflowFails refuses a result that does not fit",
			bins: blob(0xff), ops: do(b.Add(0, 8, 1, cdt.OverflowFails)), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "Add saturates or wraps", why: "OverflowSaturates takes the largest integer, OverflowWraps drops bits",
			bins: blob(0xfe, 0xfe, 0x7f), ops: do(b.Add(0, 8, 5, cdt.OverflowSaturates), b.Add(8, 8, 5, cdt.OverflowWraps), b.AddSigned(16, 8, 1, cdt.OverflowWraps)),
			each: []any{nil, nil, nil}, leaves: blob(0xff, 0x03, 0x80),
		},
		{
			name: "SetInt and GetInt keep integers", why: "GetSigned reads the first bit as the sign",
			bins: blob(0, 0), ops: do(b.SetInt(2, 6, -3), b.GetInt(2, 6), b.GetSigned(2, 6)), each: []any{nil, 61, -3}, leaves: blob(0b0011_1101, 0),
		},
		{
			name: "AddSigned and SubtractSigned keep the sign", why: "a signed integer overflows at its own ends",
			bins:   blob(0x7f, 0x80, 0x01),
			ops:    do(b.AddSigned(0, 8, 1, cdt.OverflowSaturates), b.SubtractSigned(8, 8, 1, cdt.OverflowSaturates), b.SubtractSigned(16, 8, 2, cdt.OverflowFails), b.GetSigned(16, 8)),
			each:   []any{nil, nil, nil, -1},
			leaves: blob(0x7f, 0x80, 0xff),
		},
		{
			name: "Get reads bits", why: "the first bit is the highest of the first byte; an offset may count from the end",
			bins: was, ops: do(b.Get(6, 4), b.Get(-4, 4)), each: []any{[]byte{0b0101_0000}, []byte{0b0010_0000}},
		},
		{
			name: "Count counts set bits", why: "Count covers its range only",
			bins: was, ops: do(b.Count(0, 16), b.Count(1, 7)), each: []any{4, 1},
		},
		{
			name: "ScanLeft and ScanRight find bits", why: "the place is counted from the offset",
			bins: was,
			ops:  do(b.ScanLeft(0, 16, false), b.ScanLeft(1, 15, true), b.ScanRight(0, 16, true), b.ScanLeft(10, 4, true)),
			each: []any{1, 6, 14, -1},
		},
		{
			name: "Get from a missing bin returns nothing", why: "a read of a missing bin is no error",
			bins: aerostore.Bins{"n": 1}, ops: do(b.Get(0, 8), b.Count(0, 8)), each: []any{nil, nil},
		},
		{
			name: "Get from another type fails", why: "a bin that is no []byte fails with ErrBinType",
			bins: aerostore.Bins{"b": "text"}, ops: do(b.Get(0, 8)), fails: aerostore.ErrBinType,
		},
		{
			name: "Set of no bits fails", why: "a size of integers is from 1 to 64 bits, and no range is empty",
			bins: was, ops: do(b.SetInt(0, 65, 1)), fails: aerostore.ErrParameter,
		},
	})
}
