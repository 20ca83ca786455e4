package exp

import "testing"

// Constructed returns the expressions that the table of constructors has, for tests in
// package exp_test.
func Constructed(t *testing.T) []Any {
	t.Helper()
	var all []Any
	for _, tc := range constructors(t) {
		all = append(all, tc.ours)
	}
	return all
}
