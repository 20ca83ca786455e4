package middleware

import (
	"context"
	"errors"

	"github.com/aerostore/aerostore"
)

// BlamesCluster reports whether an error says that the cluster, or the way to
// it, does not work: a timeout, the context's deadline included, a broken or
// missing connection, a node or partition that is not available, a server that
// is overloaded, out of memory or failing inside. Where the client's attempts
// ran out, the answer to the last one decides.
//
// A record that is not there, one that changed in between, a hot key, a quota,
// refused input and the caller's cancellation are not the cluster's fault.
func BlamesCluster(err error) bool {
	e, ok := errors.AsType[*aerostore.Error](err)
	for ok && e.Code == aerostore.CodeMaxRetries {
		if e, ok = errors.AsType[*aerostore.Error](e.Err); !ok {
			return true
		}
	}
	code := aerostore.CodeOf(err)
	if ok {
		err, code = e, e.Code
	}
	if code == aerostore.CodeOK {
		return errors.Is(err, context.DeadlineExceeded)
	}
	return !errors.Is(err, aerostore.ErrInvalid) && clusterCodes[code]
}

var clusterCodes = map[aerostore.ResultCode]bool{
	aerostore.CodeGRPC:                 true,
	aerostore.CodeNoResponse:           true,
	aerostore.CodeNetwork:              true,
	aerostore.CodeMaxRetries:           true,
	aerostore.CodeMaxErrorRate:         true,
	aerostore.CodeInvalidPartitionMap:  true,
	aerostore.CodeServerNotAvailable:   true,
	aerostore.CodeNoConnections:        true,
	aerostore.CodeInvalidNode:          true,
	aerostore.CodeServer:               true,
	aerostore.CodeClusterKeyMismatch:   true,
	aerostore.CodeServerMemory:         true,
	aerostore.CodeTimeout:              true,
	aerostore.CodePartitionUnavailable: true,
	aerostore.CodeDeviceOverload:       true,
	aerostore.CodeBatchQueuesFull:      true,
	aerostore.CodeQueryQueueFull:       true,
	aerostore.CodeQueryTimeout:         true,
	aerostore.CodeQueryNetIO:           true,
}

// judge returns what the operation said about the cluster.
func (b *breaker) judge(
	ctx context.Context, call aerostore.Call, result aerostore.Result, err error, hurried bool,
) verdict {
	byKeys := err == nil || aerostore.CodeOf(err) == aerostore.CodeBatchFailed
	if !call.IsBatch() || !byKeys {
		return b.verdictOf(ctx, call, err, hurried)
	}
	failures := 0
	for _, r := range result.Batch() {
		if r.Err != nil && b.verdictOf(ctx, call, r.Err, hurried) == failure {
			failures++
		}
	}
	if failures > 0 && float64(failures) >= b.rate*float64(call.Len()) {
		return failure
	}
	return success
}

func (b *breaker) verdictOf(ctx context.Context, call aerostore.Call, err error, hurried bool) verdict {
	if err == nil {
		return success
	}
	if _, rejected := errors.AsType[*RejectedError](err); rejected ||
		errors.Is(err, aerostore.ErrInvalid) || errors.Is(err, context.Canceled) ||
		hurried && errors.Is(err, aerostore.ErrTimeout) {
		return neither
	}
	switch {
	case b.failed(ctx, call, err):
		return failure
	case aerostore.CodeOf(err).FromServer():
		return success
	default: // nobody knows whether it came to the cluster
		return neither
	}
}
