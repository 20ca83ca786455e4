package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// ByNode returns the name of the node that an operation on a single record would
// be sent to first, by the client's partition map as it is now; "" for any other
// call, for one that would be refused and where no node is known for the record.
// A further attempt of the client may go to another node.
//
// It is made to be a scope, such as that of middleware.CircuitBreaker, with one
// circuit for each node:
//
//	middleware.CircuitBreaker(middleware.BreakerOptions{Scope: backend.ByNode})
//
// When a node leaves the cluster, the map says so as soon as the client has
// noticed, and what went there belongs to another node from then on. It costs the
// digest of the key, which is computed again for the operation.
func (s *Store) ByNode(call aerostore.Call) string {
	if !call.Op.IsSingle() || !s.life.acquire() {
		return ""
	}
	defer s.life.release()
	node, err := s.route(call)
	if err != nil {
		return ""
	}
	return node.GetName()
}

func (s *Store) route(call aerostore.Call) (*as.Node, as.Error) {
	key, err := clientKey(call.Key, false)
	if err != nil {
		return nil, err
	}
	if call.Writes() {
		return s.firstNode(true, &s.writePolicy().BasePolicy, key)
	}
	return s.firstNode(false, s.readPolicy(), key)
}

// firstNode returns the node that a key is sent to first, which for some policies is
// another one for each read.
func (s *Store) firstNode(writes bool, p *as.BasePolicy, key *as.Key) (*as.Node, as.Error) {
	if writes {
		return s.writeNode(p.ReplicaPolicy, key)
	}
	return as.GetNodeBatchRead(s.client.Cluster(), key, p.ReplicaPolicy, as.GetReplicaPolicySC(p), nil, 0, 0)
}

// writeNode returns the node that a write goes to first. The client's functions
// for batches do the same as those for single records, and allocate nothing.
func (s *Store) writeNode(replica as.ReplicaPolicy, key *as.Key) (*as.Node, as.Error) {
	return as.GetNodeBatchWrite(s.client.Cluster(), key, replica, nil, 0)
}
