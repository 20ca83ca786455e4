package aerostore

import (
	"encoding/binary"
	"hash/maphash"
	"math/rand/v2"
	"unsafe"
)

// Package fmt, like others that print by reflection, calls no methods on unexported
// fields. It prints a Key in such a field by its fields, and follows a pointer for some
// verbs. So the fields themselves must not reveal an id or a value.

// opaque is a string or an integer under a mask that differs from process to
// process. Equal values are equal under ==. The mask keeps values out of logs
// and dumps that are made by mistake. It is no encryption against an attacker who
// can read the memory of the process.
type opaque struct {
	text string // letters of six bits each
	num  int64  // the integer, or the hash of the string
}

var (
	opaqueSeed = maphash.MakeSeed()
	opaqueKeys = [4]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64()} //nolint:gosec // G404: seeded by the system, and no encryption
)

// hideText hides a string.
func hideText(text string) opaque { return hideBytes(bytesOf(text)) }

// hideBytes hides bytes as hideText hides a string. The hash of the text seeds its
// mask, so that two texts have different masks.
func hideBytes(text []byte) opaque {
	return opaque{num: int64(maphash.Bytes(opaqueSeed, text))}.with(text) //nolint:gosec // G115: the bits are what is wanted
}

// with returns o with the text under the mask that o.num seeds.
func (o opaque) with(text []byte) opaque {
	stream := o.stream()
	length := (len(text)*groupLetters + groupBytes - 1) / groupBytes
	b := make([]byte, 0, (len(text)+groupBytes-1)/groupBytes*groupLetters)
	for i := 0; i < len(text); i += groupBytes {
		b = binary.LittleEndian.AppendUint64(b, toLetters(wordAt(text, i)^stream.next()))
	}
	o.text = unsafe.String(unsafe.SliceData(b), length) //nolint:gosec // G103: b is not modified anymore
	return o
}

// appendText appends the text that was hidden.
func (o opaque) appendText(b []byte) []byte {
	stream, text := o.stream(), bytesOf(o.text)
	i := 0
	for ; i+groupLetters <= len(text); i += groupLetters {
		letters := binary.LittleEndian.Uint64(text[i:])
		b = binary.LittleEndian.AppendUint64(b, fromLetters(letters)^stream.next())[:len(b)+groupBytes]
	}
	if rest := len(text) - i; rest > 0 {
		letters := wordAt(text, i) | firstLetters<<(8*rest)
		b = binary.LittleEndian.AppendUint64(b, fromLetters(letters)^stream.next())[:len(b)+rest*groupBytes/groupLetters]
	}
	return b
}

// len returns the length of the text that was hidden.
func (o opaque) len() int { return len(o.text) * groupBytes / groupLetters }

// wordAt returns the eight bytes of the text from i on, with zeros for those that
// are missing.
func wordAt(text []byte, i int) uint64 {
	switch rest := len(text) - i; {
	case rest >= 8:
		return binary.LittleEndian.Uint64(text[i:])
	case len(text) >= 8:
		return binary.LittleEndian.Uint64(text[len(text)-8:]) >> (8 * (8 - rest))
	default:
		var word [8]byte
		copy(word[:], text[i:])
		return binary.LittleEndian.Uint64(word[:])
	}
}

// Six bytes are eight letters of six bits each, from '0' to 'o'. Fewer bytes are as
// many letters as their bits need.
const (
	groupBytes   = 6
	groupLetters = 8
	firstLetters = 0x3030303030303030
)

// toLetters returns the lower six bytes as letters.
func toLetters(x uint64) uint64 {
	x = x&0x0000000000ffffff | x<<8&0x00ffffff00000000
	x = x&0x00000fff00000fff | x<<4&0x0fff00000fff0000
	x = x&0x003f003f003f003f | x<<2&0x3f003f003f003f00
	return x + firstLetters
}

// fromLetters is the inverse of toLetters.
func fromLetters(x uint64) uint64 {
	x -= firstLetters
	x = x&0x003f003f003f003f | x>>2&0x0fc00fc00fc00fc0
	x = x&0x00000fff00000fff | x>>4&0x00fff00000fff000
	return x&0x0000000000ffffff | x>>8&0x0000ffffff000000
}

// bytesOf returns the bytes of a string. They must not be modified.
func bytesOf(text string) []byte {
	return unsafe.Slice(unsafe.StringData(text), len(text)) //nolint:gosec // G103: no caller changes them
}

func (o opaque) revealText() string {
	const spare = 8 - groupBytes // of the last word that appendText appends
	groups := (len(o.text) + groupLetters - 1) / groupLetters
	b := o.appendText(make([]byte, 0, groups*groupBytes+spare))
	return unsafe.String(unsafe.SliceData(b), len(b)) //nolint:gosec // G103: b is not modified anymore
}

// mask is the state of SplitMix64, a stream of words from a secret beginning.
type mask uint64

func (o opaque) stream() mask { return mask(uint64(o.num) ^ opaqueKeys[0]) } //nolint:gosec // G115: the bits are what is wanted

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

// A hiddenValue has a value of any type behind two pointers. Package fmt follows one of
// them, for a verb that does not fit; reflect.DeepEqual follows both.
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

// A veil is a type without fields, for pointers to a T that must not be printed.
type veil[T any] struct{ _ [0]T }
