package asbackend_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/emulator"
)

// Clients share a pool of buffers.
func TestCompressLeavesTheCommandsOfOthersWhole(t *testing.T) {
	t.Parallel()
	server := emulator.RunT(t)
	first := dialTo(t, server.Addr(), generous())
	short := key("set", "short")
	put(t, first, short, aerostore.Bins{"n": 1})
	for range 100 {
		if _, err := first.Get(t.Context(), short, aerostore.Compress); err != nil {
			t.Fatal(err)
		}
	}
	second := dialTo(t, server.Addr(), generous())
	var workers sync.WaitGroup
	for i := range 8 {
		workers.Go(func() {
			k, value := key("set", i), bytes.Repeat([]byte{byte(i + 1)}, 20_000)
			for range 50 {
				if err := second.Put(t.Context(), k, aerostore.Bins{"i": i, "value": value}); err != nil {
					t.Error(err)
					return
				}
				r, err := second.Get(t.Context(), k)
				if err != nil {
					t.Error(err)
					return
				}
				if got, _ := r.Bins["value"].([]byte); !bytes.Equal(got, value) {
					t.Errorf("record %d has the value of another, or none", i)
					return
				}
			}
		})
	}
	workers.Wait()
}
