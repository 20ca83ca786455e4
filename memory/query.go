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
	keys      []aerostore.Key // of the shard that it is at
	rows      int
}

// run goes through the records of a set, which may be nil, shard by shard: a
// record never moves from one shard of a table to another, so that it is met
// once. It returns false when the caller wants no more.
//
// The scan stays with the table that it began with, even if the set moves on
// to another, but looks each record up anew to return it as it is now.
func (sc *scan) run(set *set) (more bool, err error) {
	if set == nil {
		return true, nil
	}
	t := set.table.Load()
	for i := range t.shards {
		sc.collect(&t.shards[i])
		for _, key := range sc.keys {
			if err := sc.stopped(); err != nil {
				return false, err
			}
			r, found := set.find(key)
			if !found || !sc.selects(r) {
				continue
			}
			ttl, alive := sc.namespace.left(r.expires)
			if alive && !sc.yield(key, r, ttl) {
				return false, nil
			}
		}
	}
	return true, nil
}

// stopped says why the scan must end.
func (sc *scan) stopped() error {
	if err := sc.ctx.Err(); err != nil {
		return sc.call.FailContext(err)
	}
	if sc.store.closed.Load() {
		return sc.call.Fail(aerostore.CodeOK, aerostore.ErrClosed)
	}
	return nil
}

// collect takes down the keys of the records in the shard that the query
// selects.
func (sc *scan) collect(sh *shard) {
	sc.keys = sc.keys[:0]
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	for key, r := range sh.records {
		if sc.selects(*r) {
			sc.keys = append(sc.keys, key)
		}
	}
}

func (sc *scan) selects(r record) bool {
	return r.matches(sc.query.Where) && r.hasAny(sc.query.Bins)
}

// yield hands one record to the caller, who may do with the store whatever
// they like meanwhile: no lock is held.
func (sc *scan) yield(home aerostore.Key, r record, ttl aerostore.TTL) (more bool) {
	record := &aerostore.Record{Bins: r.some(sc.query.Bins), Generation: r.generation, TTL: ttl}
	if r.sentKey != nil {
		record.Key = *r.sentKey
	} else {
		record.Key = digestKey(home)
	}
	sc.rows++
	return sc.call.Yield(record) && sc.rows != sc.query.MaxRecords
}

// matches reports whether the record is in the index that answers the
// predicate, and there within it.
func (r record) matches(where aerostore.Predicate) bool {
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
func (r record) hasAny(names []string) bool {
	for _, name := range names {
		if indexOf(r.bins, name) >= 0 {
			return true
		}
	}
	return len(names) == 0
}
