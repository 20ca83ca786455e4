// Package judgement classifies the outcome of a call for logs, spans, metrics, retries
// and circuit breakers.
package judgement

import (
	"context"
	"errors"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// A Kind is how a call ended, without the doubt of a write.
type Kind uint8

// The kinds. Refused and those after it are failures.
const (
	Success  Kind = iota
	Expected      // an error that the Classifier does not report as a failure
	Refused       // the input was refused before anything was sent
	Rejected      // a layer rejected the call before anything was sent
	Canceled      // the caller canceled the context
	Failure       // any other failure
)

// A Judgement is the outcome of a call or of one key of a batch. The zero Judgement is
// success.
type Judgement struct {
	Kind    Kind
	InDoubt bool // the call may have been applied; see [aerostore.Call.InDoubt]
}

// Failed reports whether the call failed. A write in doubt failed even if its error is
// expected: that there is no record may be the effect of an earlier attempt.
func (j Judgement) Failed() bool { return j.InDoubt || j.Kind > Expected }

// A Classifier reports whether a non-nil error is a failure.
type Classifier = func(ctx context.Context, call aerostore.Call, err error) bool

// Default is the Classifier for which all errors are failures except those of
// [aerostore.IsNoRecord].
func Default(_ context.Context, _ aerostore.Call, err error) bool { return !aerostore.IsNoRecord(err) }

// Of returns the outcome of a call that ended with err.
func Of(ctx context.Context, call aerostore.Call, err error, failed Classifier) Judgement {
	if err == nil {
		return Judgement{}
	}
	return judge(ctx, call, err, call.InDoubt(err), failed)
}

// OfKey returns the outcome of the key at index i of a batch.
func OfKey(ctx context.Context, call aerostore.Call, i int, err error, failed Classifier) Judgement {
	if err == nil {
		return Judgement{}
	}
	return judge(ctx, call, err, call.InDoubtAt(i, err), failed)
}

func judge(ctx context.Context, call aerostore.Call, err error, inDoubt bool, failed Classifier) Judgement {
	if failed(ctx, call, err) {
		return Judgement{kindOf(err), inDoubt}
	}
	return Judgement{Expected, inDoubt}
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

// IsRejected reports whether a layer rejected the call. Its error has a method Rejected,
// as a net.Error has a method Timeout.
func IsRejected(err error) bool {
	e, ok := errors.AsType[interface {
		error
		Rejected() bool
	}](err)
	return ok && e.Rejected()
}

// Panic is the error type of a call that panicked.
const Panic = "panic"

// ErrorType returns the error.type of OpenTelemetry's conventions. It is the name of the
// result code, if there is one, and "timeout" or "canceled" for the error of a context.
// Otherwise it is the result of the error's method ErrorType, or its Go type; see
// [safe.TypeOf].
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
	if e, ok := errors.AsType[*aerostore.Error](err); ok && e != nil && e.Err != nil {
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

// Text returns the SafeMessage of the [aerostore.Error] that err wraps, or "" if there is
// none.
func Text(err error) string {
	e, ok := errors.AsType[*aerostore.Error](err)
	if !ok {
		return ""
	}
	return e.SafeMessage()
}

// Node returns the node that a call was last sent to, from its result or its error. It
// returns nil if neither has it.
func Node(result aerostore.Result, err error) *aerostore.Node {
	if result.Node != nil || err == nil {
		return result.Node
	}
	if e, ok := errors.AsType[*aerostore.Error](err); ok && e != nil {
		return e.Node
	}
	return nil
}

// Rows returns the number of records that a query or a batch read returned, and false
// for any other call.
func Rows(call *aerostore.Call, result aerostore.Result) (rows int, ok bool) {
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
