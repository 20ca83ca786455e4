package memory

import "maps"

// A shrinkMap is a map that returns its memory when its entries go, which Go's
// do not. The zero value is empty.
type shrinkMap[K comparable, V any] struct {
	m      map[K]V // to read and to range over
	peak   uint32  // the most entries that m had
	remade uint32  // how often another map took the place of m
}

const (
	smallMap    = 8 // entries, up to which an empty map is kept
	shrinkRatio = 8 // of peak to entries, from which a map is replaced
)

func (s *shrinkMap[K, V]) put(key K, value V) {
	if s.m == nil {
		s.m = make(map[K]V)
	}
	s.m[key] = value
	s.peak = max(s.peak, uint32(len(s.m))) //nolint:gosec // G115: a shard's share of what fits into memory
}

// remove takes time in proportion to the map once for each time that it shrank
// to an eighth.
func (s *shrinkMap[K, V]) remove(key K) {
	delete(s.m, key)
	left := len(s.m)
	if s.peak <= smallMap || left > int(s.peak)/shrinkRatio {
		return
	}
	old := s.m
	s.m = nil
	if left > 0 {
		s.m = make(map[K]V, left)
		maps.Copy(s.m, old)
	}
	s.peak = uint32(left) //nolint:gosec // G115: less than it was
	s.remade++
}
