package memory

import "maps"

// A shrinkMap is a map that frees memory when entries are removed, which a map of Go
// does not. The zero value is empty.
type shrinkMap[K comparable, V any] struct {
	m      map[K]V // for reading
	peak   uint32  // the largest number of entries of m
	remade uint32  // how often m was replaced
}

const (
	smallMap    = 8 // a map that never had more entries is kept
	shrinkRatio = 8 // of peak to entries at which a map is replaced
)

func (s *shrinkMap[K, V]) put(key K, value V) {
	if s.m == nil {
		s.m = make(map[K]V)
	}
	s.m[key] = value
	s.peak = max(s.peak, uint32(len(s.m))) //nolint:gosec // G115: a shard's share of what fits into memory
}

// remove removes an entry. When the map has shrunk to an eighth, it copies it once.
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
