package aerostore

import "errors"

// InDoubt reports whether err, or any error that it wraps, says that a write
// may or may not have been applied. Such a write must not simply be sent
// again. A layer, which knows the call, uses [Call.InDoubt].
func InDoubt(err error) bool {
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself
	case nil:
		return false
	case *Error:
		return e.InDoubt || InDoubt(e.Err)
	case codeless:
		return InDoubt(e.err)
	}
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself
	case interface{ Unwrap() error }:
		return InDoubt(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			if InDoubt(err) {
				return true
			}
		}
	}
	return false
}

// InDoubt reports whether the call, which failed with err, may have been applied
// all the same. Of a batch it takes the error of a key as well.
//
// A call that writes is in doubt if err says so, and also if err does not say
// that it is not. The [*Error] of an operation that writes says that, and so does
// a bare [ResultCode] that a server refuses with. That of a Get, say, does not: it
// says nothing about a write that went before it. Of a custom call only its own
// error does, one of its name, which [Call.NewError] and [Custom.NewError] make: whatever
// failed within it, other things may have been done before.
//
// A call that only reads is never in doubt. A custom call whose error says that
// it is did not only read.
func (c Call) InDoubt(err error) bool {
	switch {
	case err == nil:
		return false
	case InDoubt(err):
		return c.Op == OpCustom || c.Writes()
	default:
		return c.Writes() && !c.notAppliedAfter(err)
	}
}

// notAppliedAfter reports whether err, which does not say that the call is in doubt,
// says that it is not.
func (c Call) notAppliedAfter(err error) bool {
	custom := c.Custom()
	e, ok := errors.AsType[*Error](err)
	switch {
	case ok && custom != nil:
		return e.Op == OpCustom && e.custom == custom.Name
	case ok:
		return e.Op.info().mayWrite
	case custom != nil:
		return false
	default:
		code := CodeOf(err)
		return code.FromServer() && code != CodeTimeout
	}
}

// withDoubt returns err, with the doubt that it leaves in it.
func (c Call) withDoubt(err error) error {
	if InDoubt(err) || !c.InDoubt(err) {
		return err
	}
	e := c.NewError(CodeOf(err), err)
	e.InDoubt = true
	return e
}
