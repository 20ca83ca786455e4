package middleware

import (
	"errors"

	"github.com/aerostore/aerostore"
)

// doubtful reports whether a call that failed with err may have been applied.
// Of a write, an error that is neither an [aerostore.Error] nor a server's
// refusal does not say, so it may.
func doubtful(call aerostore.Call, err error) bool {
	if err == nil || !call.Writes() {
		return false
	}
	if _, says := errors.AsType[*aerostore.Error](err); says {
		return aerostore.InDoubt(err)
	}
	code := aerostore.CodeOf(err)
	return !code.FromServer() || code == aerostore.CodeTimeout
}

// errorOf returns err as an [aerostore.Error] of its own that may be changed,
// in doubt if the call is.
func errorOf(call aerostore.Call, err error) *aerostore.Error {
	e, ok := err.(*aerostore.Error) //nolint:errorlint // what wraps one has words of its own
	if ok {
		own := *e
		e = &own
	} else {
		e = call.Fail(aerostore.CodeOf(err), err)
		if inner, ok := errors.AsType[*aerostore.Error](err); ok {
			e.Node = inner.Node
		}
	}
	e.InDoubt = e.InDoubt || doubtful(call, err)
	return e
}
