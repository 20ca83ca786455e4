package engine

import (
	"cmp"
	"strings"

	value "github.com/aerostore/aerostore/internal/value"
)

// heapRange returns the indexes of the elements with the ranks of s, in the
// order in which the server gives them. It takes them from a heap that it
// builds from whichever end of the order is nearer: from the least, they come
// with the greatest first, from the greatest with the least first. Of equal
// elements the heap decides which has the lower rank.
func heapRange(items []any, s span) []int {
	if len(items) == 0 {
		return nil
	}
	switch items[0].(type) { // elements of one type, which are compared faster
	case int:
		if h, ok := heapOf[int](items); ok {
			return h.take(s, cmp.Compare)
		}
	case string:
		if h, ok := heapOf[string](items); ok {
			return h.take(s, strings.Compare)
		}
	}
	h, _ := heapOf[any](items)
	return h.take(s, value.Compare)
}

// A heap is a binary heap of elements and their indexes.
type heap[T any] []heapElement[T]

type heapElement[T any] struct {
	value T
	at    int
}

// heapOf returns false if not all items are a T.
func heapOf[T any](items []any) (heap[T], bool) {
	h := make(heap[T], len(items))
	for i, v := range items {
		t, ok := v.(T)
		if !ok && any(t) != nil { // a nil is an any
			return nil, false
		}
		h[i] = heapElement[T]{t, i}
	}
	return h, true
}

func (h heap[T]) take(s span, compare func(a, b T) int) []int {
	n := len(h)
	tail := n - s.end()
	sign, skip := -1, s.at
	if s.at > tail {
		sign, skip = 1, tail
	}
	for i := n/2 - 1; i >= 0; i-- {
		h.down(i, n, sign, compare)
	}
	for last := n - 1; last >= n-skip-s.n; last-- {
		h[0], h[last] = h[last], h[0]
		h.down(0, last, sign, compare)
	}
	taken := make([]int, s.n)
	for i := range taken {
		taken[i] = h[n-skip-s.n+i].at
	}
	return taken
}

// down restores the order of the first n elements if only that at i breaks it. The
// greatest is on top, or with a negative sign the least.
func (h heap[T]) down(i, n, sign int, compare func(a, b T) int) {
	for {
		child := 2*i + 1
		if child >= n {
			return
		}
		if child+1 < n && sign*compare(h[child+1].value, h[child].value) > 0 {
			child++
		}
		if sign*compare(h[child].value, h[i].value) <= 0 {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
