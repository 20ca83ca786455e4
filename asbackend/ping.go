package asbackend

import (
	"context"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// pingTimeout bounds the wait for one node.
const pingTimeout = time.Second

var (
	ping            = aerostore.Custom{Name: "PING"}
	errNoNode error = safe.TextError("the client has found no node: check hosts and ports, and that the servers run")
)

// Ping implements [aerostore.Pinger]. It sends an info command to one node after another
// and returns nil when one answers. It waits one second for each node, or the timeout of
// the info policy if that is shorter.
//
// Ping returns
//   - [aerostore.ErrClosed] if the Store is closed,
//   - [aerostore.ErrInvalid] if ctx is nil,
//   - the context's error if ctx ends,
//   - [aerostore.CodeInvalidNode] if the client knows no node,
//   - the error of the last node otherwise.
func (s *Store) Ping(ctx context.Context) error {
	return aerostore.Do(ctx, s, ping, func(ctx context.Context) error {
		last := ping.NewError(aerostore.CodeInvalidNode, errNoNode)
		for _, node := range s.client.GetNodes() {
			if last = s.pingNode(ctx, node); last == nil {
				return nil
			}
		}
		if err := aerostore.ContextError(ctx); err != nil {
			return ping.NewError(aerostore.CodeOK, err)
		}
		return last
	})
}

func (s *Store) pingNode(ctx context.Context, node *as.Node) *aerostore.Error {
	timeout := s.infoPolicy().Timeout
	if isShorter(pingTimeout, timeout) {
		timeout = pingTimeout
	}
	answer, code, cause := s.info(ctx, node, timeout, "node")
	if answer != "" {
		return nil
	}
	err := ping.NewError(code, cause)
	err.Node = s.nodes.of(s.client, node)
	return err
}
