package middleware

import (
	"context"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// A TimeoutError says which limit ended a call: that of [Timeout], or the
// AttemptTimeout of [Retry]. It is in the chain of an [aerostore.Error].
type TimeoutError struct {
	Limit   time.Duration
	Attempt bool  // the limit is for one attempt, not for the operation
	Err     error // the error of the call that the limit ended
}

// Error returns the limit and the text of Err.
func (e *TimeoutError) Error() string { return e.text(error.Error) }

// SafeMessage returns the text without the texts of foreign errors. See
// [aerostore.Error.SafeMessage].
func (e *TimeoutError) SafeMessage() string { return e.text(safe.Message) }

func (e *TimeoutError) text(textOf func(error) string) string {
	if e == nil {
		return "<nil *middleware.TimeoutError>"
	}
	what := "the operation"
	if e.Attempt {
		what = "one attempt"
	}
	text := fmt.Sprintf("the limit of %v for %s was reached", e.Limit, what)
	if e.Err != nil {
		text += ": " + reasonOf(e.Err, textOf)
	}
	return text
}

// Unwrap returns Err.
func (e *TimeoutError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// ErrorType returns "timeout", the value of the attribute error.type in the
// semantic conventions of OpenTelemetry.
func (e *TimeoutError) ErrorType() string { return "timeout" }

// newLimit returns a limit. It is the cause of the contexts that it ends.
func newLimit(limit time.Duration, attempt bool) *TimeoutError {
	return &TimeoutError{Limit: limit, Attempt: attempt, Err: context.DeadlineExceeded}
}

// newError returns the error of a call that the limit ended with err.
func (e *TimeoutError) newError(call aerostore.Call, err error) error {
	named := *e
	named.Err = err
	failed := errorOf(call, err)
	failed.Err = &named
	return failed
}
