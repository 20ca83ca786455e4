// Package safe returns texts of errors that contain no user key and no bin value.
package safe

import (
	"context"
	"errors"
	"fmt"
)

// A Messenger is an error with a text without keys and values.
type Messenger interface {
	error

	// SafeMessage returns that text.
	SafeMessage() string
}

// Message returns a text of err without keys and values. It is the SafeMessage of the
// first Messenger that err wraps, or the text of a context's error that it wraps, or
// else the type of err.
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

// TypeOf returns the Go type of err. For an error that fmt.Errorf made with one %w, it
// returns that of the wrapped error.
func TypeOf(err error) string {
	name := fmt.Sprintf("%T", err)
	for name == "*fmt.wrapError" {
		err = errors.Unwrap(err)
		name = fmt.Sprintf("%T", err)
	}
	return name
}

// A TextError is an error with a constant text, which is safe.
type TextError string

// Error returns the text.
func (e TextError) Error() string { return string(e) }

// SafeMessage implements [Messenger].
func (e TextError) SafeMessage() string { return string(e) }

// A SentinelError is an error without a code, whose text is safe.
type SentinelError struct{ text, errorType string }

// NewSentinel returns an error with a text and its error.type in telemetry.
func NewSentinel(text, errorType string) *SentinelError { return &SentinelError{text, errorType} }

// Error returns the text.
func (s *SentinelError) Error() string { return s.text }

// SafeMessage implements [Messenger].
func (s *SentinelError) SafeMessage() string { return s.text }

// ErrorType returns the error.type of OpenTelemetry's conventions.
func (s *SentinelError) ErrorType() string { return s.errorType }
