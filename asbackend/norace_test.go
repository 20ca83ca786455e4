//go:build !race

package asbackend_test

// vectorsOf is of how many vectors one is replayed.
const vectorsOf = 1
