package middleware

import (
	"context"
	"errors"
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
	"github.com/aerostore/aerostore/internal/safe"
)

// An attemptsError is the cause of an error after several attempts, or of one
// that ended a pause.
type attemptsError struct {
	n       int
	last    error
	earlier error // an earlier failure, if the last attempt was cut short, or nil
	ended   error // the error of the caller's context, if that ended the pause
}

// Error returns the reason of the last attempt and the number of attempts.
func (e *attemptsError) Error() string { return e.text(error.Error) }

// SafeMessage returns the text without the texts of foreign errors.
func (e *attemptsError) SafeMessage() string { return e.text(safe.Message) }

func (e *attemptsError) text(textOf func(error) string) string {
	var text string
	switch last, ok := e.last.(*aerostore.Error); { //nolint:errorlint // a wrapper has its own text
	case e.ended != nil:
		text = fmt.Sprintf("%s before attempt %d, the last one failed with: %s", textOf(e.ended), e.n+1, textOf(e.last))
	case ok && last != nil && last.Err == nil:
		text = fmt.Sprintf("after %d attempts", e.n)
	default:
		text = fmt.Sprintf("%s, after %d attempts", reasonOf(e.last, textOf), e.n)
	}
	if e.earlier != nil {
		text += "; an earlier one failed with: " + textOf(e.earlier)
	}
	return text
}

// Unwrap returns the errors that are not nil.
func (e *attemptsError) Unwrap() []error {
	errs := make([]error, 0, 3)
	for _, err := range []error{e.ended, e.last, e.earlier} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// isCut reports whether a context or a layer cut short an attempt that failed with
// err. Then err does not tell how the cluster would have answered.
func isCut(err error) bool {
	return aerostore.CodeOf(err) == aerostore.CodeOK &&
		(errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || judgement.IsRejected(err))
}

// failureOf returns the last failure in err that was not cut short, nil if there is
// none. The error is that of one attempt or of several.
func failureOf(err error) error {
	if err == nil || !isCut(err) {
		return err
	}
	if several, ok := errors.AsType[*attemptsError](err); ok {
		return several.earlier
	}
	return nil
}

// An ending is how a call ended after its attempts, or in a pause.
type ending struct {
	n       int
	last    error // of the last attempt
	failure error // the last one that was not cut short
	ended   error // the error of the caller's context, if that ended the pause
	doubt   bool  // an attempt left a write in doubt
}

// add adds the error of an attempt.
func (x *ending) add(call aerostore.Call, err error) {
	x.n++
	x.last = err
	if failure := failureOf(err); failure != nil {
		x.failure = failure
	}
	x.doubt = x.doubt || call.InDoubt(err)
}

// of returns the error of the call.
func (x ending) of(call aerostore.Call) error {
	if x.isPlain() {
		return x.last
	}
	return x.complete(errorOf(call, x.last))
}

// ofKey returns the error of the key at index i of a batch.
func (x ending) ofKey(call aerostore.Call, i int) error {
	if x.isPlain() {
		return x.last
	}
	return x.complete(keyErrorOf(call, i, x.last))
}

// isPlain reports whether there is nothing to add to the last error.
func (x ending) isPlain() bool {
	if x.ended != nil {
		return false
	}
	if x.n == 1 {
		return true
	}
	_, ok := x.last.(*aerostore.Error) //nolint:errorlint // a wrapper has its own text
	return !ok && x.doubt == aerostore.InDoubt(x.last) && !x.hidesFailure()
}

// hidesFailure reports whether the last attempt was cut short after one that failed.
func (x ending) hidesFailure() bool { return x.failure != nil && isCut(x.last) }

func (x ending) complete(e *aerostore.Error) *aerostore.Error {
	cause := &attemptsError{n: x.n, last: x.last, ended: x.ended}
	if x.hidesFailure() {
		cause.earlier = x.failure
	}
	e.InDoubt = e.InDoubt || x.doubt
	e.Err = cause
	if x.ended != nil {
		e.Code = aerostore.CodeOK
	}
	return e
}
