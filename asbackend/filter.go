package asbackend

import (
	"encoding/base64"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// expressionOf returns a filter in the client's form, nil for none. It is made once for a
// filter.
func expressionOf(f aerostore.Filter) *as.Expression {
	n := f.Node()
	if n == nil {
		return nil
	}
	if e, ok := n.Memo().(*as.Expression); ok {
		return e
	}
	packed, err := n.Pack()
	if err != nil { // which the check of the call has ruled out
		packed = refusedExpression
	}
	e, failed := as.ExpFromBase64(base64.StdEncoding.EncodeToString(packed))
	if failed != nil {
		return nil // never: the text is base64
	}
	n.Memoize(e)
	return e
}

// refusedExpression is no expression. A server refuses it.
var refusedExpression = []byte{0xc1}

// filterOfRecord returns the filter of a record of a batch in the client's form, nil for
// that of the batch. Own is the filter of the Store's policy for such records.
func filterOfRecord(own *as.Expression, record, batch aerostore.Filter) *as.Expression {
	switch record {
	case aerostore.Filter{}:
		return own
	case batch:
		return nil
	default:
		return expressionOf(record)
	}
}
