// Package enginetest makes random operations and values, for tests of what
// carries operations out.
package enginetest

import (
	"cmp"
	"math"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	value "github.com/aerostore/aerostore/internal/value"
)

// A Family is of operations on one type of bin.
type Family uint8

// The families of operations, or Any of them.
const (
	Any Family = iota
	Lists
	Maps
	Bits
	HLLs
)

// A Source makes operations and values of bytes, so that rapid and the fuzzer
// share them. It yields zeros at its end.
type Source struct {
	data []byte

	// Sendable leaves out what a client cannot send to a server and compare:
	// NaN, whose order is the server's own, and values of unknown types.
	Sendable bool
}

// NewSource returns a Source of the bytes.
func NewSource(data []byte) *Source { return &Source{data: data} }

// Draw returns a number from 0 to n-1.
func (s *Source) Draw(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b) % n
}

func (s *Source) sendable() int {
	if s.Sendable {
		return 1
	}
	return 0
}

// Done reports whether all bytes are used.
func (s *Source) Done() bool { return len(s.data) == 0 }

func (s *Source) value(depth int) any {
	switch s.Draw(16) {
	case 0, 1, 2, 3, 4:
		return s.Draw(6)
	case 5, 6:
		return []string{"a", "b", "c", ""}[s.Draw(4)]
	case 7:
		return []float64{0, 0.5, 1, -2, math.Inf(1), math.NaN()}[s.Draw(6-s.sendable())]
	case 8:
		return []any{nil, true, false, math.MaxInt64, math.MinInt64}[s.Draw(5)]
	case 9:
		return []byte("blob")[:s.Draw(5)]
	case 10:
		return value.GeoJSON(`{"type":"Point","coordinates":[0,0]}`)
	case 11:
		return []any{cdt.Infinity, cdt.Wildcard, float32(1), uint8(7), int16(3), 1, 2, struct{}{}}[s.Draw(8-s.sendable())]
	case 12, 13:
		l := []any{}
		for range s.Draw(4) {
			if depth < 3 {
				l = append(l, s.value(depth+1))
			}
		}
		return l
	default:
		return s.mapping(depth)
	}
}

func (s *Source) mapping(depth int) map[any]any {
	m := map[any]any{}
	for range s.Draw(5) {
		if depth < 3 {
			m[s.key()] = s.value(depth + 1)
		}
	}
	return m
}

func (s *Source) key() any {
	return []any{"a", "b", "c", "d", 0, 1, 2, [2]byte{1, 2}, [0]byte{}}[s.Draw(9)]
}

func (s *Source) keyOrNone() any {
	if s.Draw(12) == 0 {
		return s.value(2)
	}
	return s.key()
}

// keyToCreate makes a key of a step, which may create it. A server stores keys
// of any type there, which nothing else does.
func (s *Source) keyToCreate() any {
	if s.Sendable {
		return s.key()
	}
	return s.keyOrNone()
}

func (s *Source) index() int {
	if s.Draw(20) == 0 {
		return []int{1000, 1 << 31, -1 << 31, math.MaxInt, math.MinInt}[s.Draw(5-2*s.sendable())]
	}
	return s.Draw(12) - 5
}

func (s *Source) values() []any {
	if s.Draw(4) == 0 {
		return s.numbers()
	}
	var out []any
	for range s.Draw(4) {
		out = append(out, s.value(1))
	}
	return out
}

// numbers are so few that they repeat, and that a list or map holds several.
func (s *Source) numbers() (out []any) {
	for range s.Draw(6) {
		out = append(out, s.Draw(3))
	}
	return out
}

func (s *Source) valuesOrNumbers() []any {
	if s.Draw(2) == 0 {
		return s.numbers()
	}
	return s.values()
}

func (s *Source) selector() *cdt.Selector {
	var sel interface{ Selector() *cdt.Selector }
	switch s.Draw(20) {
	case 0:
		sel = cdt.Index(s.index())
	case 1:
		sel = cdt.Rank(s.index())
	case 2:
		sel = cdt.Key(s.keyOrNone())
	case 3:
		sel = cdt.Value(s.value(1))
	case 4:
		sel = cdt.Indexes(s.index(), s.index())
	case 5:
		sel = cdt.Indexes(s.index(), cdt.ToEnd)
	case 6:
		sel = cdt.Ranks(s.index(), s.index())
	case 7:
		sel = cdt.Ranks(s.index(), cdt.ToEnd)
	case 8:
		sel = cdt.Values(s.valuesOrNumbers()...)
	case 9:
		sel = cdt.Between(s.value(1), s.value(1))
	case 10:
		sel = cdt.Below(s.value(1))
	case 11:
		sel = cdt.From(s.value(1))
	case 12:
		sel = cdt.RanksNear(s.value(1), s.index(), s.index())
	case 13:
		sel = cdt.RanksNear(s.value(1), s.index(), cdt.ToEnd)
	case 14:
		if sel = cdt.Keys(s.keyOrNone(), s.keyOrNone()); s.Draw(2) == 0 {
			sel = cdt.Keys(s.numbers()...)
		}
	case 15:
		sel = cdt.KeyBetween(s.keyOrNone(), s.keyOrNone())
	case 16:
		sel = cdt.KeyFrom(s.keyOrNone())
	case 17:
		sel = cdt.IndexesNear(s.keyOrNone(), s.index(), s.index())
	case 18:
		sel = cdt.IndexesNear(s.keyOrNone(), s.index(), cdt.ToEnd)
	default:
		return nil
	}
	if s.Draw(3) == 0 {
		return sel.Selector().Invert()
	}
	return sel.Selector()
}

func (s *Source) path() (path []cdt.Step) {
	for range max(0, s.Draw(10)-7) {
		switch s.Draw(10) {
		case 0, 1:
			path = append(path, cdt.Index(s.index()))
		case 2:
			path = append(path, cdt.Rank(s.index()))
		case 3:
			path = append(path, cdt.Value(s.value(1)))
		case 4:
			path = append(path, cdt.Index(s.index()).InMap())
		case 5:
			path = append(path, cdt.Rank(s.index()).InMap())
		case 6:
			path = append(path, cdt.Key(s.keyToCreate()))
		case 7:
			path = append(path, cdt.Key(s.keyToCreate()).Create(cdt.MapOrder([]int{0, 1, 3}[s.Draw(3)]))) //nolint:gosec // G115: small numbers
		case 8:
			path = append(path, cdt.Index(s.Draw(6)).Create(cdt.ListOrder(s.Draw(2)))) //nolint:gosec // G115: small numbers
		default:
			path = append(path, cdt.Index(s.Draw(6)).CreatePadded())
		}
	}
	return path
}

// Op makes an operation of a family.
func (s *Source) Op(of Family) *cdt.Op {
	of = cmp.Or(of, Family(1+s.Draw(4))) //nolint:gosec // G115: small numbers
	first, last := kinds[of].first, kinds[of].last
	op := &cdt.Op{Kind: first + cdt.Kind(s.Draw(int(last-first)+1)), Path: s.path()} //nolint:gosec // G115: small numbers
	op.Flags = []uint8{0, 0, 0, 0, 1, 2, 4, 5, 8, 12, 13, 15, 16}[s.Draw(13)]
	op.Order, op.Stored = []value.Order{0, 1, 3, 7}[s.Draw(4-s.sendable())], s.Draw(3) == 0
	op.Index, op.Count, op.Counted = s.index(), s.index(), s.Draw(2) == 0
	op.Give = []uint8{7, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 16, 17, 99}[s.Draw(15-s.sendable())]
	op.Action, op.Signed = uint8(s.Draw(8)), s.Draw(2) == 0 //nolint:gosec // G115: small numbers
	switch of {
	case Lists, Maps:
		if op.Kind == cdt.ListGet || op.Kind == cdt.ListRemove || op.Kind == cdt.MapGet || op.Kind == cdt.MapRemove {
			op.Select = s.selector()
			break
		}
		op.Key, op.Value = s.keyOrNone(), s.value(0)
		switch s.Draw(3) {
		case 0:
			op.Values = s.values()
		case 1:
			op.Values = s.mapping(1)
		}
	case Bits:
		if s.Draw(8) != 0 {
			op.Path = nil
		}
		op.Index, op.Count, op.Shift = s.Draw(30)-6, s.Draw(24), s.Draw(30)
		if op.Kind == cdt.BitResize || op.Kind == cdt.BitInsert || op.Kind == cdt.BitRemove {
			op.Index, op.Count, op.Action = s.Draw(8)-2, s.Draw(8), 0
		}
		op.Value = []any{[]byte{0xa5, 0x3c, 0xf1}, s.Draw(9), true, -1, nil}[s.Draw(5)]
		switch op.Kind {
		case cdt.BitAdd, cdt.BitSubtract, cdt.BitSetInt:
			op.Value = s.Draw(9) - 2
		case cdt.BitLScan, cdt.BitRScan:
			op.Value = s.Draw(2) == 0
		}
	case HLLs:
		op.Path = nil
		op.Index, op.Shift = 3+s.Draw(7), []int{-1, 0, 4, 20, 52}[s.Draw(5)]
		op.Values = s.values()
		if op.Kind != cdt.HLLAdd && op.Kind != cdt.HLLMayContain {
			op.Values = []any{sketch(4+s.Draw(3), 4*s.Draw(2), "x"), sketch(5, 0, "y")}[:s.Draw(3)]
		}
	}
	return op
}

// Bin makes the value of a bin for a family, nil for none.
func (s *Source) Bin(of Family) any {
	var v any
	switch of {
	case Lists:
		v = s.values()
	case Maps:
		v = s.mapping(0)
	case Bits:
		return []byte{1, 2, 3, 4, 5, 6}[:s.Draw(7)]
	case HLLs:
		return sketch(4+s.Draw(4), []int{0, 4, 20}[s.Draw(3)], s.Draw(9), s.Draw(9), "x")
	default:
		v = s.value(0)
	}
	// As an element it is checked.
	bin, _, err := engine.Apply(nil, &cdt.Op{Kind: cdt.ListAppend, Value: v}, nil)
	if err != nil {
		return nil
	}
	return bin.(*value.List).Items[0]
}

func sketch(index, minhash int, items ...any) any {
	h, _, err := engine.Apply(nil, &cdt.Op{Kind: cdt.HLLAdd, Index: index, Shift: minhash, Values: items}, nil)
	if err != nil {
		panic(err)
	}
	return h
}

var kinds = [...]struct{ first, last cdt.Kind }{
	Lists: {cdt.ListSetOrder, cdt.ListRemove},
	Maps:  {cdt.MapSetOrder, cdt.MapRemove},
	Bits:  {cdt.BitResize, cdt.BitGetInt},
	HLLs:  {cdt.HLLInit, cdt.HLLMayContain},
}
