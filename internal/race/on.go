//go:build race

package race

// Enabled says whether the race detector is on.
const Enabled = true

// OneIn says which part of many recorded cases a test runs: one in so many.
const OneIn = 10
