package middleware

import (
	"fmt"
	"time"

	"github.com/aerostore/aerostore/internal/safe"
)

// A RejectedError is why a layer turned an operation away. Nothing was sent,
// so that the operation is never in doubt. It stands in the Err of an
// [aerostore.Error] and matches the error of its layer: [ErrCircuitOpen],
// [ErrRateLimited], [ErrConcurrencyLimited] or [ErrReadOnly].
type RejectedError struct {
	// Layer is the error that stands for the layer.
	Layer error

	// Scope is the namespace or whatever the layer was about, "" for the whole
	// store.
	Scope string

	// RetryAfter is when it may be worth trying again, as an answer 503 of HTTP
	// tells it; 0 where nobody knows.
	RetryAfter time.Duration

	reason string
	ended  error // the context's error, where that was what ended the wait
}

// Rejected reports true, which is how telemetry and breakers know a rejection.
func (e *RejectedError) Rejected() bool { return true }

// Error returns a single line.
func (e *RejectedError) Error() string { return e.text(error.Error) }

// SafeMessage is Error without what others say; see [aerostore.Error.SafeMessage].
func (e *RejectedError) SafeMessage() string { return e.text(safe.Message) }

func (e *RejectedError) text(textOf func(error) string) string {
	text := textOf(e.Layer)
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

// Unwrap returns the layer's error and, where the wait for a layer ended with
// the context, the context's.
func (e *RejectedError) Unwrap() []error {
	if e.ended == nil {
		return []error{e.Layer}
	}
	return []error{e.ended, e.Layer}
}

// sentinel is the error that stands for a layer, with the name that telemetry
// gives it.
type sentinel struct{ text, errorType string }

func (s *sentinel) Error() string { return s.text }

// SafeMessage is Error.
func (s *sentinel) SafeMessage() string { return s.text }

// ErrorType is what OpenTelemetry's conventions ask for an error.type.
func (s *sentinel) ErrorType() string { return s.errorType }
