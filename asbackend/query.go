package asbackend

import (
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
)

// maxDrained is the number of records that are read beyond a query's limit in order to
// keep its connections. A query that is stopped closes them.
const maxDrained = 1000

// doQuery yields records until there are no more, the caller stops, the context ends or
// the client fails.
func (r *request) doQuery(left time.Duration) error {
	c := command{request: *r, left: left}
	q := r.call.Query()
	statement, ok := statementOf(q)
	if !ok {
		return r.call.NewError(aerostore.CodeUnsupportedFeature, nil)
	}
	nodes := len(r.store.client.GetNodes())
	policy := c.queryPolicy(q, nodes)
	records, err := r.store.client.Query(policy, statement)
	if err != nil {
		return c.newError(err)
	}
	idle := newIdleTimer(idleLimit(policy, nodes, r.store.connectionWait(policy.SocketTimeout)))
	defer idle.stop()
	var repeated as.Error
	ended := false
	defer func() {
		if !ended {
			r.store.stop(records)
		}
	}()
	for {
		select {
		case <-r.ctx.Done():
			return r.call.NewContextError(aerostore.ContextError(r.ctx))
		case <-r.store.life.abort:
			return closedError(r.call)
		case <-idle.expired:
			if idle.isIdle() {
				return r.call.NewError(aerostore.CodeTimeout, errIdle)
			}
		case result, more := <-records.Results():
			idle.received++
			switch {
			case !more:
				ended = true
				return r.interrupted()
			case r.ctx.Err() != nil:
				return r.call.NewContextError(aerostore.ContextError(r.ctx))
			case q.MaxRecords > 0 && idle.received > q.MaxRecords:
				// A record beyond the limit, from another node.
			case repeated != nil: // it was not the last result, so the attempts were not repeated with success
				return c.newError(repeated)
			case result.Err != nil && isRepeated(result.Err):
				repeated = result.Err
			case result.Err != nil:
				return c.newError(result.Err)
			case !r.call.Yield(storeRecord(storeKey(result.Record.Key), result.Record)):
				return nil
			case idle.received == q.MaxRecords && idle.received*(nodes-1) > maxDrained:
				return r.interrupted()
			}
		}
	}
}

// interrupted returns the error of the context if that has ended, nil otherwise. A context
// that ends in the caller's loop fails the query even after the last record.
func (r *request) interrupted() error {
	if err := aerostore.ContextError(r.ctx); err != nil {
		return r.call.NewContextError(err)
	}
	return nil
}

// isRepeated reports whether an error of a query may be that of attempts that the client
// repeated with success. The client returns that error after all records: a connection
// that was cut while idle would fail the next query. If the client does not repeat an
// attempt, it returns the error at once. If all attempts fail, the error has no node.
func isRepeated(err as.Error) bool {
	e := newClientError(err).err
	return e.Node != nil && e.Matches(types.TIMEOUT, types.NETWORK_ERROR, types.SERVER_NOT_AVAILABLE, types.INDEX_NOTFOUND, types.INDEX_NOTREADABLE)
}

// statementOf returns false for an unknown predicate.
func statementOf(q *aerostore.Query) (*as.Statement, bool) {
	statement := as.NewStatement(q.Namespace, q.Set, q.Bins...)
	begin, end := q.Where.Bounds()
	switch q.Where.Kind() {
	case aerostore.PredicateNone:
	case aerostore.PredicateStringEqual:
		statement.Filter = as.NewEqualFilter(q.Where.Bin(), q.Where.Text())
	case aerostore.PredicateIntRange:
		statement.Filter = as.NewRangeFilter(q.Where.Bin(), begin, end)
	default:
		return nil, false
	}
	return statement, true
}

// stop stops a query without waiting. The client's Close waits for the server, perhaps
// until the socket times out, and forever if a full channel blocks an error. So stop
// also empties the channel.
func (s *Store) stop(records *as.Recordset) {
	s.life.users.Add(1) // keep the client open until the query has ended
	done := s.life.unbounded()
	go func() {
		defer func() { done(); s.life.release() }()
		_ = records.Close() // fails only if closed already
	}()
	go func() {
		for range records.Results() {
		}
	}()
}
