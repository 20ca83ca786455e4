package asbackend

import (
	"encoding/base64"
	"unsafe"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/expr"
)

// clientExpression returns an expression in the client's form, which is made once. It
// takes packed expressions as text alone.
func clientExpression(n *expr.Node) (*as.Expression, error) {
	if e, ok := n.Memo().(*as.Expression); ok {
		return e, nil
	}
	packed, err := n.Pack()
	if err != nil {
		return nil, err
	}
	var room [512]byte
	text := base64.StdEncoding.AppendEncode(room[:0], packed)
	e, failure := as.ExpFromBase64(unsafe.String(unsafe.SliceData(text), len(text))) //nolint:gosec // G103: the client does not keep it
	if failure != nil {
		return nil, failure
	}
	n.Memoize(e)
	return e, nil
}

// evaluation returns an operation with an expression in the client's form.
func evaluation(bin string, op *exp.Op) (*as.Operation, error) {
	if bin == "" && !op.Writes {
		return nil, errUnnamed
	}
	e, err := clientExpression(op.Expression.Node())
	if err != nil {
		return nil, err
	}
	if op.Writes {
		return as.ExpWriteOp(bin, e, as.ExpWriteFlags(op.Flags)), nil
	}
	return as.ExpReadOp(bin, e, as.ExpReadFlags(op.Flags)), nil
}
