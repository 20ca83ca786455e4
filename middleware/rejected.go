package middleware

import (
	"fmt"
	"time"

	"github.com/aerostore/aerostore/internal/safe"
)

// A RejectedError says why a layer rejected an operation. Nothing was sent, so
// the operation is never in doubt. A RejectedError is the Err of an
// [aerostore.Error].
type RejectedError struct {
	// Err is [ErrCircuitOpen], [ErrRateLimited], [ErrConcurrencyLimited] or
	// [ErrReadOnly].
	Err error

	// Scope is the scope of the circuit that is open, "" for the whole store.
	Scope string

	// RetryAfter is how long to wait before another attempt may succeed, as in
	// the HTTP header Retry-After. It is 0 if that is not known.
	RetryAfter time.Duration

	reason string
	ended  error // the context's error, if that ended the wait
}

// Rejected returns true, unless e is nil. Telemetry and circuit breakers recognize rejections by
// this method.
func (e *RejectedError) Rejected() bool { return e != nil }

// Error returns the text in a single line.
func (e *RejectedError) Error() string { return e.text(error.Error) }

// SafeMessage returns the text without the texts of foreign errors. See
// [aerostore.Error.SafeMessage].
func (e *RejectedError) SafeMessage() string { return e.text(safe.Message) }

func (e *RejectedError) text(textOf func(error) string) string {
	if e == nil {
		return "<nil *middleware.RejectedError>"
	}
	text := "rejected"
	if e.Err != nil {
		text = textOf(e.Err)
	}
	if e.Scope != "" {
		text += " for " + e.Scope
	}
	if e.reason != "" {
		text += ": " + e.reason
	}
	if e.ended != nil {
		text += ": " + textOf(e.ended)
	}
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(": try again in %v", e.RetryAfter)
	}
	return text
}

// Unwrap returns Err, and the error of the context if that ended the wait.
func (e *RejectedError) Unwrap() []error {
	switch {
	case e == nil:
		return nil
	case e.ended == nil:
		return []error{e.Err}
	default:
		return []error{e.ended, e.Err}
	}
}
