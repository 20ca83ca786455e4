// Package judgement decides how a call ended, once for all who act on that or tell
// of it: logs, spans, measurements, retries and breakers.
package judgement

import (
	"context"
	"errors"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// Kind is how a call ended, apart from whether a write is in doubt.
type Kind uint8

// The kinds. All from Refused on are failures.
const (
	Success  Kind = iota
	Answer        // the server has no record to give, or a Classifier takes it for none
	Refused       // the input, before anything was sent
	Rejected      // turned away by a layer, before anything was sent
	Canceled      // the caller gave up
	Failure       // any other
)

// A Judgement is what became of a call or of one key of a batch. The zero
// Judgement is success.
type Judgement struct {
	Kind    Kind
	InDoubt bool // the call may have been applied; see [aerostore.Call.InDoubt]
}

// Failed reports whether the call failed. A write in doubt did, whatever was
// answered at last: that there is no record may be its own doing.
func (j Judgement) Failed() bool { return j.InDoubt || j.Kind > Answer }

// A Classifier reports whether an error, which is not nil, is a failure; if not, it
// means that there is no record. Nil is [Default].
type Classifier = func(ctx context.Context, call aerostore.Call, err error) bool

// Default has all errors for failures but those for which [aerostore.IsNoRecord] is
// true.
func Default(_ context.Context, _ aerostore.Call, err error) bool { return !aerostore.IsNoRecord(err) }

// Of judges what the call, or one key of it, ended with.
func Of(ctx context.Context, call aerostore.Call, err error, failed Classifier) Judgement {
	switch {
	case err == nil:
		return Judgement{}
	case failed(ctx, call, err):
		return Judgement{kindOf(err), call.InDoubt(err)}
	default:
		return Judgement{Answer, call.InDoubt(err)}
	}
}

func kindOf(err error) Kind {
	switch {
	case IsRejected(err):
		return Rejected
	case errors.Is(err, aerostore.ErrInvalid):
		return Refused
	case errors.Is(err, context.Canceled):
		return Canceled
	default:
		return Failure
	}
}

// IsRejected reports whether err is a layer's, which turned the call away. It
// says so by a method, as net.Error says that it is a timeout.
func IsRejected(err error) bool {
	e, ok := errors.AsType[interface {
		error
		Rejected() bool
	}](err)
	return ok && e.Rejected()
}

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
	return safe.TypeOf(err)
}

// Text returns what may be told of the error, "" if nothing: the SafeMessage of
// an [aerostore.Error].
func Text(err error) string {
	e, ok := errors.AsType[*aerostore.Error](err)
	if !ok {
		return ""
	}
	return e.SafeMessage()
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
