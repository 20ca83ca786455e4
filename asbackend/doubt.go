package asbackend

import (
	"net"
	"strings"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"
)

// inDoubt reports whether a command that failed so may have been applied.
//
// The client calls a write in doubt if it has no server's answer; whether a byte left
// does not enter into it. The mark is cleared here where the error says that none
// did.
func inDoubt(writes bool, err *as.AerospikeError) bool {
	switch {
	case !writes:
		return false
	case isAnswer(err) && err.ResultCode == types.TIMEOUT:
		return true // which the client does not mark on a key of a batch
	case !marked(err):
		return false
	case isAnswer(err):
		// The server refused this attempt; what of those before?
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

// marked reports whether the client calls any attempt in doubt.
func marked(err *as.AerospikeError) bool {
	for ok := true; ok; err, ok = linked(err) {
		if err.InDoubt {
			return true
		}
	}
	return false
}

// neverSent reports whether it is certain that no attempt in err's chain sent
// anything: each one failed for want of a node or of a connection. What it
// does not know counts as sent.
//
// The client puts the errors of several nodes into one chain, in which each loses
// what it wraps. What gave up loses nothing: a command with a single attempt gives up
// only before it. What ran out of attempts lost its own if another node's error stands
// in its place.
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

// isUnreached reports whether err is that of an attempt for want of a node or of a
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

// isDial reports whether err is that of a connection that did not come about.
func isDial(err error) bool {
	op, ok := err.(*net.OpError) //nolint:errorlint // this is the end of the chain
	return ok && op.Op == "dial"
}

// gaveUp reports whether err is what the client puts around the attempts of a
// command when its time is up, as opposed to an attempt that timed out. Its
// text is all that tells the two apart. Should another version of the client
// change it, a write will be called in doubt that is not, never the reverse.
func gaveUp(err *as.AerospikeError) bool {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return err.ResultCode == types.TIMEOUT && strings.HasSuffix(text, gaveUpText)
}

// isTooLarge reports whether err is that of a command that is larger than the
// client sends (as.MaxBufferSize), which has the code of an answer that cannot be
// parsed. Its text is all that tells the two apart. Should another version of the
// client change it, the write will be called in doubt, as by the client.
func isTooLarge(err *as.AerospikeError) bool {
	return err.ResultCode == types.PARSE_ERROR && strings.Contains(err.Error(), "Invalid size for buffer")
}

// gaveUpText is the message without the fields that stand before it.
var gaveUpText = func() string {
	text := as.ErrTimeout.Error()
	if _, message, found := strings.Cut(text, "Node: <nil>: "); found {
		return message
	}
	return text
}()
