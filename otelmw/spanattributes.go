package otelmw

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

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

// spanAttributes returns what is known when the call is over.
func (t *tracing) spanAttributes(call aerostore.Call, result aerostore.Result, o outcome) []attribute.KeyValue {
	attrs := t.ends.get(endOf(result, o))
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
		if n, ok := rows(call, result); ok {
			attrs = append(attrs, semconv.DBResponseReturnedRows(n))
		}
	}
	if t.key {
		attrs = appendKey(attrs, call)
	}
	return attrs
}

// end is what most spans end with.
type end struct {
	address string // of the node that served the call last
	port    int
	ending
}

func endOf(result aerostore.Result, o outcome) end {
	e := end{ending: o.ending()}
	node := result.Node
	if node == nil && o.err != nil {
		if failed, ok := errors.AsType[*aerostore.Error](o.err); ok {
			node = failed.Node
		}
	}
	if node != nil {
		e.address, e.port = node.Address, node.Port
	}
	return e
}

// attributes are clipped, so that appending to them makes a copy.
func (e end) attributes() []attribute.KeyValue {
	return slices.Clip(e.appendTo(endpoint(e.address, e.port, semconv.NetworkPeerAddress, semconv.NetworkPeerPort)))
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

// description returns what may be told about err. That its text holds no key
// and no value is a promise of *aerostore.Error alone.
func description(err error) string {
	e, ok := errors.AsType[*aerostore.Error](err)
	switch {
	case !ok:
		return errorType(err)
	case errors.Is(e, aerostore.ErrInvalid):
		// The reason may name a bin, which no span does unasked.
		refused := *e
		refused.Err = aerostore.ErrInvalid
		return refused.Error()
	default:
		return e.Error()
	}
}
