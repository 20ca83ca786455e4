package otelmw

import (
	"encoding/hex"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

const (
	inDoubtKey     = attribute.Key("aerospike.in_doubt")
	attemptsKey    = attribute.Key("aerospike.attempts")
	batchFailedKey = attribute.Key("aerospike.batch.failed")
	userKeyKey     = attribute.Key("aerospike.key")
)

// spanAttributes returns what is known when the call is over.
func (t *tracing) spanAttributes(call *aerostore.Call, result aerostore.Result, o outcome) []attribute.KeyValue {
	attrs := t.ending(endOf(result, o))
	if o.failedKeys > 0 {
		attrs = append(attrs, batchFailedKey.Int(o.failedKeys))
	}
	if t.rows {
		if n, ok := rows(*call, result); ok {
			attrs = append(attrs, semconv.DBResponseReturnedRows(n))
		}
	}
	if t.key {
		attrs = appendKey(attrs, *call)
	}
	return attrs
}

// peer is the node that served a call last, as spans tell it.
type peer struct {
	address string
	port    int
}

// end is what most spans end with. The zero end is a success that nobody knows
// more about.
type end struct {
	peer
	ending
	inDoubt  bool
	attempts int32 // 0 where one was enough
}

// ending returns the end's attributes. A mere peer has a table of its own,
// since it is how most spans end, and a short key is found in half the time.
func (t *tracing) ending(e end) []attribute.KeyValue {
	switch e {
	case end{}:
		return nil
	case end{peer: e.peer}:
		return t.peers.get(e.peer)
	default:
		return t.ends.get(e)
	}
}

func endOf(result aerostore.Result, o outcome) end {
	e := end{ending: o.ending(), inDoubt: o.inDoubt}
	if result.Attempts > 1 {
		e.attempts = result.Attempts
	}
	if node := judgement.Node(result, o.err); node != nil {
		e.peer = peer{node.Address, node.Port}
	}
	return e
}

// attributes are clipped, so that appending to them makes a copy.
func (p peer) attributes() []attribute.KeyValue {
	return slices.Clip(endpoint(p.address, p.port, semconv.NetworkPeerAddress, semconv.NetworkPeerPort))
}

// attributes are clipped, too.
func (e end) attributes() []attribute.KeyValue {
	attrs := e.appendTo(e.peer.attributes())
	if e.inDoubt {
		attrs = append(attrs, inDoubtKey.Bool(true))
	}
	if e.attempts > 0 {
		attrs = append(attrs, attemptsKey.Int(int(e.attempts)))
	}
	return slices.Clip(attrs)
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

// description returns what may be told about err, its kind at least.
func description(err error) string {
	if text := judgement.Text(err); text != "" {
		return text
	}
	return judgement.ErrorType(err)
}
