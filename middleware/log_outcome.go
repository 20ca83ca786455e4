package middleware

import (
	"context"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// A logKind is a kind of outcome, from the best to the worst.
type logKind uint8

const (
	succeeded logKind = iota
	answered
	failed
	inDoubt
	panicked
)

// A logOutcome is the outcome of a call.
type logOutcome struct {
	kind       logKind
	err        error // of the call, or of the first key that failed
	failedKeys int   // of a batch
}

func (l *logging) judge(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) logOutcome {
	o := logOutcome{kind: logKindOf(judgement.Of(ctx, call, err, l.failed)), err: err}
	if !call.IsBatch() {
		return o
	}
	for i, r := range result.Batch() {
		kind := logKindOf(judgement.OfKey(ctx, call, i, r.Err, l.failed))
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

func logKindOf(j judgement.Judgement) logKind {
	switch {
	case j.InDoubt:
		return inDoubt
	case j.Failed():
		return failed
	case j.Kind == judgement.Expected:
		return answered
	default:
		return succeeded
	}
}

// name returns the outcome: the value of the attribute error.type, or OK.
func (o logOutcome) name() string {
	switch {
	case o.kind == panicked:
		return judgement.Panic
	case o.err == nil:
		return aerostore.CodeOK.String()
	default:
		return judgement.ErrorType(o.err)
	}
}
