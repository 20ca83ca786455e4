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

// An outcome is how a call ended.
type outcome struct {
	err        error // the call's, or that of the first key if all keys failed
	failed     bool  // err is a failure and not an answer
	inDoubt    bool
	failedKeys int // of a batch
}

// outcomeOf judges a call by the classifier.
func (c *config) outcomeOf(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) outcome {
	if call.IsBatch() && call.Len() == 1 && err == nil && len(result.Batch()) == 1 {
		err = result.Batch()[0].Err
	}
	j := judgement.Of(ctx, call, err, c.failed)
	o := outcome{err: err, failed: j.Failed(), inDoubt: j.InDoubt}
	if !isBatch(call) {
		return o
	}
	var first error
	for i, r := range result.Batch() {
		j := judgement.OfKey(ctx, call, i, r.Err, c.failed)
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

// An ending is what spans and measurements report of an outcome. The zero ending is
// success.
type ending struct {
	status    aerostore.ResultCode // the server's, CodeOK if it sent none
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

// returnedRows returns how many records the caller received. It returns false unless
// the call is a query or a batch read.
func returnedRows(call *aerostore.Call, result aerostore.Result) (int, bool) {
	if call.IsBatch() && call.Len() == 1 {
		return 0, false
	}
	return judgement.Rows(call, result)
}
