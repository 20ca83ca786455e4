package asbackend

import (
	"slices"

	"github.com/aerostore/aerostore"
)

// A sibling is an operation among those on the same bin.
type sibling struct {
	next     int32 // 0 after the last
	isLater  bool  // not the first
	answered bool  // the operation or one before it may answer, see mayAnswer
}

// manyOperations is the number above which a map finds the operations on a bin faster.
const manyOperations = 16

// siblingsOf returns the operations as siblings, in room for them.
func siblingsOf(room []sibling, operations []aerostore.Operation) []sibling {
	siblings := slices.Grow(room, len(operations))[:len(operations)]
	clear(siblings)
	var last map[string]int
	if len(operations) > manyOperations {
		last = make(map[string]int)
	}
	for i, o := range operations {
		before, found := lastOn(o.Bin(), operations[:i], last)
		siblings[i].answered = mayAnswer(o)
		if found {
			siblings[before].next, siblings[i].isLater = int32(i), true
			siblings[i].answered = siblings[i].answered || siblings[before].answered
		}
		if last != nil {
			last[o.Bin()] = i
		}
	}
	return siblings
}

// lastOn returns the index of the last operation on the bin, from the map if there is one.
func lastOn(bin string, operations []aerostore.Operation, last map[string]int) (i int, found bool) {
	if last != nil {
		i, found = last[bin]
		return i, found
	}
	for i := len(operations) - 1; i >= 0; i-- {
		if operations[i].Bin() == bin {
			return i, true
		}
	}
	return 0, false
}
