// Package safe holds the line between errors whose text is known to hold no key
// and no value, and all others.
package safe

import (
	"context"
	"errors"
	"fmt"
)

// A Messenger is an error that has a text without keys and values.
type Messenger interface {
	error
	SafeMessage() string
}

// Message returns what may be told of err where keys and values must not be: the
// SafeMessage of the first Messenger in its chain, the text of a context's error,
// else err's type.
func Message(err error) string {
	if m, ok := errors.AsType[Messenger](err); ok {
		return m.SafeMessage()
	}
	for _, ended := range []error{context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, ended) {
			return ended.Error()
		}
	}
	return TypeOf(err)
}

// TypeOf returns the Go type of err, or of what fmt.Errorf wrapped with one %w.
func TypeOf(err error) string {
	name := fmt.Sprintf("%T", err)
	for name == "*fmt.wrapError" {
		err = errors.Unwrap(err)
		name = fmt.Sprintf("%T", err)
	}
	return name
}

// A TextError is an error that says the same always.
type TextError string

func (e TextError) Error() string { return string(e) }

// SafeMessage implements [Messenger].
func (e TextError) SafeMessage() string { return string(e) }
