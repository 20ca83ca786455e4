package middleware

import (
	"errors"

	"github.com/aerostore/aerostore"
)

// errorOf returns err as an [aerostore.Error] of the call, of its own, that may be
// changed and is in doubt if the call is.
func errorOf(call aerostore.Call, err error) *aerostore.Error {
	if own := copyOf(call, err); own != nil {
		return own
	}
	return wrapped(call.NewError(aerostore.CodeOf(err), err), call)
}

// keyErrorOf is errorOf for a key of a batch.
func keyErrorOf(call aerostore.Call, key aerostore.Key, err error) *aerostore.Error {
	if own := copyOf(call, err); own != nil {
		own.Namespace, own.Set = key.Namespace(), key.Set()
		return own
	}
	return wrapped(call.NewKeyError(key, aerostore.CodeOf(err), err), call)
}

// copyOf returns a copy of err if it may stand for the call's and nothing is around
// it.
func copyOf(call aerostore.Call, err error) *aerostore.Error {
	e, ok := err.(*aerostore.Error) //nolint:errorlint // what wraps one has words of its own
	if !ok || call.Op == aerostore.OpCustom && e.Op != aerostore.OpCustom {
		return nil
	}
	own := *e
	own.InDoubt = call.InDoubt(err)
	return &own
}

// wrapped completes an error that stands around another one.
func wrapped(e *aerostore.Error, call aerostore.Call) *aerostore.Error {
	if inner, ok := errors.AsType[*aerostore.Error](e.Err); ok {
		e.Node = inner.Node
	}
	e.InDoubt = call.InDoubt(e.Err)
	return e
}
