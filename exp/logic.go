package exp

import (
	"slices"

	"github.com/aerostore/aerostore/internal/expr"
)

// And returns whether all are true. One that is false decides, whatever is unknown. And
// of none is true.
func And(all ...Bool) Bool { return logic(expr.And, all, true) }

// Or returns whether one is true. One that is true decides, whatever is unknown. Or of
// none is false.
func Or(all ...Bool) Bool { return logic(expr.Or, all, false) }

// Exclusive returns whether exactly one is true.
func Exclusive(all ...Bool) Bool { return logic(expr.Exclusive, all, false) }

func logic(op expr.Op, all []Bool, none bool) Bool {
	switch len(all) { // the server takes two at least
	case 0:
		return BoolVal(none)
	case 1:
		return all[0]
	}
	return of[Bool](several(op, all[0], all[1:]))
}

// Not returns whether e is false.
func Not(e Bool) Bool { return of[Bool](unary(expr.Not, e.node)) }

// A Cond is a condition that still needs its Else.
type Cond[E Type[E]] struct{ args []*expr.Node }

// If returns an expression whose value is that of then if the test is true. Otherwise it
// is what follows:
//
//	exp.If(exp.IntBin("n").Greater(0), exp.StringVal("some")).Else(exp.StringVal("none"))
func If[E Type[E]](test Bool, then E) Cond[E] { return Cond[E]{}.ElseIf(test, then) }

// ElseIf adds a test, for records for which no test before was true. It does not change c.
func (c Cond[E]) ElseIf(test Bool, then E) Cond[E] {
	args := make([]*expr.Node, len(c.args), len(c.args)+3)
	copy(args, c.args)
	return Cond[E]{append(args, test.node, then.Node())}
}

// Else returns the expression. Its value is that of otherwise if no test is true.
func (c Cond[E]) Else(otherwise E) E {
	args := slices.Concat(c.args, []*expr.Node{otherwise.Node()})
	return of[E](&expr.Node{Op: expr.Cond, Args: args})
}

// ElseUnknown returns the expression. It is unknown if no test is true.
func (c Cond[E]) ElseUnknown() E { return c.Else(of[E](&expr.Node{Op: expr.Unknown})) }

// Let returns the expression that in makes of a variable for a value, which is evaluated
// once. The name has letters, digits and underscores, begins with a letter, and differs
// from those of the variables around.
//
//	exp.Let("x", exp.Add(exp.IntBin("a"), exp.IntBin("b")), func(x exp.Int) exp.Bool {
//		return exp.And(x.Greater(3), x.Less(9))
//	})
func Let[V Type[V], E Type[E]](name string, v V, in func(V) E) E {
	if name == "" || name[0] == '_' { // those are for divide
		return of[E](expr.Error("the name of a variable begins with a letter"))
	}
	return let(name, v, in)
}

func let[V Type[V], E Type[E]](name string, v V, in func(V) E) E {
	use := in(of[V](&expr.Node{Op: expr.Var, Name: name}))
	return of[E](&expr.Node{Op: expr.Let, Value: expr.Names{name}, Args: []*expr.Node{v.Node(), use.Node()}})
}
