//go:build race

package asbackend_test

// The race detector makes commands several times as slow. Vectors run one after another, so
// that it finds little in them.
const vectorsOf = 20
