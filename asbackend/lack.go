package asbackend

import (
	"fmt"
	"sync"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"
)

// lackOf returns why a node had no connection for a command, if cause has no better reason and
// the client lets it be known, "" otherwise.
//
// The client opens connections in the background and forgets why that failed. Its error says
// whether the pool was full. It counts the connections that it tries to open as part of the
// pool, so the pool for a node that is away is full too.
func (s *Store) lackOf(cause *clientError, node *as.Node) string {
	err := cause.root()
	if err.ResultCode != types.NO_AVAILABLE_CONNECTIONS_TO_NODE {
		return ""
	}
	err = lastLack(cause.err)
	if err.Node != nil {
		node = err.Node
	}
	switch message(err) {
	case emptyText:
		if s.limitsOpening {
			return ""
		}
		return "no connection was free, and the node accepted no other in time: see whether it is up and reachable"
	case exhaustedText:
		if node == nil {
			return ""
		}
		return s.pools.of(s.client, node).lack(s.maxConnections, s.logsIn)
	default:
		return ""
	}
}

var (
	emptyText     = message(&as.ErrConnectionPoolEmpty.AerospikeError)
	exhaustedText = message(&as.ErrConnectionPoolExhausted.AerospikeError)
)

// lastLack returns the last error in a chain for lack of a connection, which must have one.
func lastLack(err *as.AerospikeError) *as.AerospikeError {
	for err.ResultCode != types.NO_AVAILABLE_CONNECTIONS_TO_NODE {
		err, _ = linked(err)
	}
	return err
}

// lack returns why a pool with a limit of connections is full, "" if that is not known.
//
// The client does not count a connection as closed that was in use when its node left. It
// counts one as closed, though never as opened, if the login fails.
func (c counters) lack(limit int64, logsIn bool) string {
	open := min(max(c.get("connections-successful")-c.get("closed-connections"), 0), limit)
	switch {
	case open == limit && c.get("node-removed-count") == 0:
		return fmt.Sprintf("every connection of the pool is in use (limit %d): see whether the node answers; if it does, enlarge the pool or lower the concurrency", limit)
	case open < limit && (!logsIn || c.get("connections-failed") == 0):
		return fmt.Sprintf("the pool has %d of %d connections, and the node did not accept the others in time: see whether it is up and reachable", open, limit)
	default:
		return ""
	}
}

// pools has the client's counters, which are read again when they are old. That takes 0.1 ms
// for each node, and many commands fail at once.
type pools struct {
	mu      sync.Mutex
	read    time.Time
	counted map[string]any
}

// maxPoolsAge is how old the counters may be.
const maxPoolsAge = 100 * time.Millisecond

// of returns the counters of a node.
func (p *pools) of(client *as.Client, node *as.Node) counters {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.read) > maxPoolsAge {
		if counted, err := client.Stats(); err == nil {
			p.read, p.counted = now, counted
		}
	}
	c, _ := p.counted[node.GetHost().String()].(map[string]any)
	return c
}
