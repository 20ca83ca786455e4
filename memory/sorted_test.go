package memory

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestASortedHasTheEntriesAddedAndNotRemoved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type held struct {
			value int64
			birth uint64
		}
		var s sorted[int64]
		model := map[held]bool{}
		between := func(begin, end int64) (want []uint64) {
			all := slices.SortedFunc(maps.Keys(model), func(a, b held) int {
				return sortedEntry[int64]{value: a.value, birth: a.birth}.compare(sortedEntry[int64]{value: b.value, birth: b.birth})
			})
			for _, h := range all {
				if begin <= h.value && h.value <= end {
					want = append(want, h.birth)
				}
			}
			return want
		}
		births := func(begin, end int64) func() []uint64 {
			seq := s.between(begin, end)
			return func() (got []uint64) {
				if seq == nil {
					return nil
				}
				for _, birth := range seq {
					got = append(got, birth)
				}
				return got
			}
		}
		type reader struct {
			got  func() []uint64
			want []uint64
		}
		var readers []reader
		values := rapid.Int64Range(0, 20)
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			value, birth := values.Draw(t, "value"), rapid.Uint64Range(0, 30).Draw(t, "birth")
			adds := rapid.Bool().Draw(t, "adds")
			for i := range rapid.Uint64Range(0, 200).Draw(t, "run") {
				h := held{value, birth + i}
				if adds {
					s.add(sortedEntry[int64]{value: h.value, birth: h.birth})
					model[h] = true
				} else {
					s.remove(sortedEntry[int64]{value: h.value, birth: h.birth})
					delete(model, h)
				}
			}
			begin, end := values.Draw(t, "begin"), values.Draw(t, "end")
			readers = append(readers, reader{births(begin, end), between(begin, end)})
			for _, r := range readers { // those that began before see what was there then
				if got := r.got(); !slices.Equal(got, r.want) {
					t.Fatalf("%v, want %v", got, r.want)
				}
			}
		}
		n := 0
		for _, b := range s.blocks {
			if len(b.entries) == 0 || len(b.entries) > blockSize {
				t.Fatalf("a block of %d", len(b.entries))
			}
			n += len(b.entries)
		}
		if n != len(model) {
			t.Fatalf("%d entries, want %d", n, len(model))
		}
	})
}
