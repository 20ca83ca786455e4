package middleware

import (
	"context"
	"errors"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// IsClusterFailure reports whether err is a failure of the cluster or of the way
// to it: a timeout, also that of a context's deadline, a broken or missing
// connection, a node or partition that is not available, or a server that is
// overloaded, out of memory or fails internally. If the client's attempts ran out,
// the error of the last one decides.
//
// A missing record, another generation, a hot key, a quota, refused input and the
// caller's cancellation are not failures of the cluster.
func IsClusterFailure(err error) bool {
	err = ofLastAttempt(err)
	code := aerostore.CodeOf(err)
	if code == aerostore.CodeOK {
		return errors.Is(err, context.DeadlineExceeded)
	}
	return !errors.Is(err, aerostore.ErrInvalid) && code.IsClusterFailure()
}

// ofLastAttempt returns the error of the last attempt where the client's attempts
// ran out and it says so, else err.
func ofLastAttempt(err error) error {
	for {
		outer, ok := errors.AsType[*aerostore.Error](err)
		if !ok || outer.Code != aerostore.CodeMaxRetries {
			return err
		}
		inner, ok := errors.AsType[*aerostore.Error](outer.Err)
		if !ok {
			return outer
		}
		err = inner
	}
}

// judge returns the verdict of an operation. Only an answer of the cluster is a
// success. A hurried operation had too little time for its timeout to count.
func (b *breaker) judge(
	ctx context.Context, call aerostore.Call, result aerostore.Result, err error, hurried bool,
) verdict {
	byKeys := err == nil || aerostore.CodeOf(err) == aerostore.CodeBatchFailed
	if !call.IsBatch() || !byKeys {
		return b.verdictOf(ctx, call, err, hurried)
	}
	failures, answers := 0, 0
	for _, r := range result.Batch() {
		switch b.verdictOf(ctx, call, r.Err, hurried) {
		case success:
			answers++
		case failure:
			failures++
		case neither:
		}
	}
	switch {
	case failures > 0 && float64(failures) >= b.FailureRate*float64(failures+answers):
		return failure
	case answers > 0:
		return success
	default:
		return neither
	}
}

func (b *breaker) verdictOf(ctx context.Context, call aerostore.Call, err error, hurried bool) verdict {
	if err == nil {
		return success
	}
	j := judgement.Of(ctx, call, err, judgement.Default)
	switch {
	case j.Kind == judgement.Rejected, j.Kind == judgement.Refused, j.Kind == judgement.Canceled,
		hurried && ranOutOfTime(err):
		return neither
	case b.IsFailure(ctx, call, err):
		return failure
	case fromServer(err) && !j.InDoubt:
		return success
	default: // it may not have reached the cluster
		return neither
	}
}

// ranOutOfTime reports whether time was up, the client's or the server's.
func ranOutOfTime(err error) bool {
	err = ofLastAttempt(err)
	return errors.Is(err, aerostore.ErrTimeout) || aerostore.CodeOf(err) == aerostore.CodeQueryTimeout
}

// fromServer reports whether a server returned the error. The client has the code
// of a timeout in common with it.
func fromServer(err error) bool {
	code := aerostore.CodeOf(ofLastAttempt(err))
	return code.FromServer() && code != aerostore.CodeTimeout
}
