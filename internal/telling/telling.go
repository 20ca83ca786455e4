// Package telling decides what telemetry and logs tell alike of how a call
// ended: the kind of its error in a word of a small vocabulary, the text where
// that is known to hold no key and no value, the rows and the node.
package telling

import (
	"context"
	"errors"
	"fmt"

	"github.com/aerostore/aerostore"
)

// Panic is the type of the error of a call that did not return.
const Panic = "panic"

// ErrorType returns the error.type of OpenTelemetry's conventions: the name of
// the result code; timeout or canceled for a context; what the error's own
// ErrorType method says; else its Go type, that of what fmt.Errorf wrapped.
func ErrorType(err error) string {
	if code := aerostore.CodeOf(err); code != aerostore.CodeOK {
		return code.String()
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	}
	if e, ok := errors.AsType[*aerostore.Error](err); ok && e.Err != nil {
		err = e.Err
	}
	if named, ok := errors.AsType[interface {
		error
		ErrorType() string
	}](err); ok {
		return named.ErrorType()
	}
	name := fmt.Sprintf("%T", err)
	for name == "*fmt.wrapError" {
		err = errors.Unwrap(err)
		name = fmt.Sprintf("%T", err)
	}
	return name
}

// Text returns what may be told of the error, "" if nothing. That it holds no
// key and no value is a promise of *aerostore.Error alone. Of refused input it
// tells only that: the reason may name a bin.
func Text(err error) string {
	e, ok := errors.AsType[*aerostore.Error](err)
	switch {
	case !ok:
		return ""
	case errors.Is(e, aerostore.ErrInvalid):
		refused := *e
		refused.Err = aerostore.ErrInvalid
		return refused.Error()
	default:
		return e.Error()
	}
}

// Node returns the node that served the call last, by its result or else its
// error; nil where neither knows.
func Node(result aerostore.Result, err error) *aerostore.Node {
	if result.Node != nil || err == nil {
		return result.Node
	}
	if e, ok := errors.AsType[*aerostore.Error](err); ok {
		return e.Node
	}
	return nil
}

// Rows returns how many records a query or a batch read gave, and false for
// any other call.
func Rows(call aerostore.Call, result aerostore.Result) (rows int, ok bool) {
	switch call.Op {
	case aerostore.OpQuery:
		return call.Rows(), true
	case aerostore.OpBatchRead:
		for _, r := range result.Batch() {
			if r.Record != nil {
				rows++
			}
		}
		return rows, true
	default:
		return 0, false
	}
}
