package asbackend

import (
	"sync"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// poolTimeouts counts the commands that got no connection, by address as the client's
// own counters. The client does not count them.
type poolTimeouts struct {
	mu     sync.Mutex
	byNode map[aerostore.Node]int64 // without the name
}

func (p *poolTimeouts) count(node *aerostore.Node) {
	if node == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byNode == nil {
		p.byNode = map[aerostore.Node]int64{}
	}
	p.byNode[aerostore.Node{Address: node.Address, Port: node.Port}]++
}

func (p *poolTimeouts) of(node aerostore.Node) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.byNode[aerostore.Node{Address: node.Address, Port: node.Port}]
}

// countPoolTimeout counts a command that ended with err, if that is for lack of a
// connection.
func (c *command) countPoolTimeout(err as.Error) {
	if e := newClientError(err).err; isStarved(e) {
		c.store.poolTimeouts.count(c.store.nodes.of(c.store.client, starvedAt(e)))
	}
}

// starvedAt returns the node that had no connection last.
func starvedAt(err *as.AerospikeError) *as.Node {
	node := err.Node
	for inner, ok := linked(err); ok && node == nil; inner, ok = linked(inner) {
		node = inner.Node
	}
	return node
}
