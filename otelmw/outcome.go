package otelmw

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/aerostore/aerostore"
)

const (
	inDoubtKey     = attribute.Key("aerospike.in_doubt")
	attemptsKey    = attribute.Key("aerospike.attempts")
	batchFailedKey = attribute.Key("aerospike.batch.failed")
	userKeyKey     = attribute.Key("aerospike.key")
)

// outcome is what became of a call.
type outcome struct {
	err        error // to report on: the call's, or that of the first key if all failed
	failed     bool  // err is a failure and no mere answer
	inDoubt    bool
	failedKeys int // of a batch
}

func (t *tracing) judge(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) outcome {
	if call.IsBatch() && call.Len() == 1 && err == nil && len(result.Batch()) == 1 {
		err = result.Batch()[0].Err
	}
	o := outcome{err: err}
	if err != nil {
		o.failed = t.failed(ctx, call, err)
		o.inDoubt = aerostore.InDoubt(err)
	}
	if !isBatch(call) {
		return o
	}
	var first error
	for _, r := range result.Batch() {
		if r.Err == nil || !t.failed(ctx, call, r.Err) {
			continue
		}
		if first == nil {
			first = r.Err
		}
		o.failedKeys++
		o.inDoubt = o.inDoubt || aerostore.InDoubt(r.Err)
	}
	if err == nil && first != nil && o.failedKeys == len(result.Batch()) {
		o.err, o.failed = first, true
	}
	return o
}

// attributes returns what is known when the call is over.
func (t *tracing) attributes(call aerostore.Call, result aerostore.Result, o outcome) []attribute.KeyValue {
	attrs := t.peer(result.Node, o.err)
	if code := aerostore.CodeOf(o.err); code.FromServer() && !errors.Is(o.err, aerostore.ErrInvalid) {
		attrs = append(attrs, semconv.DBResponseStatusCode(strconv.Itoa(int(code))))
	}
	if o.failed {
		attrs = append(attrs, errorType(o.err))
	}
	if o.inDoubt {
		attrs = append(attrs, inDoubtKey.Bool(true))
	}
	if result.Attempts > 1 {
		attrs = append(attrs, attemptsKey.Int(int(result.Attempts)))
	}
	if o.failedKeys > 0 {
		attrs = append(attrs, batchFailedKey.Int(o.failedKeys))
	}
	if t.rows {
		attrs = appendRows(attrs, call, result)
	}
	if t.key {
		attrs = appendKey(attrs, call)
	}
	return attrs
}

// peer returns the node that served the call last. Appending to what it
// returns makes a copy.
func (t *tracing) peer(node *aerostore.Node, err error) []attribute.KeyValue {
	if node == nil {
		e, ok := errors.AsType[*aerostore.Error](err)
		if !ok || e.Node == nil {
			return nil
		}
		node = e.Node
	}
	return t.peers.get(peer{node.Address, node.Port})
}

func appendRows(attrs []attribute.KeyValue, call aerostore.Call, result aerostore.Result) []attribute.KeyValue {
	rows := 0
	switch {
	case call.Op == aerostore.OpQuery:
		rows = call.Rows()
	case call.Op == aerostore.OpBatchRead && isBatch(call):
		for _, r := range result.Batch() {
			if r.Record != nil {
				rows++
			}
		}
	default:
		return attrs
	}
	return append(attrs, semconv.DBResponseReturnedRows(rows))
}

func appendKey(attrs []attribute.KeyValue, call aerostore.Call) []attribute.KeyValue {
	if call.Len() != 1 {
		return attrs
	}
	switch id := call.KeyAt(0).ID().(type) {
	case nil:
		return attrs
	case []byte:
		return append(attrs, userKeyKey.String(hex.EncodeToString(id)))
	default:
		return append(attrs, userKeyKey.String(fmt.Sprint(id)))
	}
}

func errorType(err error) attribute.KeyValue {
	if code := aerostore.CodeOf(err); code != aerostore.CodeOK {
		return semconv.ErrorTypeKey.String(code.String())
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return semconv.ErrorTypeKey.String("timeout")
	case errors.Is(err, context.Canceled):
		return semconv.ErrorTypeKey.String("canceled")
	}
	if e, ok := errors.AsType[*aerostore.Error](err); ok && e.Err != nil {
		err = e.Err
	}
	return semconv.ErrorType(err)
}

// description returns what may be told about err. That its text holds no key
// and no value is a promise of *aerostore.Error alone.
func description(err error) string {
	e, ok := errors.AsType[*aerostore.Error](err)
	switch {
	case !ok:
		return errorType(err).Value.AsString()
	case errors.Is(e, aerostore.ErrInvalid):
		// The reason may name a bin, which no span does unasked.
		refused := *e
		refused.Err = aerostore.ErrInvalid
		return refused.Error()
	default:
		return e.Error()
	}
}
