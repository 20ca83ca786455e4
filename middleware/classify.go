package middleware

import (
	"context"
	"errors"

	"github.com/aerostore/aerostore"
)

// IsTransient reports whether another attempt may succeed a moment after err.
// These errors are transient:
//   - a timeout,
//   - a broken or missing connection,
//   - a busy record,
//   - an overloaded server,
//   - a cluster that is changing.
//
// IsTransient does not say whether a write may be sent again; see
// [aerostore.InDoubt].
//
// The outermost code decides. If the client's own attempts ran out, the code of
// the last one decides. An error without a code is transient if it matches
// context.DeadlineExceeded. The caller has to check whose deadline that was and
// whether there is time left.
func IsTransient(err error) bool {
	err = ofLastAttempt(err)
	if code := aerostore.CodeOf(err); code != aerostore.CodeOK {
		return code.IsTransient()
	}
	return errors.Is(err, context.DeadlineExceeded)
}

// IsClusterFailure reports whether err is a failure of the cluster or of the
// network to it:
//   - a timeout, including that of a context's deadline,
//   - a broken or missing connection,
//   - a node or partition that is not available,
//   - a server that is overloaded, out of memory or fails internally.
//
// If the client's attempts ran out, the error of the last one decides.
//
// A missing record, another generation, a hot key, a quota, refused input and the
// caller's cancellation are not failures of the cluster.
func IsClusterFailure(err error) bool {
	err = ofLastAttempt(err)
	if code := aerostore.CodeOf(err); code != aerostore.CodeOK {
		return code.IsClusterFailure() && !errors.Is(err, aerostore.ErrInvalid)
	}
	return errors.Is(err, context.DeadlineExceeded)
}

// ofLastAttempt returns the error of the last attempt if the client's attempts ran
// out and their error wraps it. Otherwise it returns err.
func ofLastAttempt(err error) error {
	for {
		outer, ok := errors.AsType[*aerostore.Error](err)
		if !ok || outer == nil || outer.Code != aerostore.CodeMaxRetries {
			return err
		}
		inner, ok := errors.AsType[*aerostore.Error](outer.Err)
		if !ok || inner == nil {
			return outer
		}
		err = inner
	}
}
