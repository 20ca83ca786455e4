package aerostore

import (
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// maxIndexExpression is the longest expression of an index that a server accepts, in bytes.
// Its base64 is shorter than 16 KiB.
const maxIndexExpression = 12285

// checkExpression returns why no server has the index, whose type and collection were
// checked.
func (x Index) checkExpression() *invalidError {
	if x.Bin != "" || len(x.Path) > 0 {
		return invalidf("the index is over an expression, so it has no bin and no path")
	}
	if value.IsNil(x.Expression) {
		return invalidf("the expression of the index is a nil pointer")
	}
	n := x.Expression.Node()
	if err := n.Ready(); err != nil {
		return invalidf("the index is over no expression that a server evaluates: %w", err)
	}
	if packed, _ := n.Pack(); len(packed) > maxIndexExpression {
		return invalidf("the expression of the index has %d bytes, %d at most", len(packed), maxIndexExpression)
	}
	if got, want := expr.TypeOf(n), x.expressionType(); got != want {
		return invalidf("the expression of the index is %v: this type and collection need %v", got, want)
	}
	switch uses := expr.UsesOf(n); {
	case uses.Metadata:
		return invalidf("the expression of the index reads metadata of a record other than DigestModulo")
	case uses.Key:
		return invalidf("the expression of the index reads the key of a record")
	case len(uses.Bins) == 0 && !uses.Digest:
		return invalidf("the expression of the index reads no bin")
	default:
		return nil
	}
}

// expressionType returns the type of an expression that the index can be over.
func (x Index) expressionType() expr.Type {
	switch {
	case x.Collection == IndexList:
		return expr.ListType
	case x.Collection != IndexDefault:
		return expr.MapType
	default:
		return [...]expr.Type{
			IndexInt: expr.IntType, IndexString: expr.StringType, IndexBlob: expr.BytesType, IndexGeo: expr.GeoType,
		}[x.Type]
	}
}
