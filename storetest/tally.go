package storetest

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A tally records the cases that were left out, by reason.
type tally struct {
	mu    sync.Mutex
	names map[string][]string
}

func (y *tally) add(reason, name string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.names == nil {
		y.names = make(map[string][]string)
	}
	y.names[reason] = append(y.names[reason], name)
}

func (y *tally) log(tb testing.TB) {
	tb.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, reason := range slices.Sorted(maps.Keys(y.names)) {
		names := y.names[reason]
		slices.Sort(names)
		tb.Logf("skipped %d, %s:\n\t%s", len(names), reason, strings.Join(names, "\n\t"))
	}
}
