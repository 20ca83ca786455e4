package emulator

import (
	"testing"

	"github.com/aerostore/aerostore"
)

func FuzzMessage(f *testing.F) {
	f.Add([]byte{22, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 5, 0, 't', 'e', 's', 't'})
	f.Fuzz(func(t *testing.T, b []byte) {
		var m, key message
		if m.parse(b) != nil {
			return
		}
		n := 0
		for range m.operations {
			n++
		}
		if n != m.nops {
			t.Errorf("%d operations of %d", n, m.nops)
		}
		for _, indexed := range []bool{false, true} {
			if p, code := partitionsOf(&m, indexed); code == aerostore.CodeOK && p.bounds().Count == 0 {
				t.Error("a query of no partitions")
			}
		}
		entry := batchEntry{of: &m, rest: m.field(fieldBatch), message: &key}
		for range 100 {
			if entry.next() != nil {
				return
			}
		}
	})
}
