package memory

import (
	"context"

	"github.com/aerostore/aerostore"
)

// query hands the records of a query to the call.
func (s *Store) query(ctx context.Context, call aerostore.Call) error {
	q := call.Query()
	n := s.namespaces[q.Namespace]
	if n == nil {
		return call.Fail(aerostore.CodeInvalidNamespace, nil)
	}
	if !n.answers(q.Set, q.Where) {
		// The client tries again what will not get better (sindex_missing in
		// query.jsonl).
		return call.Fail(aerostore.CodeMaxRetries, call.Fail(aerostore.CodeIndexNotFound, nil))
	}
	scan := &scan{store: s, namespace: n, ctx: ctx, call: call, query: q}
	if q.Set != "" {
		_, err := scan.run(n.set(q.Set))
		return err
	}
	for _, set := range *n.sets.Load() {
		if more, err := scan.run(set); err != nil || !more {
			return err
		}
	}
	return nil
}

// A scan is a query on its way through the records.
type scan struct {
	store     *Store
	namespace *namespace
	ctx       context.Context
	call      aerostore.Call
	query     *aerostore.Query
	rows      int
}

// run goes through the records of a set, which may be nil, shard by shard. It
// returns false when the caller wants no more.
//
// The scan stays with the table that it began with, even if the set moves on
// to another.
func (sc *scan) run(set *set) (more bool, err error) {
	if set == nil {
		return true, nil
	}
	t := set.table.Load()
	for i := range t.shards {
		if more, err := sc.runShard(set, &t.shards[i]); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// runShard goes through the records of a shard, which may change whenever visit
// lets go of the lock: the range takes that as it takes changes by its own
// body. Only a record that was removed and made anew would be met twice, so
// those made meanwhile are passed by.
func (sc *scan) runShard(set *set, sh *shard) (more bool, err error) {
	if err := sc.stopped(); err != nil {
		return false, err
	}
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	latest := sh.births
	for x, r := range sh.records {
		if r.birth > latest || !r.matches(sc.query.Where) {
			continue
		}
		if more, err := sc.visit(set, sh, x, *r); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// visit hands a record of the shard, which is locked for reading, to the
// caller. They may do with the store whatever they like meanwhile, so visit
// lets go of the lock until it returns.
func (sc *scan) visit(set *set, sh *shard, x id, r record) (more bool, err error) {
	retired := sh.retired
	sh.mu.RUnlock()
	defer sh.mu.RLock()
	if err := sc.stopped(); err != nil {
		return false, err
	}
	key := x.key(set.namespace, set.name)
	if retired {
		var found bool
		if r, found = set.find(&key); !found || !r.matches(sc.query.Where) {
			return true, nil
		}
	}
	ttl, alive := sc.namespace.left(r.expires)
	return !alive || sc.yield(key, r, ttl), nil
}

// stopped says why the scan must end.
func (sc *scan) stopped() error {
	if err := aerostore.ContextError(sc.ctx); err != nil {
		return sc.call.FailContext(err)
	}
	if sc.store.closed.Load() {
		return sc.call.Fail(aerostore.CodeOK, aerostore.ErrClosed)
	}
	return nil
}

// yield hands one record to the caller unless it has none of the bins named,
// which a server counts towards MaxRecords all the same.
func (sc *scan) yield(key aerostore.Key, r record, ttl aerostore.TTL) (more bool) {
	sc.rows++
	more = sc.rows != sc.query.MaxRecords
	if !r.hasAny(sc.query.Bins) {
		return more
	}
	record := &aerostore.Record{Bins: r.some(sc.query.Bins), Generation: r.generation, TTL: ttl}
	if r.sentKey != nil {
		record.Key = *r.sentKey
	} else {
		record.Key = digestKey(key)
	}
	return sc.call.Yield(record) && more
}

// matches reports whether the record is in the index that answers the
// predicate, and there within it.
func (r *record) matches(where aerostore.Predicate) bool {
	if where.Kind() == aerostore.PredicateNone {
		return true
	}
	i := indexOf(r.bins, where.Bin())
	if i < 0 {
		return false
	}
	switch v := r.bins[i].value.(type) {
	case string:
		return where.Kind() == aerostore.PredicateStringEqual && v == where.Text()
	case int:
		begin, end := where.Bounds()
		return where.Kind() == aerostore.PredicateIntRange && begin <= int64(v) && int64(v) <= end
	default:
		return false
	}
}

// hasAny reports whether the record has one of the bins named; a query that
// names bins leaves the others out (query_partial_bins in query.jsonl).
func (r *record) hasAny(names []string) bool {
	for _, name := range names {
		if indexOf(r.bins, name) >= 0 {
			return true
		}
	}
	return len(names) == 0
}
