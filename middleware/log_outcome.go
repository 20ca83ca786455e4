package middleware

import (
	"context"
	"errors"
	"fmt"

	"github.com/aerostore/aerostore"
)

// logKind is a kind of outcome, from the best to the worst.
type logKind uint8

const (
	succeeded logKind = iota
	answered
	failed
	inDoubt
	panicked
)

// logOutcome is what became of a call.
type logOutcome struct {
	kind       logKind
	err        error // the call's, or that of the first key that failed
	failedKeys int   // of a batch
}

func (l *logging) judge(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) logOutcome {
	o := logOutcome{kind: l.kindOf(ctx, call, err), err: err}
	if !call.IsBatch() {
		return o
	}
	for _, r := range result.Batch() {
		kind := l.kindOf(ctx, call, r.Err)
		if kind < failed {
			continue
		}
		o.failedKeys++
		o.kind = max(o.kind, kind)
		if o.err == nil {
			o.err = r.Err
		}
	}
	return o
}

func (l *logging) kindOf(ctx context.Context, call aerostore.Call, err error) logKind {
	switch {
	case err == nil:
		return succeeded
	case aerostore.InDoubt(err):
		return inDoubt
	case l.failed(ctx, call, err):
		return failed
	default:
		return answered
	}
}

// name returns the outcome as error.type has it, OK where there is no error.
func (o logOutcome) name() string {
	if o.kind == panicked {
		return "panic"
	}
	if o.err == nil {
		return aerostore.CodeOK.String()
	}
	if code := aerostore.CodeOf(o.err); code != aerostore.CodeOK {
		return code.String()
	}
	switch {
	case errors.Is(o.err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(o.err, context.Canceled):
		return "canceled"
	}
	err := o.err
	if e, ok := errors.AsType[*aerostore.Error](err); ok && e.Err != nil {
		err = e.Err
	}
	if named, ok := errors.AsType[interface {
		error
		ErrorType() string
	}](err); ok {
		return named.ErrorType()
	}
	return typeOf(err)
}

// typeOf returns the type of what fmt.Errorf wrapped, whose own says nothing.
func typeOf(err error) string {
	name := fmt.Sprintf("%T", err)
	for name == "*fmt.wrapError" {
		err = errors.Unwrap(err)
		name = fmt.Sprintf("%T", err)
	}
	return name
}

// text returns what may be told about the error, "" if nothing. That it holds
// no key and no value is a promise of *aerostore.Error alone.
func (o logOutcome) text() string {
	e, ok := errors.AsType[*aerostore.Error](o.err)
	switch {
	case !ok:
		return ""
	case errors.Is(e, aerostore.ErrInvalid):
		// The reason may name a bin, which no record does.
		refused := *e
		refused.Err = aerostore.ErrInvalid
		return refused.Error()
	default:
		return e.Error()
	}
}
