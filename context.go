package aerostore

import (
	"context"
	"time"
)

// nilContext stands in for a nil context, so that no layer trips over it: it
// is done from the start, and a backend that finds it done refuses the call.
type nilContext struct{}

var errNilContext = invalidf("the context is nil: use context.Background or context.TODO")

func notNil(ctx context.Context) context.Context {
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

// Ready says why a backend must not send the call: its context is done, or
// [Call.Validate] refuses it. It returns nil or an *Error. Backends begin with
// it.
func (c Call) Ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return c.FailContext(err)
	}
	if err := c.check(); err != nil { // not Validate, which would copy the call
		return c.Fail(err.code, err)
	}
	return nil
}

// FailContext returns the error of a call that ended because its context did,
// certain not to have been applied: it has no code and matches the context's
// error.
func (c Call) FailContext(cause error) *Error {
	if invalid, ok := cause.(*invalidError); ok { //nolint:errorlint // of a nilContext, never wrapped
		return c.Fail(invalid.code, invalid)
	}
	return c.Fail(CodeOK, cause)
}
