package middleware

import (
	"errors"

	"github.com/aerostore/aerostore"
)

// errorOf returns err as a new [aerostore.Error] of the call. It is in doubt if
// the call is. The caller may change it.
func errorOf(call aerostore.Call, err error) *aerostore.Error {
	e := copyOf(call, err)
	if e == nil {
		e = wrapped(call.NewError(aerostore.CodeOf(err), err))
	}
	e.InDoubt = call.InDoubt(err)
	return e
}

// keyErrorOf is errorOf for the key at index i of a batch.
func keyErrorOf(call aerostore.Call, i int, err error) *aerostore.Error {
	key := call.KeyAt(i)
	e := copyOf(call, err)
	if e == nil {
		e = wrapped(call.NewKeyError(key, aerostore.CodeOf(err), err))
	}
	e.Namespace, e.Set, e.InDoubt = key.Namespace(), key.Set(), call.InDoubtAt(i, err)
	return e
}

// copyOf returns a copy of err if err is an aerostore.Error that fits the call,
// nil otherwise.
func copyOf(call aerostore.Call, err error) *aerostore.Error {
	e, ok := err.(*aerostore.Error) //nolint:errorlint // a wrapper has its own text
	if !ok || e == nil || call.Op == aerostore.OpCustom && e.Op != aerostore.OpCustom {
		return nil
	}
	own := *e
	return &own
}

// wrapped sets the node of an error from the one that it wraps.
func wrapped(e *aerostore.Error) *aerostore.Error {
	if inner, ok := errors.AsType[*aerostore.Error](e.Err); ok && inner != nil {
		e.Node = inner.Node
	}
	return e
}

// reasonOf returns the text of an error for the text of an [aerostore.Error] that
// wraps it. It leaves out the operation and the code, which the outer error has.
func reasonOf(err error, textOf func(error) string) string {
	e, ok := err.(*aerostore.Error) //nolint:errorlint // a wrapper has its own text
	switch {
	case !ok, e == nil:
		return textOf(err)
	case e.Err == nil:
		return e.Code.Error()
	default:
		return textOf(e.Err)
	}
}
