package evaltest

import (
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/expr"
)

// Of returns the expression of a node of any type, which package exp does not offer.
func Of(n *expr.Node) exp.Any { return untyped{node: n} }

type untyped struct {
	exp.Bool // for its unexported methods

	node *expr.Node
}

func (e untyped) Node() *expr.Node { return e.node }
func (e untyped) String() string   { return e.node.Source(false) }
func (e untyped) GoString() string { return e.String() }
func (e untyped) Source() string   { return e.node.Source(true) }
