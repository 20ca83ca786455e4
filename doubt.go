package aerostore

import "errors"

// InDoubt reports whether err, or an error that it wraps, says that a write may or may
// not have been applied. Such a write must not be repeated without checking. A layer
// should use [Call.InDoubt], which knows the call.
func InDoubt(err error) bool {
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself
	case nil:
		return false
	case *Error:
		return e != nil && (e.InDoubt || InDoubt(e.Err))
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

// InDoubt reports whether the call, which failed with err, may have been applied. For
// the error of one key of a batch see [Call.InDoubtAt].
//
// A call that only reads is never in doubt. A call that writes is in doubt if err says
// so, and also if err does not say that the call was not applied. These errors say that
// it was not applied, unless they are in doubt themselves:
//
//   - an [*Error] of an operation that writes; the error of a Get says nothing about a
//     write before it;
//   - a [ResultCode] with which a server refuses an operation;
//   - for a custom call, only an [*Error] with its name, which [Call.NewError] and
//     [Custom.NewError] make. Any other error may come from one step of the
//     function.
//
// A custom call whose Writes is not set is also in doubt if err says so.
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

// InDoubtAt reports whether a batch may have changed the record of the key at index i,
// which failed with err. It is [Call.InDoubt] for one key: what only reads is never in
// doubt.
func (c Call) InDoubtAt(i int, err error) bool {
	return err != nil && c.WritesAt(i) && (InDoubt(err) || !c.notAppliedAfter(err))
}

// notAppliedAfter reports whether err, which is not in doubt itself, says that the call
// was not applied.
func (c Call) notAppliedAfter(err error) bool {
	custom := c.Custom()
	e, ok := errors.AsType[*Error](err)
	ok = ok && e != nil
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

// withDoubt returns err, wrapped in an Error that is in doubt if the call is and err
// does not say so.
func (c Call) withDoubt(err error) error {
	if InDoubt(err) || !c.InDoubt(err) {
		return err
	}
	e := c.NewError(CodeOf(err), err)
	e.InDoubt = true
	return e
}
