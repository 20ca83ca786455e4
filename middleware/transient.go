package middleware

import (
	"context"
	"errors"

	"github.com/aerostore/aerostore"
)

// IsTransient reports whether err is of a kind that may have passed a moment
// later: a timeout, a broken or missing connection, a busy record, an
// overloaded server, a cluster that is changing. It says nothing about whether
// a write may be sent again; see [aerostore.InDoubt].
//
// The outermost code decides. Where the client's own attempts ran out, that is
// the server's answer to the last of them. An error without a code is transient
// if it matches context.DeadlineExceeded; whose deadline that was, and whether
// there is any time left, is for the caller to know.
func IsTransient(err error) bool {
	switch code := aerostore.CodeOf(err); code {
	case aerostore.CodeOK:
		return errors.Is(err, context.DeadlineExceeded)
	case aerostore.CodeMaxRetries:
		return !ranOutOver(err)
	default:
		return code.IsTransient()
	}
}

// ranOutOver reports whether err, of attempts that ran out, has an answer
// underneath that another attempt would give again.
func ranOutOver(err error) bool {
	outer, ok := errors.AsType[*aerostore.Error](err)
	if !ok {
		return false
	}
	inner, ok := errors.AsType[*aerostore.Error](outer.Err)
	return ok && !inner.Code.IsTransient()
}
