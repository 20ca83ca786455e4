//go:build race

package memory_test

import "flag"

// Property tests run a tenth of their checks under the race detector, with which each
// takes many times as long. They run all of them without it.
func init() {
	if err := flag.Set("rapid.checks", "10"); err != nil {
		panic(err)
	}
}
