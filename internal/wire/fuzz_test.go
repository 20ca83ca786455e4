package wire_test

import (
	"errors"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/wire"
)

var (
	listAppend = []byte{0, 1, 0x93, 0x2a, 0, 0}
	nestedSize = []byte{0x93, 0xcc, 0xff, 0x92, 0x22, 0xa2, 3, 'k', 0x91, 16}
)

// Whatever the bytes are, they are an operation or an error with a code.
func FuzzParseOperation(f *testing.F) {
	for _, kind := range []byte{1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 16} {
		f.Add(kind, byte(wire.Blob), listAppend)
		f.Add(kind, byte(wire.List), nestedSize)
		f.Add(kind, byte(wire.Map), []byte{0x82, 0xc7, 0, 1, 0xc0, 0xa2, 3, 'k', 1})
		f.Add(kind, byte(wire.Blob), []byte{0xdd, 0xff, 0xff, 0xff, 0xff})
		f.Add(kind, byte(wire.Blob), []byte{0x92, 0x93, 0x51, 2, 0xa1, 'a', 0x10})
	}
	f.Fuzz(func(t *testing.T, kind, particle byte, data []byte) {
		op, err := wire.ParseOperation(kind, particle, "b", data)
		if err != nil {
			var coded *aerostore.Error
			if !errors.As(err, &coded) || coded.Code == aerostore.CodeOK {
				t.Errorf("the error %v has no code", err)
			}
			return
		}
		_ = op.Source()
		v, err := wire.ParseValue(particle, data)
		if err != nil {
			return
		}
		_, _, _ = wire.AppendValue(nil, v)
		_, _ = wire.ParseFilter(data)
		_, _ = wire.ParsePredicate(data, 0, data, "")
	})
}

func BenchmarkParseOperation(b *testing.B) {
	for name, c := range map[string]struct {
		kind, particle byte
		data           []byte
	}{
		"write":       {wire.Write, wire.Integer, make([]byte, 8)},
		"list append": {wire.CDTModify, wire.Blob, listAppend},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wire.ParseOperation(c.kind, c.particle, "b", c.data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
