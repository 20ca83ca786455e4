package emulator

import (
	"sync"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/eval"
	"github.com/aerostore/aerostore/internal/wire"
)

// filters keeps filters by their packed form, so that one that many commands send is
// parsed and compiled once.
type filters struct {
	mu   sync.RWMutex
	kept map[string]aerostore.Filter
}

const (
	maxFilters    = 256 // that are kept
	maxFilterSize = 4 << 10
)

// of returns the filter of a packed expression. It returns false for one that is no
// expression of a server, or none that is true or false.
func (f *filters) of(packed []byte) (aerostore.Filter, bool) {
	f.mu.RLock()
	filter, ok := f.kept[string(packed)]
	f.mu.RUnlock()
	if ok {
		return filter, true
	}
	filter, err := wire.ParseFilter(packed)
	if err != nil {
		return aerostore.Filter{}, false
	}
	if p, err := eval.Memoized(filter.Node()); err != nil || !p.Boolean() {
		return aerostore.Filter{}, false
	}
	if len(packed) > maxFilterSize {
		return filter, true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept == nil || len(f.kept) >= maxFilters {
		f.kept = make(map[string]aerostore.Filter)
	}
	f.kept[string(packed)] = filter
	return filter, true
}
