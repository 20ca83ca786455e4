package engine

import value "github.com/aerostore/aerostore/internal/value"

// heapRange returns the indexes of the elements with the ranks of s, in the
// order in which the server gives them. It takes them from a heap that it
// builds from whichever end of the order is nearer: from the least, they come
// with the greatest first, from the greatest with the least first. Of equal
// elements the heap decides which has the lower rank.
func heapRange(items []any, s span) []int {
	n := len(items)
	tail := n - s.end()
	sign, skip := -1, s.at
	if s.at > tail {
		sign, skip = 1, tail
	}
	h := heap{items: items, sign: sign, at: make([]int, n)}
	for i := range h.at {
		h.at[i] = i
	}
	for i := n/2 - 1; i >= 0; i-- {
		h.down(i, n)
	}
	for last := n - 1; last >= n-skip-s.n; last-- {
		h.at[0], h.at[last] = h.at[last], h.at[0]
		h.down(0, last)
	}
	from := n - skip - s.n
	return h.at[from : from+s.n]
}

// A heap has the greatest element on top, or with a negative sign the least.
type heap struct {
	items []any
	sign  int
	at    []int
}

func (h *heap) above(i, j int) bool {
	return h.sign*value.Compare(h.items[h.at[i]], h.items[h.at[j]]) > 0
}

func (h *heap) down(i, n int) {
	for {
		child := 2*i + 1
		if child >= n {
			return
		}
		if child+1 < n && h.above(child+1, child) {
			child++
		}
		if !h.above(child, i) {
			return
		}
		h.at[i], h.at[child] = h.at[child], h.at[i]
		i = child
	}
}
