package emulator_test

import (
	"encoding/binary"
	"io"
	"testing"

	"github.com/aerostore/aerostore/emulator"
)

// put returns a frame that no official client sends: a write of one bin with these flags
// and a value of this type.
func put(id, info2, info3, particle byte) []byte {
	b := []byte{22, 0, 1 | info2, info3, 21: 1, 19: 3}
	field := func(kind byte, data string) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(data)+1))
		b = append(append(b, kind), data...)
	}
	field(0, "test")
	field(1, "frames")
	field(4, string(append(make([]byte, 19), id)))
	const value = "\x00\x00\x00\x00\x00\x00\x00\x01"
	b = binary.BigEndian.AppendUint32(b, 4+1+8)
	b = append(b, 2, particle, 0, 1, 'n')
	return frame(3, append(b, value...)...)
}

// The codes are those of a server 8.1.0.3.
func TestFramesOfOtherClientsGetTheCodesOfAServer(t *testing.T) {
	t.Parallel()
	const (
		createOnly  = 1 << 5
		updateOnly  = 1 << 3
		replace     = 1 << 4
		replaceOnly = 1 << 5
		integer     = 1
	)
	s := emulator.RunT(t)
	c := dial(t, s)
	send := func(frame []byte) byte {
		t.Helper()
		if _, err := c.Write(frame); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 8+22)
		if _, err := io.ReadFull(c, answer); err != nil {
			t.Fatal(err)
		}
		return answer[13]
	}
	send(put(1, 0, 0, integer))
	for name, f := range map[string]struct {
		frame []byte
		code  byte
	}{
		"create only and update only, missing":   {put(2, createOnly, updateOnly, integer), 2},
		"create only and update only":            {put(1, createOnly, updateOnly, integer), 5},
		"create only and replace only, missing":  {put(2, createOnly, replaceOnly, integer), 2},
		"create only and replace only":           {put(1, createOnly, replaceOnly, integer), 5},
		"update only and replace, missing":       {put(2, 0, updateOnly|replace, integer), 2},
		"update only and replace":                {put(1, 0, updateOnly|replace, integer), 0},
		"a type that is none":                    {put(3, 0, 0, 99), 4},
		"a type between others":                  {put(3, 0, 0, 5), 4},
		"an object of Java, which is not stored": {put(3, 0, 0, 7), 16},
	} {
		if got := send(f.frame); got != f.code {
			t.Errorf("%s: code %d, want %d", name, got, f.code)
		}
	}
}
