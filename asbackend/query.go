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
	q := r.call.Query()
	statement, err := r.statement(q)
	if err != nil {
		return err
	}
	c := command{request: *r, left: left}
	nodes := len(r.store.client.GetNodes())
	if q.Cursor != nil {
		p := pages{command: c, query: q, statement: statement, nodes: nodes, whole: repeats(q.Where)}
		return p.read()
	}
	one := round{command: c, policy: c.queryPolicy(q, nodes), nodes: nodes, limit: q.MaxRecords, spare: nodes - 1, seen: seenOf(q.Where)}
	var more bool
	if of := q.Partitions; of != (aerostore.PartitionRange{}) {
		more, err = one.read(statement, as.NewPartitionFilterByRange(of.First, of.Count))
	} else {
		more, err = one.readAll(statement)
	}
	if err != nil || !more {
		return err
	}
	return r.interrupted()
}

// A round is one query of the client.
type round struct {
	command
	policy *as.QueryPolicy
	nodes  int
	limit  int // of records, 0: none
	spare  int // nodes that may return as many records again, which are dropped
	run    *aerostore.Resumption
	seen   seen
	held   *[]*as.Result // to which the records go, nil: to the caller
	rows   int           // that were received, up to the limit
	done   bool          // the client is done with the query
}

// readAll is read of all partitions.
func (r *round) readAll(statement *as.Statement) (more bool, _ error) {
	all := r.store.partitions.get(r.nodes)
	more, err := r.read(statement, &all.filter)
	if r.done {
		r.store.partitions.put(all)
	}
	return more, err
}

// read yields records until there are no more, or as many as the limit. It returns false
// if the caller wants no more.
func (r *round) read(statement *as.Statement, partitions *as.PartitionFilter) (more bool, _ error) {
	records, err := r.store.client.QueryPartitions(r.policy, statement, partitions)
	if err != nil {
		return false, r.newError(err)
	}
	idle := newIdleTimer(idleLimit(r.policy, r.nodes, r.store.connectionWait(r.policy.SocketTimeout)))
	defer idle.stop()
	var repeated as.Error
	defer func() {
		if !r.done {
			r.store.stop(records)
		}
	}()
	for {
		result, err := r.next(records.Results(), &idle)
		switch {
		case err != nil:
			return false, err
		case result == nil:
			r.done = true
			return true, nil
		case r.limit > 0 && idle.received > r.limit:
			// A record beyond the limit, from another node.
		case repeated != nil: // it was not the last result, so the attempts were not repeated with success
			return false, r.failed(repeated)
		case result.Err != nil && isRepeated(result.Err):
			repeated = result.Err
		case result.Err != nil:
			return false, r.failed(result.Err)
		case r.seen.again(result.Record.Key):
		case !r.yield(result):
			return false, nil
		case idle.received == r.limit && idle.received*r.spare > maxDrained:
			return true, nil
		}
	}
}

// next waits for a result of the client, nil after the last.
func (r *round) next(results <-chan *as.Result, idle *idleTimer) (*as.Result, error) {
	var result *as.Result
	more := true
	select {
	case result, more = <-results: // that is there already, as most are: a select of several cases locks them all
	default:
		select {
		case result, more = <-results:
		case <-r.ctx.Done():
		case <-r.store.life.abort:
		case <-idle.expired:
			if idle.isIdle() {
				return nil, r.call.NewError(aerostore.CodeTimeout, errIdle)
			}
			return r.next(results, idle)
		}
	}
	if !more {
		return nil, nil
	}
	idle.received++
	return result, r.aborted()
}

// aborted returns an error if the context has ended or [Store.Shutdown] ends queries.
func (c *command) aborted() error {
	if c.ctx.Err() != nil {
		return c.call.NewContextError(aerostore.ContextError(c.ctx))
	}
	select {
	case <-c.store.life.abort:
		return closedError(c.call)
	default:
		return nil
	}
}

func (r *round) failed(err as.Error) *aerostore.Error {
	r.countPoolTimeout(err)
	return r.newError(err)
}

// yield passes a record on and moves the cursor past it.
func (r *round) yield(result *as.Result) (more bool) {
	r.rows++
	if r.held != nil {
		*r.held = append(*r.held, result)
		return true
	}
	record := result.Record
	var at aerostore.Position
	if r.run != nil {
		copy(at.Digest[:], record.Key.Digest())
		if result.BVal != nil {
			at.Value = *result.BVal
		}
	}
	more = r.call.Yield(storeRecord(storeKey(record.Key), record))
	if r.run != nil {
		r.run.Move(at)
	}
	return more
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
