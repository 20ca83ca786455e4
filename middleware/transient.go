package middleware

import (
	"context"
	"errors"

	"github.com/aerostore/aerostore"
)

// IsTransient reports whether another attempt may succeed a moment after err: a
// timeout, a broken or missing connection, a busy record, an overloaded server or
// a cluster that is changing. It does not say whether a write may be sent again;
// see [aerostore.InDoubt].
//
// The outermost code decides. If the client's own attempts ran out, the code of
// the last one decides. An error without a code is transient if it matches
// context.DeadlineExceeded. The caller has to check whose deadline that was and
// whether there is time left.
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
