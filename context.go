package aerostore

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/aerostore/aerostore/internal/safe"
)

// nilContext stands in for a nil context, so that no layer trips over it: it
// is done from the start, and a backend that finds it done refuses the call.
type nilContext struct{}

var errNilContext = invalidf("the context is nil: use context.Background or context.TODO")

func replaceNil(ctx context.Context) context.Context {
	if ctx == nil {
		return nilContext{}
	}
	return ctx
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (nilContext) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }
func (nilContext) Done() <-chan struct{}                   { return closed }
func (nilContext) Err() error                              { return errNilContext }
func (nilContext) Value(any) any                           { return nil }

// ContextError returns why ctx is done, nil while it is not: its Err. If it was
// given another cause, as by context.WithCancelCause, errors.Is and errors.As find
// that in the error, too. A cause that is the error of another operation, as of a
// group whose first failure cancels the rest, is found as itself only: what that
// one failed with did not happen to this one.
func ContextError(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if cause == nil || isSame(cause, err) {
		return err
	}
	return &contextError{err, cause}
}

// contextError is a context's error with its cause.
type contextError struct{ err, cause error }

func (e *contextError) Error() string { return e.text(error.Error) }

// SafeMessage leaves out what the cause says, unless that is safe, too.
func (e *contextError) SafeMessage() string { return e.text(safe.Message) }

func (e *contextError) text(textOf func(error) string) string {
	if errors.Is(e.cause, e.err) {
		return textOf(e.cause)
	}
	return e.err.Error() + ": " + textOf(e.cause)
}

// Unwrap leaves the cause out, so that nobody takes its doubt for that of this
// operation.
func (e *contextError) Unwrap() error { return e.err }

// Is reports whether the cause matches. What a context failed with is what its Err
// says, and codes are those of operations.
func (e *contextError) Is(target error) bool {
	switch _, isCode := target.(ResultCode); {
	case isSame(target, e.cause):
		return true
	case isCode, target == context.Canceled, target == context.DeadlineExceeded:
		return false
	default:
		return !e.isOperations() && errors.Is(e.cause, target)
	}
}

// As finds the target in the cause.
func (e *contextError) As(target any) bool {
	return !e.isOperations() && errors.As(e.cause, target)
}

// isOperations reports whether the cause is the error of another operation.
func (e *contextError) isOperations() bool {
	_, ok := errors.AsType[*Error](e.cause)
	return ok
}

// isSame reports whether both are the same error.
func isSame(a, b error) bool {
	return reflect.ValueOf(a).Comparable() && a == b //nolint:errorlint // what errors.Is does with each
}

// Check says why a backend must not send the call: its context is done, or
// [Call.Validate] refuses it. It returns nil or an *Error. Backends begin with
// it.
func (c Call) Check(ctx context.Context) error {
	if ctx.Err() != nil {
		return c.NewContextError(ContextError(ctx))
	}
	if err := c.check(); err != nil { // not Validate, which would copy the call
		return c.NewError(err.code, err)
	}
	return nil
}

// NewContextError returns the error of a call that ended because its context did,
// certain not to have been applied: it has no code and matches cause, which is the
// context's [ContextError].
func (c Call) NewContextError(cause error) *Error {
	if invalid, ok := cause.(*invalidError); ok { //nolint:errorlint // of a nilContext, never wrapped
		return c.NewError(invalid.code, invalid)
	}
	return c.NewError(CodeOK, cause)
}
