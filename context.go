package aerostore

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/aerostore/aerostore/internal/safe"
)

// nilContext replaces a nil context so that no layer panics. It is done from the start,
// so backends refuse the call.
type nilContext struct{}

var errNilContext = invalidf("the context is nil: use context.Background or context.TODO")

// replaceNil returns ctx, or a nilContext if it is nil.
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

// ContextError returns nil if ctx is not done, and an error if it is. Ctx must
// not be nil. The error matches ctx.Err() and the cause of ctx, if there is
// one; see context.Cause.
//
// A cause may be the [*Error] of another operation, as in a group whose first failure
// cancels the rest. ContextError's error matches that *Error, but not its code, which
// is not the outcome of the canceled operation.
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

// contextError is the error of a context and its cause.
type contextError struct{ err, cause error }

func (e *contextError) Error() string { return e.text(error.Error) }

// SafeMessage leaves out the text of a cause that is not safe.
func (e *contextError) SafeMessage() string { return e.text(safe.Message) }

func (e *contextError) text(textOf func(error) string) string {
	if errors.Is(e.cause, e.err) {
		return textOf(e.cause)
	}
	return e.err.Error() + ": " + textOf(e.cause)
}

// Unwrap leaves out the cause, whose doubt is not that of this operation.
func (e *contextError) Unwrap() error { return e.err }

// Is reports whether the cause matches. The cause is not searched for codes and for the
// errors of contexts: they would be those of another operation.
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
