package asbackend

import (
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
	e, err := clientExpression(n)
	if err != nil { // which the check of the call has ruled out
		return refusedExpression
	}
	return e
}

// refusedExpression is no expression. A server refuses it.
var refusedExpression, _ = as.ExpFromBase64("wQ==")

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
