package middleware

import (
	"errors"

	"github.com/aerostore/aerostore"
)

// errorOf returns err as a new [aerostore.Error] of the call. It is in doubt if
// the call is. The caller may change it.
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

// copyOf returns a copy of err if err is an aerostore.Error that fits the call,
// nil otherwise.
func copyOf(call aerostore.Call, err error) *aerostore.Error {
	e, ok := err.(*aerostore.Error) //nolint:errorlint // a wrapper has its own text
	if !ok || call.Op == aerostore.OpCustom && e.Op != aerostore.OpCustom {
		return nil
	}
	own := *e
	own.InDoubt = call.InDoubt(err)
	return &own
}

// wrapped sets the node and the doubt of an error from the one that it wraps.
func wrapped(e *aerostore.Error, call aerostore.Call) *aerostore.Error {
	if inner, ok := errors.AsType[*aerostore.Error](e.Err); ok {
		e.Node = inner.Node
	}
	e.InDoubt = call.InDoubt(e.Err)
	return e
}

// reasonOf returns the text of an error for the text of an [aerostore.Error] that
// wraps it. It leaves out the operation and the code, which the outer error has.
func reasonOf(err error, textOf func(error) string) string {
	e, ok := err.(*aerostore.Error) //nolint:errorlint // a wrapper has its own text
	switch {
	case !ok:
		return textOf(err)
	case e.Err == nil:
		return e.Code.Error()
	default:
		return textOf(e.Err)
	}
}
