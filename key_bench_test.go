package aerostore_test

import (
	"fmt"
	"testing"

	"github.com/aerostore/aerostore"
)

// What it costs that a Key does not print its id: docs/decisions/0019 has
// figures.
func BenchmarkKey(b *testing.B) {
	ids := make([]string, 1<<12)
	for i := range ids {
		ids[i] = fmt.Sprintf("user-%07d", i)
	}
	var sink aerostore.Key
	b.Run("new/string", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sink = aerostore.NewKey("test", "users", ids[i%len(ids)])
		}
	})
	const uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
	b.Run("new/uuid", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = aerostore.NewKey("test", "users", uuid)
		}
	})
	b.Run("new/int", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sink = aerostore.NewKey("test", "users", i)
		}
	})
	x, y := aerostore.NewKey("test", "users", uuid), aerostore.NewKey("test", "users", uuid)
	m := map[aerostore.Key]int{x: 1}
	b.Run("equal", func(b *testing.B) {
		for b.Loop() {
			if x != y {
				b.Fatal("not equal")
			}
		}
	})
	b.Run("map", func(b *testing.B) {
		for b.Loop() {
			if m[y] != 1 {
				b.Fatal("not found")
			}
		}
	})
	b.Run("id", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if x.ID() == nil {
				b.Fatal("no id")
			}
		}
	})
	b.Run("digest", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if x.Digest() == [20]byte{} {
				b.Fatal("no digest")
			}
		}
	})
	_ = sink
}
