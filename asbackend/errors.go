package asbackend

import (
	"cmp"
	"context"
	"fmt"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// newError returns the error of the call for an error of the client.
func (c *command) newError(err as.Error) *aerostore.Error {
	cause := newClientError(err)
	cause.late = c.isLate(cause.err)
	e := c.call.NewError(c.store.code(cause), nil)
	e.Node = c.store.nodes.of(c.store.client, cause.err.Node)
	e.InDoubt = c.inDoubt(cause.err) || c.retries != nil && c.retries.sent
	cause.inDoubt, cause.lack = e.InDoubt, c.store.lackOf(cause, nil)
	if c.retries != nil && c.retries.late {
		e.Code = aerostore.CodeTimeout
	}
	if ended := c.contextError(cause.err, e.Code); ended != nil {
		e.Code, e.Err = aerostore.CodeOK, &endedError{ended: ended, cause: cause}
		return e
	}
	e.Err = nested(*e, cause)
	return e
}

// code returns the client's outermost code, with corrections. A client that never
// found a node reports an unknown namespace. If a command is too large to send, the
// client reports an answer that cannot be parsed.
func (s *Store) code(cause *clientError) aerostore.ResultCode {
	err := cause.err
	if isTooLarge(err) {
		return aerostore.CodeRecordTooBig
	}
	if cause.late {
		return aerostore.CodeTimeout
	}
	if err.ResultCode == types.INVALID_NAMESPACE && err.Node == nil && len(s.client.GetNodes()) == 0 {
		return aerostore.CodeInvalidNode
	}
	return aerostore.ResultCode(err.ResultCode)
}

// nested returns the cause of e. If the retries ran out, it is the server's answer to the
// last attempt, which wraps the client's error.
func nested(e aerostore.Error, cause *clientError) error {
	cause.shown = e.Code
	if e.Code != aerostore.CodeMaxRetries {
		return cause
	}
	for err := cause.err; err != nil; err, _ = linked(err) {
		if code := aerostore.ResultCode(err.ResultCode); code.FromServer() {
			cause.shown = code
			return &aerostore.Error{Op: e.Op, Namespace: e.Namespace, Set: e.Set, Code: code, Err: cause}
		}
	}
	return cause
}

// contextError returns the context's error if the client failed because the context
// ended, nil otherwise or if a server answered nevertheless.
func (c *command) contextError(err *as.AerospikeError, code aerostore.ResultCode) error {
	if isAnswer(err) {
		return nil
	}
	if err := aerostore.ContextError(c.ctx); err != nil {
		return err
	}
	// The context's timer may be late, and the client gives up early if another
	// attempt would end too late.
	deadline, ok := c.ctx.Deadline()
	if !ok {
		return nil
	}
	left := time.Until(deadline)
	if left <= 0 || c.byContext && (code == aerostore.CodeTimeout || left <= timerDelay && isServerTimeout(err)) {
		return deadlineError(c.ctx)
	}
	return nil
}

// timerDelay is how long a context's timer may be late, and a server may be early.
const timerDelay = 5 * time.Millisecond

// isServerTimeout reports whether the last error is the server's: the timeout of the
// whole command, which was sent to it, is over. If the client drops causes, the last error
// may be that nothing came within the socket timeout.
func isServerTimeout(err *as.AerospikeError) bool {
	for err.ResultCode == types.MAX_RETRIES_EXCEEDED {
		inner, ok := linked(err)
		if !ok {
			return false
		}
		err = inner
	}
	return err.ResultCode == types.TIMEOUT && isAnswer(err)
}

// deadlineError returns the error of a context whose deadline has passed or is about
// to. It waits for the context's timer, which sets the cause.
func deadlineError(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return aerostore.ContextError(ctx)
	case <-time.After(timerDelay):
		return context.DeadlineExceeded
	}
}

// endedError is the error of a command that failed because its context ended.
type endedError struct {
	ended error
	cause *clientError
}

func (e *endedError) Error() string   { return e.ended.Error() + ": " + e.cause.Error() }
func (e *endedError) Unwrap() []error { return []error{e.ended, e.cause} }

// SafeMessage is Error without the application's cause of the context's end.
func (e *endedError) SafeMessage() string { return safe.Message(e.ended) + ": " + e.cause.Error() }

// clientError is an error of the client with a text of one line, without keys and
// values. The client's own text has a line for each attempt.
type clientError struct {
	err     *as.AerospikeError
	inDoubt bool                 // the call, not only this attempt
	late    bool                 // see command.isLate
	shown   aerostore.ResultCode // in the text of the error that wraps it
	lack    string               // see Store.lackOf
}

func newClientError(err as.Error) *clientError {
	ae, ok := err.(*as.AerospikeError)
	if !ok { // one of the client's constants, which has a type of its own
		code := cmp.Or(types.ResultCode(aerostore.CodeOf(err)), types.COMMON_ERROR)
		ae = &as.AerospikeError{ResultCode: code}
	}
	return &clientError{err: ae}
}

func (e *clientError) Unwrap() error { return e.err }

// SafeMessage is Error.
func (e *clientError) SafeMessage() string { return e.Error() }

// Error returns the reason for the code.
func (e *clientError) Error() string {
	root := e.root()
	unsent := !e.inDoubt && neverSent(e.err)
	shown := !isNetwork(root) && (root.ResultCode == e.err.ResultCode || aerostore.ResultCode(root.ResultCode) == e.shown)
	switch {
	case isAnswer(e.err):
		return answered(e.err)
	case e.late:
		return "the time was over"
	case unsent && (shown || root == e.err):
		return text("nothing was sent", e.lack)
	case unsent:
		return "nothing was sent: " + e.reason(root)
	case shown && isAnswer(root):
		return answered(root)
	case shown:
		return text("reported by the client", e.lack)
	default:
		return e.reason(root)
	}
}

// text returns what is said, with the reason if there is one.
func text(said, reason string) string {
	if reason == "" {
		return said
	}
	return said + ": " + reason
}

// answered says that the server sent err. If the client drops causes, a timeout may be its own.
func answered(err *as.AerospikeError) string {
	if dropsCauses && err.ResultCode == types.TIMEOUT {
		return "the time was over, for the client or for the server"
	}
	return "answered by the server"
}

// root returns the client's innermost error that says why the command failed. Nearly
// every command that uses a cold pool has an error for lack of a connection, which is
// returned only if there is no other.
func (e *clientError) root() *as.AerospikeError {
	var root *as.AerospikeError
	innermost := e.err
	for err, ok := e.err, true; ok; err, ok = linked(err) {
		innermost = err
		if err.ResultCode != types.NO_AVAILABLE_CONNECTIONS_TO_NODE && err.ResultCode != types.MAX_RETRIES_EXCEEDED && !gaveUp(err) {
			root = err
		}
	}
	return cmp.Or(root, innermost)
}

// reason returns the text of the network's error, or else that of the code of the root.
func (e *clientError) reason(root *as.AerospikeError) string {
	switch code := aerostore.ResultCode(root.ResultCode); {
	case isNetwork(root):
		return root.Unwrap().Error()
	case e.lack != "":
		return fmt.Sprintf("%v (%d): %s", code.String(), int(code), e.lack)
	default:
		return code.Error()
	}
}

// isLate reports whether the time was over when the client was to read the answer to a
// write. A client that drops causes reports the same as for a connection that broke.
func (c *command) isLate(err *as.AerospikeError) bool {
	if !dropsCauses || err.ResultCode != types.MAX_RETRIES_EXCEEDED || c.begun.IsZero() {
		return false
	}
	inner, ok := linked(err)
	if !ok || inner.ResultCode != types.NETWORK_ERROR || inner.Unwrap() != nil {
		return false
	}
	policy := &c.store.writePolicy().BasePolicy
	if c.call.IsBatch() {
		policy = &c.store.batchPolicy().BasePolicy
	}
	total, _, _ := c.timeouts(policy)
	return total > 0 && time.Since(c.begun) >= total
}

// isNetwork reports whether err wraps an error of the network, whose text may have
// addresses but no keys and values. If there was an earlier attempt, err wraps the
// error of that instead.
func isNetwork(err *as.AerospikeError) bool {
	if err.ResultCode != types.NETWORK_ERROR && err.ResultCode != types.TIMEOUT {
		return false
	}
	_, linked := linked(err)
	return err.Unwrap() != nil && !linked
}

// isAnswer reports whether err is a server's answer and not an error of the client.
func isAnswer(err *as.AerospikeError) bool {
	if err.Node == nil || err.ResultCode <= 0 {
		return false
	}
	return err.ResultCode != types.TIMEOUT || err.Unwrap() == nil && !gaveUp(err)
}
