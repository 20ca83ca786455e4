// Package evaltest makes random expressions and records, for tests of what evaluates
// expressions.
package evaltest

import (
	"math/rand/v2"

	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// A Generator makes random expressions that do a server no harm.
type Generator struct {
	*rand.Rand
	scope []scoped
	names int
}

type scoped struct {
	name string
	t    expr.Type
}

// New returns a Generator whose expressions depend on the seed.
func New(seed uint64) *Generator {
	return &Generator{Rand: rand.New(rand.NewPCG(seed, 17))} //nolint:gosec // G404: the same for the same seed
}

// Pick returns one of the values.
func Pick[T any](g *Generator, of ...T) T { return of[g.IntN(len(of))] }

func constNode(v any) *expr.Node { return &expr.Node{Op: expr.Const, Value: v} }

var allTypes = []expr.Type{
	expr.BoolType, expr.BoolType, expr.IntType, expr.IntType, expr.StringType, expr.ListType, expr.MapType, expr.BytesType, expr.FloatType,
	expr.GeoType, expr.HLLType,
}

// Any returns an expression of any type.
func (g *Generator) Any(depth int) *expr.Node { return g.Expression(Pick(g, allTypes...), depth) }

// Expression returns an expression of a type.
func (g *Generator) Expression(t expr.Type, depth int) *expr.Node {
	if g.IntN(200) == 0 {
		// An HLL in a list or map cannot be read by the client, and is the last.
		t = Pick(g, allTypes[:len(allTypes)-1]...)
	}
	if depth <= 0 || g.IntN(5) == 0 {
		return g.leaf(t)
	}
	switch g.IntN(14) {
	case 0:
		return g.cond(t, depth-1)
	case 1:
		return g.let(t, depth-1)
	}
	switch t {
	case expr.BoolType:
		return g.bool(depth - 1)
	case expr.IntType:
		return g.integer(depth - 1)
	case expr.FloatType:
		return g.floating(depth - 1)
	case expr.StringType:
		return g.elementOf(t, depth-1)
	case expr.BytesType:
		if g.IntN(5) == 0 {
			return g.elementOf(t, depth-1)
		}
		return g.bits(depth - 1)
	case expr.ListType:
		return g.lists(depth - 1)
	case expr.MapType:
		return g.maps(depth - 1)
	case expr.HLLType:
		return g.hlls(depth - 1)
	default:
		return g.leaf(t)
	}
}

func (g *Generator) leaf(t expr.Type) *expr.Node {
	for _, s := range g.scope {
		if s.t == t && g.IntN(2) == 0 {
			return &expr.Node{Op: expr.Var, Name: s.name}
		}
	}
	if g.IntN(3) > 0 || t == expr.HLLType {
		name := Pick(g, binsOf[t]...)
		if g.IntN(30) == 0 {
			name = Pick(g, "zz", "i", "l", "s")
		}
		return &expr.Node{Op: expr.Bin, Type: t, Name: name}
	}
	switch t {
	case expr.IntType:
		switch g.IntN(8) {
		case 0:
			return &expr.Node{Op: expr.BinType, Name: Pick(g, "i", "l", "zz", "p", "h", "om", "u", "b", "f", "s")}
		case 1:
			return &expr.Node{Op: expr.DigestModulo, Flags: Pick(g, 1, 7, 100, -5, 1<<31, 1<<20)}
		}
		return constNode(g.int())
	case expr.FloatType:
		return constNode(g.float())
	case expr.StringType:
		if g.IntN(8) == 0 {
			return Pick(g, &expr.Node{Op: expr.SetName}, &expr.Node{Op: expr.Key, Type: t})
		}
		return constNode(g.Text())
	case expr.BytesType:
		return constNode(g.bytes())
	case expr.BoolType:
		if g.IntN(6) == 0 {
			return Pick(g, &expr.Node{Op: expr.KeyExists}, &expr.Node{Op: expr.IsTombstone}, &expr.Node{Op: expr.Unknown})
		}
		return constNode(g.IntN(2) == 0)
	case expr.GeoType:
		return constNode(value.GeoJSON(Pick(g, append(points, regions...)...)))
	case expr.ListType:
		return constNode(g.list(2))
	default:
		return constNode(g.mapValue(1))
	}
}

func (g *Generator) cond(t expr.Type, depth int) *expr.Node {
	n := &expr.Node{Op: expr.Cond}
	for range 1 + g.IntN(3) {
		n.Args = append(n.Args, g.Expression(expr.BoolType, depth), g.Expression(t, depth))
	}
	last := g.Expression(t, depth)
	if g.IntN(5) == 0 {
		last = &expr.Node{Op: expr.Unknown}
	}
	n.Args = append(n.Args, last)
	return n
}

func (g *Generator) let(t expr.Type, depth int) *expr.Node {
	n := &expr.Node{Op: expr.Let}
	var names expr.Names
	outer := len(g.scope)
	for range 1 + g.IntN(2) {
		of := Pick(g, allTypes...)
		g.names++
		name := "v" + string(rune('a'+g.names%26)) + string(rune('a'+g.names/26%26))
		if g.IntN(40) == 0 {
			name = "va"
		}
		v := g.Expression(of, depth)
		names = append(names, name)
		n.Args = append(n.Args, v)
		g.scope = append(g.scope, scoped{name, of})
	}
	n.Args, n.Value = append(n.Args, g.Expression(t, depth)), names
	g.scope = g.scope[:outer]
	return n
}

func (g *Generator) args(t expr.Type, depth, least, most int) (nodes []*expr.Node) {
	for range least + g.IntN(most-least+1) {
		nodes = append(nodes, g.Expression(t, depth))
	}
	return nodes
}

func (g *Generator) bool(depth int) *expr.Node {
	switch g.IntN(9) {
	case 0, 1:
		return &expr.Node{Op: Pick(g, expr.And, expr.Or, expr.Exclusive), Args: g.args(expr.BoolType, depth, 2, 4)}
	case 2:
		return &expr.Node{Op: expr.Not, Args: g.args(expr.BoolType, depth, 1, 1)}
	case 3:
		return &expr.Node{Op: expr.Geo, Args: g.args(expr.GeoType, depth, 2, 2)}
	case 4:
		return &expr.Node{Op: expr.Regex, Name: g.Pattern(), Flags: g.IntN(16), Args: g.args(expr.StringType, depth, 1, 1)}
	case 5:
		return g.get(depth, expr.BoolType)
	default:
		t := Pick(g, expr.IntType, expr.IntType, expr.FloatType, expr.StringType, expr.BytesType, expr.BoolType, expr.ListType, expr.MapType)
		return &expr.Node{
			Op: Pick(g, expr.Equal, expr.NotEqual, expr.Greater, expr.AtLeast, expr.Less, expr.AtMost), Args: g.args(t, depth, 2, 2),
		}
	}
}

// divisor is one by which the least integer can be divided without harm.
func (g *Generator) divisor() *expr.Node { return constNode(Pick(g, 0, 1, 2, 3, -2, 7, -7, 1<<33)) }

func (g *Generator) integer(depth int) *expr.Node {
	switch g.IntN(12) {
	case 0, 1:
		return &expr.Node{Op: Pick(g, expr.Add, expr.Subtract, expr.Multiply, expr.Min, expr.Max), Args: g.args(expr.IntType, depth, 1, 4)}
	case 2:
		n := &expr.Node{Op: Pick(g, expr.Divide, expr.Mod), Args: g.args(expr.IntType, depth, 1, 1)}
		n.Args = append(n.Args, g.divisor())
		if n.Op == expr.Divide && g.IntN(3) == 0 {
			n.Args = append(n.Args, constNode(Pick(g, 2, 3, 1<<31)))
		}
		return n
	case 3:
		return &expr.Node{Op: Pick(g, expr.Abs, expr.IntNot, expr.BitCount), Args: g.args(expr.IntType, depth, 1, 1)}
	case 4:
		return &expr.Node{Op: expr.ToInt, Args: g.args(expr.FloatType, depth, 1, 1)}
	case 5:
		return &expr.Node{Op: Pick(g, expr.IntAnd, expr.IntOr, expr.IntXor), Args: g.args(expr.IntType, depth, 1, 3)}
	case 6:
		return &expr.Node{Op: Pick(g, expr.ShiftLeft, expr.ShiftRight, expr.ShiftArith), Args: g.args(expr.IntType, depth, 2, 2)}
	case 7:
		n := &expr.Node{Op: Pick(g, expr.ScanLeft, expr.ScanRight), Args: g.args(expr.IntType, depth, 1, 1)}
		n.Args = append(n.Args, g.Expression(expr.BoolType, depth))
		return n
	case 8:
		return g.call(expr.IntType, expr.BitModule, Pick[uint8](g, 51, 54), depth, "", g.offset(), g.size())
	case 9:
		n := Pick[uint8](g, 50, 52, 53, 56)
		if n == 50 {
			return g.call(expr.IntType, expr.HLLModule, n, depth, "")
		}
		return g.call(expr.IntType, expr.HLLModule, n, depth, "", g.hllList(n == 56))
	case 10:
		return g.elementOf(expr.IntType, depth)
	default:
		return g.get(depth, expr.IntType)
	}
}

func (g *Generator) floating(depth int) *expr.Node {
	switch g.IntN(5) {
	case 0, 1:
		return &expr.Node{
			Op: Pick(g, expr.Add, expr.Subtract, expr.Multiply, expr.Divide, expr.Min, expr.Max), Args: g.args(expr.FloatType, depth, 1, 4),
		}
	case 2:
		return &expr.Node{Op: Pick(g, expr.Abs, expr.Floor, expr.Ceil), Args: g.args(expr.FloatType, depth, 1, 1)}
	case 3:
		return &expr.Node{Op: expr.ToFloat, Args: g.args(expr.IntType, depth, 1, 1)}
	default:
		return g.elementOf(expr.FloatType, depth) // similarities are for package engine to compare
	}
}
