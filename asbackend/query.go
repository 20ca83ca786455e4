package asbackend

import (
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
)

// mostDrained is how many records beyond the limit are read to keep connections,
// which a query that is stopped closes.
const mostDrained = 1000

// query hands records on until there are no more, the caller wants no more,
// the context ends or the client fails.
func (r *request) doQuery(left time.Duration) error {
	c := command{request: r, left: left}
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
				// More than were asked for, from another node.
			case repeated != nil: // it was not what it looked like
				return c.newError(repeated)
			case result.Err != nil && isRepeated(result.Err):
				repeated = result.Err
			case result.Err != nil:
				return c.newError(result.Err)
			case !r.call.Yield(storeRecord(storeKey(result.Record.Key), result.Record)):
				return nil
			case idle.received == q.MaxRecords && idle.received*(nodes-1) > mostDrained:
				return r.interrupted()
			}
		}
	}
}

// interrupted returns the error of the context if that has ended: one that ends
// in the loop of the last record ends the query, whether or not the node has
// said meanwhile that there are no more.
func (r *request) interrupted() error {
	if err := aerostore.ContextError(r.ctx); err != nil {
		return r.call.NewContextError(err)
	}
	return nil
}

// isRepeated reports whether an error of a query is that of attempts that were
// repeated with success. The client tells it all the same, at the end, after all
// records: a connection that was cut while idle would make a failure of the next
// query. What it does not repeat it tells at once, and where it repeated in vain it
// tells a verdict that has no node.
func isRepeated(err as.Error) bool {
	e := newClientError(err).err
	return e.Node != nil && e.Matches(types.TIMEOUT, types.NETWORK_ERROR, types.SERVER_NOT_AVAILABLE, types.INDEX_NOTFOUND, types.INDEX_NOTREADABLE)
}

// statementOf returns false for a predicate that it does not know.
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

// stop ends a query before its end, without waiting: the client's Close waits
// for a server that may be silent until the socket times out, and for ever if
// an error is held up in a full channel, which is why that is emptied.
func (s *Store) stop(records *as.Recordset) {
	s.life.users.Add(1) // the client is needed until the query is gone
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
