package asbackend

import (
	"sync"
	"sync/atomic"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// nodes has one description of each of the client's nodes, so that the node of an
// operation needs no allocation.
type nodes struct {
	known    atomic.Pointer[map[*as.Node]*aerostore.Node]
	learning sync.Mutex
}

// of returns the description of a node, nil for nil.
func (n *nodes) of(client *as.Client, node *as.Node) *aerostore.Node {
	if node == nil {
		return nil
	}
	if description := n.find(node); description != nil {
		return description
	}
	return n.learn(client, node)
}

func (n *nodes) learn(client *as.Client, node *as.Node) *aerostore.Node {
	n.learning.Lock()
	defer n.learning.Unlock()
	if description := n.find(node); description != nil {
		return description
	}
	host := node.GetHost()
	description := &aerostore.Node{Name: node.GetName(), Address: host.Name, Port: host.Port}
	known := map[*as.Node]*aerostore.Node{node: description}
	for _, alive := range client.GetNodes() { // nodes that left the cluster are dropped
		if description := n.find(alive); description != nil {
			known[alive] = description
		}
	}
	n.known.Store(&known)
	return description
}

func (n *nodes) find(node *as.Node) *aerostore.Node {
	if known := n.known.Load(); known != nil {
		return (*known)[node]
	}
	return nil
}
