package asbackend

import (
	"context"
	"errors"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// pingTimeout bounds the wait for one node.
const pingTimeout = time.Second

// maxPings is how many nodes may be asked at once: one that hangs holds up a
// goroutine for as long as the client waits for it.
const maxPings = 8

var (
	ping      = aerostore.Custom{Name: "PING"}
	errNoNode = errors.New("the client has not found any node: check hosts and ports, and that the servers run")
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
		last := ping.Fail(aerostore.CodeInvalidNode, errNoNode)
		for _, node := range s.client.GetNodes() {
			if last = s.pingNode(ctx, node); last == nil {
				return nil
			}
		}
		if err := ctx.Err(); err != nil {
			return ping.Fail(aerostore.CodeOK, err)
		}
		return last
	})
}

// pingNode asks on a goroutine of its own, since the client has one connection
// for this to each node and waits for its turn without a limit.
func (s *Store) pingNode(ctx context.Context, node *as.Node) *aerostore.Error {
	policy := *s.infoPolicy()
	if isShorter(pingTimeout, policy.Timeout) {
		policy.Timeout = pingTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, policy.Timeout)
	defer cancel()
	select {
	case s.pings <- struct{}{}:
	case <-ctx.Done():
		return s.pingError(node, aerostore.CodeTimeout, nil)
	}
	answered := make(chan *aerostore.Error, 1)
	s.life.users.Add(1)
	done := s.life.last()
	go func() {
		defer func() { <-s.pings; done(); s.life.release() }()
		answered <- s.askName(node, &policy)
	}()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		return s.pingError(node, aerostore.CodeTimeout, nil)
	}
}

func (s *Store) askName(node *as.Node, policy *as.InfoPolicy) *aerostore.Error {
	const command = "node"
	answers, err := node.RequestInfo(policy, command)
	switch {
	case err != nil:
		cause := newClientError(err)
		return s.pingError(node, aerostore.ResultCode(cause.err.ResultCode), cause)
	case answers[command] == "": // the client keeps it to itself if it got no connection
		return s.pingError(node, aerostore.CodeNoConnections, nil)
	default:
		return nil
	}
}

func (s *Store) pingError(node *as.Node, code aerostore.ResultCode, cause error) *aerostore.Error {
	err := ping.Fail(code, cause)
	err.Node = s.nodes.of(s.client, node)
	return err
}
