package memory

import (
	"context"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/serverinfo"
)

// self is the only node.
var self = &aerostore.Node{Name: "MEMORY"}

// Info implements [aerostore.Informer]. There is one node, without an address. It answers
// build, version, edition, features, digests, status, node, cluster-name, partitions,
// namespaces, namespace/NAME, statistics, sets, sindex, sindex-list, sindex-stat,
// sindex-exists and udf-list in the form of a server, with the fields that programs read
// most. It refuses other commands with [aerostore.ErrParameter], as a server refuses one
// that it does not know.
//
// Errors: [aerostore.ErrInvalid], [aerostore.ErrClosed], and those of the context.
func (s *Store) Info(ctx context.Context, r aerostore.InfoRequest) ([]aerostore.NodeInfo, error) {
	if err := r.Check(ctx); err != nil {
		return nil, err
	}
	if s.closed.Load() {
		return nil, r.NewError(aerostore.CodeOK, aerostore.ErrClosed)
	}
	server := serverinfo.Server{
		Source: s, Node: self.Name, Nodes: 1, Replicas: 1,
		Objects: func(namespace, set string) (all, masters int64) {
			n := s.namespace(namespace).count(set)
			return n, n
		},
	}
	answers := make(map[string]string, len(r.Commands))
	for _, command := range r.Commands {
		answers[command], _ = server.Answer(command)
	}
	node := *self
	return []aerostore.NodeInfo{r.Entry(&node, answers)}, nil
}
