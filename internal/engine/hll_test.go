package engine

import (
	"math"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// The answers are those of Aerospike Community Edition 8.1.0.3. A HyperLogLog with
// minhash bits and few elements may look empty to it.
func TestHLLsWithMinhashBitsCompareAsOnAServer(t *testing.T) {
	type hll struct{ index, minhash, from, elements int }
	nan := math.NaN()
	tests := map[string]struct {
		hlls       []hll
		intersect  int
		similarity float64
	}{
		"two empty":                          {[]hll{{8, 16, 0, 0}, {8, 16, 0, 0}}, 0, nan},
		"three empty":                        {[]hll{{8, 16, 0, 0}, {8, 16, 0, 0}, {8, 16, 0, 0}}, 0, nan},
		"an empty one":                       {[]hll{{8, 16, 1, 1}, {8, 16, 0, 0}}, 0, 0},
		"the same":                           {[]hll{{4, 14, 1, 1}, {4, 14, 1, 1}}, 1, 0.9999987284342448},
		"the same that look empty":           {[]hll{{4, 15, 1, 1}, {4, 15, 1, 1}}, 0, nan},
		"three times the same":               {[]hll{{5, 5, 1, 1}, {5, 5, 1, 1}, {5, 5, 1, 1}}, 1, 1},
		"three times one that looks empty":   {[]hll{{5, 6, 1, 1}, {5, 6, 1, 1}, {5, 6, 1, 1}}, 0, nan},
		"one that looks empty":               {[]hll{{4, 51, 1, 5}, {4, 51, 1, 1}}, 0, 0},
		"the first looks empty":              {[]hll{{4, 51, 1, 1}, {4, 51, 1, 5}}, 0, 0},
		"five that look empty":               {[]hll{{5, 14, 1, 5}, {5, 14, 1, 5}}, 0, nan},
		"five that do not":                   {[]hll{{5, 13, 1, 5}, {5, 13, 1, 5}}, 5, 0.9999945881000976},
		"an empty one and one that looks it": {[]hll{{12, 4, 0, 0}, {12, 4, 1, 1}}, 0, nan},
		"more bits that look empty":          {[]hll{{4, 38, 0, 0}, {12, 38, 1, 1}}, 0, nan},
		"more bits that do not":              {[]hll{{4, 38, 0, 0}, {8, 38, 1, 1}}, 0, 0},
		"fewer bits that look empty":         {[]hll{{12, 35, 1, 2}, {5, 35, 1, 2}}, 0, nan},
		"fewer bits that do not":             {[]hll{{12, 35, 1, 2}, {8, 35, 1, 2}}, 0, 0},
		"many of more bits":                  {[]hll{{8, 4, 0, 40}, {10, 4, 20, 600}}, 1, 0.0022411847896969452},
		"many":                               {[]hll{{12, 20, 0, 500}, {12, 20, 250, 500}, {12, 20, 400, 100}}, 100, 0.13226744186046513},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			all := []any{}
			for _, h := range test.hlls {
				items := make([]any, h.elements)
				for i := range items {
					items[i] = h.from + i
				}
				s, _, err := Apply(nil, &cdt.Op{Kind: cdt.HLLInit, Index: h.index, Shift: h.minhash}, nil)
				if err == nil && len(items) > 0 {
					s, _, err = Apply(s, &cdt.Op{Kind: cdt.HLLAdd, Index: -1, Shift: -1, Values: items}, nil)
				}
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, s)
			}
			_, n, err := Apply(all[0], &cdt.Op{Kind: cdt.HLLGetIntersectCount, Values: all[1:]}, nil)
			if err != nil || n != test.intersect {
				t.Errorf("the intersection counts %v, %v; the server: %d", n, err, test.intersect)
			}
			_, s, err := Apply(all[0], &cdt.Op{Kind: cdt.HLLGetSimilarity, Values: all[1:]}, nil)
			if got, ok := s.(float64); !ok || err != nil || got != test.similarity && !(math.IsNaN(got) && math.IsNaN(test.similarity)) {
				t.Errorf("the similarity is %v, %v; the server: %v", s, err, test.similarity)
			}
		})
	}
}

// No elements lead to such registers. The answers are those of the same server.
func TestCountsOfGreatRanksAreThoseOfAServer(t *testing.T) {
	tests := map[string]struct {
		ranks []int
		count int
	}{
		"the greatest count":   {[]int{59}, 6207329380803264512},
		"more than an int has": {[]int{60}, math.MinInt64},
		"the greatest rank":    {[]int{63}, math.MinInt64},
		"one of the greatest rank": {
			[]int{47, 50, 60, 53, 44, 56, 62, 58, 59, 59, 41, 41, 62, 58, 63, 62}, 176801991556596,
		},
		"some of the greatest rank": {
			[]int{61, 55, 60, 63, 63, 60, 63, 58, 61, 52, 54, 56, 61, 57, 50, 53}, 129329886993215248,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSketch(4, 0)
			for i := range s.len() {
				s.setRegister(i, uint64(test.ranks[i%len(test.ranks)]))
			}
			if _, n, err := Apply(value.HLL(s), &cdt.Op{Kind: cdt.HLLGetCount}, nil); err != nil || n != test.count {
				t.Errorf("the count is %v, %v; the server's: %d", n, err, test.count)
			}
		})
	}
}
