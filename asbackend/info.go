package asbackend

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// maxInfos is the maximum number of info commands under way. If a node hangs, the
// goroutine of a command exists as long as the client waits for the node.
const maxInfos = 8

var errNoConnection error = safe.TextError("the client got no connection to the node: check that the server runs and accepts this client")

// Info implements [aerostore.Informer]. It sends the commands to all nodes at once, and waits
// for each as long as ctx and the timeout of the info policy allow. A context that ends does
// not stop a command that was sent.
//
// Info returns
//   - [aerostore.ErrClosed] if the Store is closed,
//   - [aerostore.ErrInvalid] if ctx is nil or a command is not valid,
//   - the context's error if ctx has ended,
//   - [aerostore.CodeInvalidNode] if the client knows no node.
func (s *Store) Info(ctx context.Context, r aerostore.InfoRequest) ([]aerostore.NodeInfo, error) {
	if !s.life.acquire() {
		return nil, r.NewError(aerostore.CodeOK, aerostore.ErrClosed)
	}
	defer s.life.release()
	defer s.life.unbounded()()
	if err := r.Check(ctx); err != nil {
		return nil, err
	}
	nodes := slices.Clone(s.client.GetNodes())
	if len(nodes) == 0 {
		return nil, r.NewError(aerostore.CodeInvalidNode, errNoNode)
	}
	slices.SortFunc(nodes, func(a, b *as.Node) int { return cmp.Compare(a.GetName(), b.GetName()) })
	entries := make([]aerostore.NodeInfo, len(nodes))
	var all sync.WaitGroup
	for i, node := range nodes {
		all.Go(func() { entries[i] = s.nodeInfo(ctx, node, r) })
	}
	all.Wait()
	return entries, nil
}

func (s *Store) nodeInfo(ctx context.Context, node *as.Node, r aerostore.InfoRequest) aerostore.NodeInfo {
	of := s.nodes.of(s.client, node)
	answers, code, cause := s.sendInfo(ctx, node, s.infoPolicy().Timeout, r.Commands...)
	if code == aerostore.CodeOK && cause == nil {
		return r.Entry(of, answers)
	}
	err := r.NewError(code, cause)
	err.Node, err.InDoubt = of, r.Writes()
	return aerostore.NodeInfo{Node: of, Err: err}
}

// info sends an info command to a node and returns the answer, as sendInfo does.
func (s *Store) info(
	ctx context.Context, node *as.Node, timeout time.Duration, command string,
) (answer string, code aerostore.ResultCode, cause error) {
	answers, code, cause := s.sendInfo(ctx, node, timeout, command)
	answer, found := answers[command]
	if code == aerostore.CodeOK && cause == nil && !found {
		code, cause = aerostore.CodeServerNotAvailable, errNoConnection
	}
	return answer, code, cause
}

// sendInfo sends info commands to a node and returns the answers. It returns when ctx or
// timeout ends; a timeout of zero is the client's default.
//
// The command runs on a goroutine, because the client has one connection to each node
// for info commands and waits for it without a limit.
//
// If that fails, sendInfo returns a code and its cause, or CodeOK and the error of ctx.
func (s *Store) sendInfo(
	ctx context.Context, node *as.Node, timeout time.Duration, commands ...string,
) (answers map[string]string, code aerostore.ResultCode, cause error) {
	limited, cancel := context.WithTimeout(ctx, cmp.Or(max(timeout, 0), as.NewInfoPolicy().Timeout))
	defer cancel()
	deadline, _ := limited.Deadline()
	// The client gives up a little later, so that its timeout is not mistaken for the node's error.
	policy := as.InfoPolicy{Timeout: max(time.Until(deadline), 0) + grace}
	isOver := func() bool { return limited.Err() != nil || !time.Now().Before(deadline) }
	ended := func() (map[string]string, aerostore.ResultCode, error) {
		if err := aerostore.ContextError(ctx); err != nil {
			return nil, aerostore.CodeOK, err
		}
		if end, ok := ctx.Deadline(); ok && !time.Now().Before(end) { // the timer of ctx is late
			return nil, aerostore.CodeOK, deadlineError(ctx)
		}
		return nil, aerostore.CodeTimeout, nil
	}
	select {
	case s.infos <- struct{}{}:
	case <-limited.Done():
		return ended()
	}
	type reply struct {
		answers map[string]string
		err     as.Error
	}
	replied := make(chan reply, 1)
	s.life.users.Add(1)
	done := s.life.unbounded()
	go func() {
		defer func() { <-s.infos; done(); s.life.release() }()
		answers, err := node.RequestInfo(&policy, commands...)
		replied <- reply{answers, err}
	}()
	select {
	case r := <-replied:
		switch {
		case r.err != nil && isOver():
			return ended()
		case r.err != nil:
			cause := newClientError(r.err)
			cause.lack = s.lackOf(cause, node)
			return nil, aerostore.ResultCode(cause.err.ResultCode), cause
		case r.answers == nil: // the client reports no error then
			return nil, aerostore.CodeServerNotAvailable, errNoConnection
		default:
			return r.answers, aerostore.CodeOK, nil
		}
	case <-limited.Done():
		return ended()
	}
}
