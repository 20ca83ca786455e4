package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// ByNode returns the name of the node to which the client would first send an operation
// on a single record, by its current partition map. It returns "" for any other call,
// for an invalid call, and if no node is known for the record. A further attempt may go
// to another node.
//
// Use ByNode as a scope, for example for a circuit breaker with a circuit for each
// node:
//
//	middleware.CircuitBreaker(middleware.BreakerOptions{Scope: backend.ByNode})
//
// When the client notices that a node left the cluster, ByNode returns another node for
// its records. ByNode computes the digest of the key, and the operation computes it
// again.
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
	policy, writes := s.readPolicy(), call.Writes()
	if writes || call.Op == aerostore.OpOperate {
		policy = &s.writePolicy().BasePolicy
	}
	if hasBaseOptions(&call.Options) {
		own := *policy
		setBaseOptions(&own, &call.Options)
		policy = &own
	}
	return s.firstNode(writes, policy, key)
}

// firstNode returns the node to which a key is sent first. Under some policies it is
// a different node for each read.
func (s *Store) firstNode(writes bool, p *as.BasePolicy, key *as.Key) (*as.Node, as.Error) {
	if writes {
		return s.writeNode(p.ReplicaPolicy, key)
	}
	return as.GetNodeBatchRead(s.client.Cluster(), key, p.ReplicaPolicy, as.GetReplicaPolicySC(p), nil, 0, 0)
}

// writeNode returns the node to which a write is sent first. It uses the client's function
// for batches, which finds the same node as that for single records and does not
// allocate.
func (s *Store) writeNode(replica as.ReplicaPolicy, key *as.Key) (*as.Node, as.Error) {
	return as.GetNodeBatchWrite(s.client.Cluster(), key, replica, nil, 0)
}

// mayMove reports whether further attempts of the client go to other nodes.
func mayMove(p as.ReplicaPolicy) bool { return p == as.SEQUENCE || p == as.PREFER_RACK }
