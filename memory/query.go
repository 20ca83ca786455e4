package memory

import (
	"context"
	"iter"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/eval"
	"github.com/aerostore/aerostore/internal/scope"
)

// query yields the records of a query to the call.
func (s *Store) query(ctx context.Context, call aerostore.Call) error { return s.run(ctx, call, nil) }

// run is query with each for a job, nil for none.
func (s *Store) run(ctx context.Context, call aerostore.Call, each func(*set, aerostore.RecordID)) error {
	q := call.Query()
	n := s.namespace(q.Namespace)
	if n == nil {
		return call.NewError(aerostore.CodeInvalidNamespace, nil)
	}
	where := searchOf(q.Where)
	switch {
	case where == nil || n.findIndex(q.Set, where):
	case where.index != "":
		return call.NewError(aerostore.CodeIndexNotFound, nil)
	default:
		// The client retries this error in vain (sindex_missing in query.jsonl).
		return call.NewError(aerostore.CodeMaxRetries, call.NewError(aerostore.CodeIndexNotFound, nil))
	}
	if where != nil && scope.Repeats(ctx) {
		where.repeat()
	}
	filter, code := programOf(call.Options.Filter)
	if code != aerostore.CodeOK {
		return call.NewError(code, nil)
	}
	if most := int64(s.config.maxQueries); most > 0 {
		defer s.queries.Add(-1)
		if s.queries.Add(1) > most {
			return call.NewError(aerostore.CodeForbidden, nil)
		}
	}
	scan := &scan{namespace: n, ctx: ctx, call: call, query: q, where: where, filter: filter, seen: view{namespace: n}, each: each}
	if timeout := call.Options.Timeout; timeout > 0 {
		scan.until = time.Now().Add(timeout)
	}
	if q.RecordsPerSecond > 0 {
		scan.began = time.Now()
	}
	if q.Cursor != nil || q.Partitions != (aerostore.PartitionRange{}) {
		scan.runInOrder()
	} else {
		for set := range n.setsOf(q.Set) {
			if !scan.run(set) {
				break
			}
		}
	}
	if scan.broken || scan.err != nil {
		return scan.err
	}
	// As on a server, where the query has not ended after the last record.
	return scan.stopped()
}

// A scan is a running query.
type scan struct {
	namespace *namespace
	ctx       context.Context
	call      aerostore.Call
	query     *aerostore.Query
	where     *search       // nil for all records
	filter    *eval.Program // nil for none
	seen      view          // that the filter is evaluated for
	skipped   int           // records that the filter excluded
	until     time.Time     // by the call's timeout; zero for none
	began     time.Time     // if the records per second are limited
	rows      int
	digest    *[20]byte                             // of the record that is visited, if it is known
	each      func(set *set, id aerostore.RecordID) // of a job, in place of the call's Yield
	broken    bool                                  // the caller has left the loop
	err       error
}

// run visits the records of a set, shard by shard. Like the other methods, it returns
// false if the caller wants no more or the query has failed.
func (sc *scan) run(set *set) (more bool) {
	for i := range set.shards {
		if !sc.runShard(set, &set.shards[i]) {
			return false
		}
	}
	return true
}

// runShard visits the records that an index finds. It visits all records for a scan,
// and for a query whose index was dropped meanwhile.
func (sc *scan) runShard(set *set, sh *shard) (more bool) {
	if sc.err = sc.stopped(); sc.err != nil {
		return false
	}
	if sc.where != nil {
		if found, ok := sh.lookup(sc.where); ok && found == nil {
			return true
		} else if ok {
			return sc.runFound(set, sh, found)
		}
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.walk(func(id aerostore.RecordID, r *record) bool {
		if sc.where != nil && !sc.where.matches(set, id, r.bins) {
			return true
		}
		if sc.excludes(set, id, r) {
			return sc.skip(sh)
		}
		r.lend()
		now := *r
		sh.mu.Unlock()
		defer sh.mu.Lock() // also if the caller panics
		return sc.visit(set, id, &now)
	})
}

// runFound visits the records found that still match.
func (sc *scan) runFound(set *set, sh *shard, found iter.Seq2[aerostore.RecordID, uint64]) (more bool) {
	for id, birth := range found {
		sh.mu.Lock()
		var now record
		if r := sh.records.m[id]; r != nil && r.birth == birth && sc.where.matches(set, id, r.bins) && !sc.excludes(set, id, r) {
			r.lend()
			now = *r
		}
		sh.mu.Unlock()
		if now.bins == nil {
			continue
		}
		if !sc.visit(set, id, &now) {
			return false
		}
	}
	return true
}

// visit yields a record to the caller, who may use the store: no lock is held.
func (sc *scan) visit(set *set, id aerostore.RecordID, r *record) (more bool) {
	if !sc.mayGoOn() {
		return false
	}
	ttl, alive := sc.namespace.left(r.expires)
	if alive && sc.each != nil {
		if !sc.began.IsZero() && !sc.pace() {
			return false
		}
		sc.rows++
		sc.each(set, id)
		return true
	}
	if !alive {
		return true
	}
	for range sc.where.times(set, id, r) {
		if !sc.yield(set, id, r, ttl) {
			return false
		}
	}
	return true
}

// mayGoOn reports whether the context and the timeout of the call let the scan go on.
func (sc *scan) mayGoOn() bool {
	sc.err = sc.stopped()
	if sc.err == nil && !sc.until.IsZero() && !time.Now().Before(sc.until) {
		sc.err = sc.call.NewError(aerostore.CodeTimeout, nil)
	}
	return sc.err == nil
}

// stopped returns the error that ends the scan, if there is one.
func (sc *scan) stopped() error {
	if err := aerostore.ContextError(sc.ctx); err != nil {
		return sc.call.NewContextError(err)
	}
	return nil
}

// yield yields a record to the caller, unless it has none of the bins named. A server
// counts such a record towards MaxRecords, too, but a page does not.
func (sc *scan) yield(set *set, id aerostore.RecordID, r *record, ttl aerostore.TTL) (more bool) {
	hasAny := r.hasAny(sc.query.Bins)
	if !hasAny && sc.query.Cursor != nil {
		return true
	}
	if !sc.began.IsZero() && !sc.pace() {
		return false
	}
	sc.rows++
	more = sc.rows != sc.query.MaxRecords
	if !hasAny {
		return more
	}
	record := &aerostore.Record{Bins: r.some(sc.query.Bins), Generation: uint32(r.generation), TTL: ttl}
	switch {
	case r.sentKey != nil:
		record.Key = *r.sentKey
	case sc.digest != nil:
		record.Key = aerostore.DigestKey(set.namespace, set.name, *sc.digest)
	default:
		record.Key = digestKey(id.Key(set.namespace, set.name))
	}
	sc.broken = !sc.call.Yield(record)
	return more && !sc.broken
}

// hasAny reports whether the record has one of the bins named, or no bins are named.
// A query leaves other records out (query_partial_bins in query.jsonl).
func (r *record) hasAny(names []string) bool {
	var in finder
	for _, name := range names {
		if in.find(r.bins, name) >= 0 {
			return true
		}
	}
	return len(names) == 0
}
