package memory

import (
	"runtime"
	"sync"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/eval"
)

// filtered returns the code with which the filter of a call keeps it from a record, which
// exists, else CodeOK. The shard is locked, or what the record holds is lent.
func (n *namespace) filtered(f aerostore.Filter, key *aerostore.Key, r *record) aerostore.ResultCode {
	if f == (aerostore.Filter{}) {
		return aerostore.CodeOK
	}
	p, code := programOf(f)
	if code != aerostore.CodeOK {
		return code
	}
	if n.seeing(key, r, p.Matches) {
		return aerostore.CodeOK
	}
	return aerostore.CodeFilteredOut
}

// excluded reports whether the filter of a call excludes a record whatever its bins are.
// The shard is locked.
func (n *namespace) excluded(f aerostore.Filter, key *aerostore.Key, r *record) bool {
	p, _ := programOf(f)
	return p != nil && n.seeing(key, r, p.Excludes)
}

// seeing returns what test says of the record.
func (n *namespace) seeing(key *aerostore.Key, r *record, test func(eval.Record) bool) bool {
	seen := views.Get().(*view) //nolint:forcetypeassert // New's
	*seen = view{namespace: n, set: key.Set(), id: key.RecordID(), record: r}
	yes := test(seen)
	*seen = view{}
	views.Put(seen)
	return yes
}

// programOf returns the program of a filter, nil for none. The code is that with which a
// server refuses the filter, else CodeOK. A filter is compiled once.
func programOf(f aerostore.Filter) (*eval.Program, aerostore.ResultCode) {
	if f == (aerostore.Filter{}) {
		return nil, aerostore.CodeOK
	}
	p, err := eval.Memoized(f.Node())
	if err != nil || !p.Boolean() {
		return nil, aerostore.CodeParameter
	}
	return p, aerostore.CodeOK
}

// excludes reports whether the filter of a scan excludes a record. The shard is locked.
func (sc *scan) excludes(set *set, id aerostore.RecordID, r *record) bool {
	if sc.filter == nil {
		return false
	}
	sc.seen.set, sc.seen.id, sc.seen.record = set.name, id, r
	return !sc.filter.Matches(&sc.seen)
}

// skip goes on after a record that the filter excluded. It unlocks the shard often, so
// that a scan that finds nothing does not delay writers, and can be stopped.
func (sc *scan) skip(sh *shard) (more bool) {
	if sc.skipped++; sc.skipped%few != 0 {
		return true
	}
	sh.mu.Unlock()
	runtime.Gosched() // so that goroutines that wait for the lock get it
	sh.mu.Lock()
	return sc.mayGoOn()
}

var views = sync.Pool{New: func() any { return new(view) }}
