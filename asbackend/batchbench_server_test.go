package asbackend_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

// BenchmarkBatch reads and writes batches of several sizes. It needs a server.
func BenchmarkBatch(b *testing.B) {
	s, err := asbackend.Dial(b.Context(), hosts(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	set := fmt.Sprintf("asb_%x", time.Now().UnixNano())
	b.Cleanup(func() { empty(b, s, set) })
	for _, n := range []int{1, 10, 100, 1000} {
		keys := make([]aerostore.Key, n)
		items := make([]aerostore.BatchItem, n)
		for i := range keys {
			keys[i] = aerostore.NewKey(namespace, set, fmt.Sprintf("user-%07d", i))
			items[i] = aerostore.BatchItem{Key: keys[i], Bins: aerostore.Bins{"name": "Ada", "age": 36}}
		}
		b.Run(fmt.Sprintf("write/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.BatchWrite(b.Context(), items); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("read/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.BatchRead(b.Context(), keys, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
