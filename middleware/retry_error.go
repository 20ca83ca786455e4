package middleware

import (
	"fmt"

	"github.com/aerostore/aerostore"
)

// attemptsError is the cause of an error that ended several attempts, or the
// pause before another.
type attemptsError struct {
	n     int
	last  error
	ended error // the error of the caller's context if that ended the pause
}

// Error returns the last attempt's reason and how many there were.
func (e *attemptsError) Error() string {
	if e.ended != nil {
		return fmt.Sprintf("%s before attempt %d, the last one failed with: %s", reasonOf(e.ended), e.n+1, textOf(e.last))
	}
	after := fmt.Sprintf("after %d attempts", e.n)
	if last, ok := e.last.(*aerostore.Error); ok && last.Err == nil { //nolint:errorlint // what wraps one has words of its own
		return after
	}
	return reasonOf(e.last) + ", " + after
}

// Unwrap returns the context's error, if any, and the last attempt's.
func (e *attemptsError) Unwrap() []error {
	if e.ended == nil {
		return []error{e.last}
	}
	return []error{e.ended, e.last}
}

// textOf is reasonOf with the operation and the code.
func textOf(err error) string {
	if e, ok := err.(*aerostore.Error); ok { //nolint:errorlint // as above
		return e.Error()
	}
	return reasonOf(err)
}

// gaveUp returns the error of a call after n attempts, of which last is the
// last one's error, ended that of the caller's context if there was no time to
// wait for another, and doubt whether any of them left a write in doubt.
func gaveUp(call aerostore.Call, n int, last, ended error, doubt bool) error {
	if ended == nil && n == 1 {
		return last
	}
	if _, ok := last.(*aerostore.Error); !ok && ended == nil && doubt == aerostore.InDoubt(last) { //nolint:errorlint // as above
		return last // there is nothing to add but words
	}
	e := errorOf(call, last)
	e.InDoubt = e.InDoubt || doubt
	e.Err = &attemptsError{n: n, last: last, ended: ended}
	if ended != nil {
		e.Code = aerostore.CodeOK
	}
	return e
}

// stillInDoubt returns err, the error of a key of a batch, in doubt because an
// attempt before was.
func stillInDoubt(call aerostore.Call, err error) error {
	if err == nil || aerostore.InDoubt(err) {
		return err
	}
	e := errorOf(call, err)
	e.InDoubt = true
	return e
}
