package aerostore

import (
	"fmt"
	"strings"
	"testing"
)

// TestIndexSize has the sizes that were measured on a server, by the largest record that
// it accepts.
func TestIndexSize(t *testing.T) {
	for _, tt := range []struct {
		n, width                                   int
		unordered, ordered, byKey, byKeyAndByValue int
	}{
		{0, 0, 0, 0, 0, 0},
		{1, 1000, 0, 0, 0, 0},
		{2, 0, 0, 1, 1, 3},
		{2, 1000, 0, 3, 3, 6},
		{3, 0, 0, 3, 3, 6},
		{3, 100, 0, 6, 6, 9},
		{16, 0, 0, 15, 15, 32},
		{30, 5, 0, 30, 30, 60},
		{70, 0, 0, 70, 70, 140},
		{70, 5, 0, 140, 140, 210},
		{70, 1000, 0, 210, 210, 281},
		{130, 5, 3, 261, 261, 391},
		{130, 1000, 6, 391, 391, 521},
		{300, 100, 6, 601, 601, 1201},
		{300, 1000, 9, 901, 901, 1501},
	} {
		t.Run(fmt.Sprint(tt.n, " of ", tt.width), func(t *testing.T) {
			text := strings.Repeat("y", tt.width)
			list, m := &List{Indexed: true}, &Map{Order: Ordered, Indexed: true}
			for i := range tt.n {
				list.Append(nil, text)
				m.Put(nil, i, false, i, text)
			}
			check := func(what string, v any, packed, want int) {
				if got := ExactSize(v) - lengthSize - packed; got != want {
					t.Errorf("the index of %s takes %d bytes, want %d", what, got, want)
				}
				Measure(v)
				if Size(v) != ExactSize(v) {
					t.Errorf("measured, %s has size %d, want %d", what, Size(v), ExactSize(v))
				}
			}
			check("an unordered list", list, PackedSize(list), tt.unordered)
			list.SetOrder(nil, Ordered, true)
			check("an ordered list", list, PackedSize(list), tt.ordered)
			check("a map by key", m, PackedSize(m), tt.byKey)
			m.SetOrder(nil, KeyValueOrdered, true)
			check("a map by key and value", m, PackedSize(m), tt.byKeyAndByValue)
		})
	}
}
