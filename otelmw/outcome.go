package otelmw

import (
	"context"
	"errors"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// outcome is what became of a call.
type outcome struct {
	err        error // to report on: the call's, or that of the first key if all failed
	failed     bool  // err is a failure and no mere answer
	inDoubt    bool
	failedKeys int // of a batch
}

func (c *config) judge(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) outcome {
	if call.IsBatch() && call.Len() == 1 && err == nil && len(result.Batch()) == 1 {
		err = result.Batch()[0].Err
	}
	j := judgement.Of(ctx, call, err, c.failed)
	o := outcome{err: err, failed: j.Failed(), inDoubt: j.InDoubt}
	if !isBatch(call) {
		return o
	}
	var first error
	for _, r := range result.Batch() {
		j := judgement.Of(ctx, call, r.Err, c.failed)
		if !j.Failed() {
			continue
		}
		if first == nil {
			first = r.Err
		}
		o.failedKeys++
		o.inDoubt = o.inDoubt || j.InDoubt
	}
	if err == nil && first != nil && o.failedKeys == len(result.Batch()) {
		o.err, o.failed = first, true
	}
	return o
}

// ending is how a call ended, as far as telemetry tells calls apart. The zero
// ending is success.
type ending struct {
	status    aerostore.ResultCode // the server's, CodeOK where it gave none
	errorType string               // "" unless the call failed
}

func (o outcome) ending() ending {
	if o.err == nil {
		return ending{}
	}
	var e ending
	if code := aerostore.CodeOf(o.err); code.FromServer() && !errors.Is(o.err, aerostore.ErrInvalid) {
		e.status = code
	}
	if o.failed {
		e.errorType = judgement.ErrorType(o.err)
	}
	return e
}

func (e ending) appendTo(attrs []attribute.KeyValue) []attribute.KeyValue {
	if e.status != aerostore.CodeOK {
		attrs = append(attrs, semconv.DBResponseStatusCode(strconv.Itoa(int(e.status))))
	}
	if e.errorType != "" {
		attrs = append(attrs, semconv.ErrorTypeKey.String(e.errorType))
	}
	return attrs
}

// rows returns how many records the caller was given, and false where the call
// is not one that gives many.
func rows(call aerostore.Call, result aerostore.Result) (int, bool) {
	if call.IsBatch() && !isBatch(call) {
		return 0, false
	}
	return judgement.Rows(call, result)
}
