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
	errNoNode error = safe.TextError("the client has not found any node: check hosts and ports, and that the servers run")
)

// Ping implements [aerostore.Pinger]: it asks the nodes in use for their name,
// one after the other, until one answers. It waits for each for a second at
// most, or for the info policy's timeout if that is shorter, and returns as soon
// as ctx is done.
//
// Errors: [aerostore.ErrClosed]; [aerostore.ErrInvalid] for a nil ctx; the
// context's error; [aerostore.CodeInvalidNode] where the client knows no node;
// else what the last node failed with.
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
