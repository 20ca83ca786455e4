package asbackend

import (
	"cmp"
	"context"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// maxInfos is the maximum number of info commands under way. If a node hangs, the
// goroutine of a command exists as long as the client waits for the node.
const maxInfos = 8

var errNoConnection error = safe.TextError("the client got no connection to the node: check that the server runs and accepts this client")

// info sends an info command to a node and returns the answer. It returns when ctx or
// timeout ends; a timeout of zero is the client's default.
//
// The command runs on a goroutine, because the client has one connection to each node
// for info commands and waits for it without a limit.
//
// If the command fails, info returns a code and its cause, or CodeOK and the error of ctx.
func (s *Store) info(
	ctx context.Context, node *as.Node, timeout time.Duration, command string,
) (answer string, code aerostore.ResultCode, cause error) {
	limited, cancel := context.WithTimeout(ctx, cmp.Or(max(timeout, 0), as.NewInfoPolicy().Timeout))
	defer cancel()
	deadline, _ := limited.Deadline()
	// The client gives up a little later, so that its timeout is not mistaken for the node's error.
	policy := as.InfoPolicy{Timeout: max(time.Until(deadline), 0) + grace}
	isOver := func() bool { return limited.Err() != nil || !time.Now().Before(deadline) }
	ended := func() (string, aerostore.ResultCode, error) {
		if err := aerostore.ContextError(ctx); err != nil {
			return "", aerostore.CodeOK, err
		}
		if end, ok := ctx.Deadline(); ok && !time.Now().Before(end) { // the timer of ctx is late
			return "", aerostore.CodeOK, deadlineError(ctx)
		}
		return "", aerostore.CodeTimeout, nil
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
		answers, err := node.RequestInfo(&policy, command)
		replied <- reply{answers, err}
	}()
	select {
	case r := <-replied:
		answer, found := r.answers[command]
		switch {
		case r.err != nil && isOver():
			return ended()
		case r.err != nil:
			cause := newClientError(r.err)
			return "", aerostore.ResultCode(cause.err.ResultCode), cause
		case !found: // the client reports no error then
			return "", aerostore.CodeServerNotAvailable, errNoConnection
		default:
			return answer, aerostore.CodeOK, nil
		}
	case <-limited.Done():
		return ended()
	}
}
