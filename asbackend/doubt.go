package asbackend

import (
	"net"
	"strings"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"
)

// inDoubt reports whether a command that failed with err may have been applied.
//
// The client marks a write as in doubt if no server answered, even if nothing was sent.
// inDoubt ignores that mark if the error shows that nothing was sent.
func inDoubt(writes bool, err *as.AerospikeError) bool {
	return writes && mayBeApplied(err, marked(err))
}

// inDoubt reports whether the command may have been applied. The client takes a batch for
// a read if its last key is one, and then marks nothing.
func (c *command) inDoubt(err *as.AerospikeError) bool {
	return c.writes() && mayBeApplied(err, c.unmarked || marked(err))
}

func mayBeApplied(err *as.AerospikeError, marked bool) bool {
	switch {
	case isAnswer(err) && err.ResultCode == types.TIMEOUT:
		return true // the client does not mark a key of a batch
	case !marked:
		return false
	case isAnswer(err):
		// The server refused this attempt. The cause has the earlier ones.
		return !neverSent(err.Unwrap())
	default:
		return !neverSent(err)
	}
}

// linked returns the error of the client that err wraps, if it does.
func linked(err *as.AerospikeError) (*as.AerospikeError, bool) {
	inner, ok := err.Unwrap().(*as.AerospikeError) //nolint:errorlint // the client wraps its own type
	return inner, ok
}

// marked reports whether the client marks any attempt as in doubt.
func marked(err *as.AerospikeError) bool {
	for ok := true; ok; err, ok = linked(err) {
		if err.InDoubt {
			return true
		}
	}
	return false
}

// neverSent reports whether it is certain that no attempt in err's chain sent anything,
// because there was no node or no connection. An unknown error counts as sent.
//
// The client puts the errors of several nodes into one chain, in which each loses its
// cause. If the client gave up, there is no cause to lose: a command with a single
// attempt gives up only before the attempt. If it ran out of attempts and its cause is
// another node's error, the cause of its own is lost.
func neverSent(err error) bool {
	for err != nil {
		attempt, ok := err.(*as.AerospikeError) //nolint:errorlint // this walks the chain itself
		if !ok {
			return isDial(err)
		}
		switch attempt.ResultCode {
		case types.MAX_RETRIES_EXCEEDED:
			if inner, ok := linked(attempt); ok && !isUnreached(inner) && !isDial(inner.Unwrap()) {
				return false
			}
		case types.INVALID_NAMESPACE:
			if attempt.Node != nil {
				return false
			}
		case types.TIMEOUT:
			if !gaveUp(attempt) && !isDial(attempt.Unwrap()) {
				return false
			}
		case types.PARSE_ERROR:
			if !isTooLarge(attempt) {
				return false
			}
		case types.NETWORK_ERROR:
			if !isDial(attempt.Unwrap()) {
				return false
			}
		default:
			if !isUnreached(attempt) {
				return false
			}
		}
		err = attempt.Unwrap()
	}
	return true
}

// isUnreached reports whether an attempt failed with err because there was no node or no
// connection.
func isUnreached(err *as.AerospikeError) bool {
	switch err.ResultCode {
	case types.NO_AVAILABLE_CONNECTIONS_TO_NODE,
		types.INVALID_NODE_ERROR,
		types.SERVER_NOT_AVAILABLE,
		types.MAX_ERROR_RATE,
		types.INVALID_CLUSTER_PARTITION_MAP:
		return true
	default:
		return false
	}
}

// isDial reports whether a connection could not be opened.
func isDial(err error) bool {
	op, ok := err.(*net.OpError) //nolint:errorlint // this is the end of the chain
	return ok && op.Op == "dial"
}

// gaveUp reports whether err is the error with which the client wraps the attempts of a
// command that ran out of time. An attempt that timed out differs from it only in
// its text. If a version of the client changes the text, a write that was not sent is
// in doubt; no write that was sent is not.
func gaveUp(err *as.AerospikeError) bool {
	return err.ResultCode == types.TIMEOUT && message(err) == gaveUpText
}

// isTooLarge reports whether a command is larger than the client sends
// (as.MaxBufferSize). An answer that cannot be parsed has the same code and differs only
// in its text. If a version of the client changes the text, the write is in doubt.
func isTooLarge(err *as.AerospikeError) bool {
	return err.ResultCode == types.PARSE_ERROR && strings.Contains(message(err), "Invalid size for buffer")
}

var gaveUpText = message(&as.ErrTimeout.AerospikeError)
