package middleware

import (
	"context"
	"errors"
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
	"github.com/aerostore/aerostore/internal/safe"
)

// attemptsError is the cause of an error that ended several attempts, or the
// pause before another.
type attemptsError struct {
	n       int
	last    error
	earlier error // why an attempt before failed, where the last one was cut short; nil: not known
	ended   error // the error of the caller's context if that ended the pause
}

// Error returns the last attempt's reason and how many there were.
func (e *attemptsError) Error() string { return e.text(error.Error) }

// SafeMessage is Error without what others say.
func (e *attemptsError) SafeMessage() string { return e.text(safe.Message) }

func (e *attemptsError) text(textOf func(error) string) string {
	var text string
	switch last, ok := e.last.(*aerostore.Error); { //nolint:errorlint // what wraps one has words of its own
	case e.ended != nil:
		text = fmt.Sprintf("%s before attempt %d, the last one failed with: %s", textOf(e.ended), e.n+1, textOf(e.last))
	case ok && last.Err == nil:
		text = fmt.Sprintf("after %d attempts", e.n)
	default:
		text = fmt.Sprintf("%s, after %d attempts", reasonOf(e.last, textOf), e.n)
	}
	if e.earlier != nil {
		text += "; an earlier one failed with: " + textOf(e.earlier)
	}
	return text
}

// Unwrap returns the context's error, if any, the last attempt's and an earlier
// one's that counts.
func (e *attemptsError) Unwrap() []error {
	errs := make([]error, 0, 3)
	for _, err := range []error{e.ended, e.last, e.earlier} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// isCut reports whether an attempt that failed with err was cut short, by its
// context or by a layer, so that err does not say what the cluster had to say.
func isCut(err error) bool {
	return aerostore.CodeOf(err) == aerostore.CodeOK &&
		(errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || judgement.IsRejected(err))
}

// failureOf returns the last failure that err, of one attempt or of several, tells
// of and that was not cut short; nil if there is none.
func failureOf(err error) error {
	if err == nil || !isCut(err) {
		return err
	}
	if several, ok := errors.AsType[*attemptsError](err); ok {
		return several.earlier
	}
	return nil
}

// An ending is how a call came to its end after several attempts, or in the pause
// before another.
type ending struct {
	n       int
	last    error // the last attempt's error
	failure error // the last one's that was not cut short
	ended   error // that of the caller's context if there was no time to wait for another
	doubt   bool  // any of the attempts left a write in doubt
}

// add takes in how an attempt failed.
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

// ofKey returns the error of a key of a batch.
func (x ending) ofKey(call aerostore.Call, key aerostore.Key) error {
	if x.isPlain() {
		return x.last
	}
	return x.complete(keyErrorOf(call, key, x.last))
}

// isPlain reports whether the last error says all that there is to say.
func (x ending) isPlain() bool {
	if x.ended != nil {
		return false
	}
	if x.n == 1 {
		return true
	}
	_, ok := x.last.(*aerostore.Error) //nolint:errorlint // what wraps one has words of its own
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
