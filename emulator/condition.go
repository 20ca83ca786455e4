package emulator

import (
	"log/slog"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/expr"
	"github.com/aerostore/aerostore/internal/wire"
)

// condition returns the condition of a query that an index answers. The index is that of a
// bin, of a name or of an expression.
func (c *conn) condition(m *message, q *aerostore.Query) (where aerostore.Predicate, code aerostore.ResultCode) {
	var collection byte
	if kind := m.field(fieldIndexType); len(kind) == 1 {
		collection = kind[0]
	} else if kind != nil {
		return where, aerostore.CodeParameter
	}
	if m.has(fieldIndexName) && m.has(fieldIndexExpression) {
		return where, aerostore.CodeParameter
	}
	where, err := wire.ParsePredicate(m.field(fieldIndexRange), collection, m.field(fieldIndexContext), string(m.field(fieldIndexName)))
	if err != nil {
		c.log().Debug("emulator: refusing the condition of a query", slog.Any("error", err))
		return where, codeOf(err)
	}
	if named := m.has(fieldIndexName) || m.has(fieldIndexExpression); named == (where.Bin() != "") {
		return where, aerostore.CodeParameter
	}
	if m.has(fieldIndexExpression) {
		name, code := c.indexOver(m.field(fieldIndexExpression), where, q)
		return where.UsingIndex(name), code
	}
	return where, aerostore.CodeOK
}

// indexOver returns the name of the index over an expression that answers a condition. One of
// the set comes before one of the namespace.
func (c *conn) indexOver(packed []byte, where aerostore.Predicate, q *aerostore.Query) (name string, code aerostore.ResultCode) {
	n, err := expr.Parse(packed)
	if err != nil {
		return "", aerostore.CodeIndexNotFound
	}
	for _, x := range c.node.cluster.store.Indexes(q.Namespace) {
		if x.Expression == nil || x.Type != where.IndexType() || x.Collection != where.Collection() || !expr.Same(x.Expression.Node(), n) {
			continue
		}
		if x.Set == q.Set {
			return x.Name, aerostore.CodeOK
		}
		if x.Set == "" {
			name = x.Name
		}
	}
	if name == "" {
		code = aerostore.CodeIndexNotFound
	}
	return name, code
}
