package aerostore

import (
	"encoding/binary"
	"hash/maphash"
	"math/rand/v2"
	"unsafe"
)

// Package fmt, and what else prints by reflection, calls no methods on
// unexported fields: a Key in such a field is printed field by field, and a
// pointer is followed by some verbs. What must not be printed is therefore kept
// in a form that says nothing.

// opaque is a string or an integer under a mask that differs from process to
// process. Equal values are equal under ==. The mask keeps values out of logs
// and dumps that are made by mistake; it is no encryption against somebody who
// can read the memory of the process.
type opaque struct {
	text string // two letters for each byte
	num  int64  // the integer, or of a string what its mask begins with
}

var (
	opaqueSeed = maphash.MakeSeed()
	opaqueKeys = [4]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64()} //nolint:gosec // G404: seeded by the system, and no encryption
)

// hideText hides a string. Each string has a mask of its own, which begins with
// its hash, so that two of them do not give each other away.
func hideText(text string) opaque { return hideBytes(bytesOf(text)) }

// hideBytes is hideText for bytes, which it does not keep. It takes eight at a
// time, and writes their lower and then their upper halves as a letter each.
func hideBytes(text []byte) opaque {
	hash := maphash.Bytes(opaqueSeed, text)
	stream := mask(hash ^ opaqueKeys[0])
	b := make([]byte, 0, 2*len(text))
	for ; len(text) >= 8; text = text[8:] {
		bits := binary.LittleEndian.Uint64(text) ^ stream.next()
		b = binary.LittleEndian.AppendUint64(b, bits&halves+letters)
		b = binary.LittleEndian.AppendUint64(b, bits>>4&halves+letters)
	}
	if n := len(text); n > 0 {
		var word, low, high [8]byte
		copy(word[:], text)
		bits := binary.LittleEndian.Uint64(word[:]) ^ stream.next()
		binary.LittleEndian.PutUint64(low[:], bits&halves+letters)
		binary.LittleEndian.PutUint64(high[:], bits>>4&halves+letters)
		b = append(append(b, low[:n]...), high[:n]...)
	}
	return opaque{
		text: unsafe.String(unsafe.SliceData(b), len(b)), //nolint:gosec // G103: b does not change any more
		num:  int64(hash),                                //nolint:gosec // G115: the bits are what is wanted
	}
}

// appendText appends the text that was hidden.
func (o opaque) appendText(b []byte) []byte {
	stream := mask(uint64(o.num) ^ opaqueKeys[0]) //nolint:gosec // G115: as above
	text := bytesOf(o.text)
	for ; len(text) >= 16; text = text[16:] {
		low, high := binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[8:])
		b = binary.LittleEndian.AppendUint64(b, ((low-letters)|(high-letters)<<4)^stream.next())
	}
	if n := len(text) / 2; n > 0 {
		var word, low, high [8]byte
		copy(low[:], text[:n])
		copy(high[:], text[n:])
		bits := (binary.LittleEndian.Uint64(low[:])-letters)&halves |
			(binary.LittleEndian.Uint64(high[:])-letters)&halves<<4
		binary.LittleEndian.PutUint64(word[:], bits^stream.next())
		b = append(b, word[:n]...)
	}
	return b
}

const (
	halves  = 0x0f0f0f0f0f0f0f0f
	letters = 0x6161616161616161 // "aaaaaaaa"
)

// bytesOf returns the bytes of a string, to be read only.
func bytesOf(text string) []byte {
	return unsafe.Slice(unsafe.StringData(text), len(text)) //nolint:gosec // G103: no caller changes them
}

func (o opaque) revealText() string {
	var room [64]byte // most ids fit
	return string(o.appendText(room[:0]))
}

// mask is the state of SplitMix64, a stream of words from a secret beginning.
type mask uint64

func (m *mask) next() uint64 {
	*m += 0x9e3779b97f4a7c15
	z := uint64(*m)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// hideInt hides an integer, by a Feistel network of four rounds.
func hideInt(n int64) opaque {
	l, r := uint32(uint64(n)>>32), uint32(n) //nolint:gosec // G115: the bits are what is wanted
	for _, key := range opaqueKeys {
		l, r = r, l^feistel(r, key)
	}
	return opaque{num: int64(uint64(l)<<32 | uint64(r))} //nolint:gosec // G115: as above
}

func (o opaque) revealInt() int64 {
	l, r := uint32(uint64(o.num)>>32), uint32(o.num) //nolint:gosec // G115: as above
	for i := len(opaqueKeys) - 1; i >= 0; i-- {
		l, r = r^feistel(l, opaqueKeys[i]), l
	}
	return int64(uint64(l)<<32 | uint64(r)) //nolint:gosec // G115: as above
}

func feistel(half uint32, key uint64) uint32 {
	return uint32(((uint64(half) ^ key) * 0x9e3779b97f4a7c15) >> 32)
}

// hiddenValue keeps a value of any type behind two pointers: fmt follows one,
// for a verb that does not fit, and reflect.DeepEqual both.
type hiddenValue struct {
	at    *any
	value any
}

func hideValue(value any) **any {
	if value == nil {
		return nil
	}
	h := &hiddenValue{value: value}
	h.at = &h.value
	return &h.at
}

func revealValue(at **any) any {
	if at == nil {
		return nil
	}
	return **at
}

// veil is what a *T or a T that is a map points to, as printers see it: nothing.
type veil[T any] struct{ _ [0]T }
