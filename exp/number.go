package exp

import (
	"math"
	"strconv"
	"strings"

	"github.com/aerostore/aerostore/internal/expr"
)

// Number is an expression for a number: an [Int] or a [Float].
type Number[N any] interface {
	Int | Float
	Type[N]
}

// Add returns the sum. Integers wrap.
func Add[N Number[N]](a N, more ...N) N { return of[N](several(expr.Add, a, more)) }

// Subtract returns a without the others, or -a. Integers wrap.
func Subtract[N Number[N]](a N, more ...N) N { return of[N](several(expr.Subtract, a, more)) }

// Multiply returns the product. Integers wrap.
func Multiply[N Number[N]](a N, more ...N) N { return of[N](several(expr.Multiply, a, more)) }

// Divide returns a divided by the product of the others, or 1 divided by a. A quotient of
// integers is cut towards zero, and unknown if the product is 0.
//
// The least integer divided by -1 ends servers up to 8.1.0.3. Where literals do not rule
// that out, the expression that is sent guards against it.
func Divide[N Number[N]](a N, more ...N) N {
	n := several(expr.Divide, a, more)
	if x, ok := any(a).(Int); ok && len(more) > 0 {
		by := any(more[0]).(Int)
		if len(more) > 1 {
			by = of[Int](several(expr.Multiply, more[0], more[1:]))
		}
		return of[N](divide(n, x, by))
	}
	return of[N](n)
}

// Mod returns the rest of a divided by b, which has the sign of a. It is unknown if b is
// 0. It is guarded as Divide is.
func Mod(a, b Int) Int {
	n := binary(expr.Mod, a.node, b.node)
	if harmless(a, b) {
		return of[Int](n)
	}
	if b.node.Op == expr.Const { // a % 1 is a % -1
		return of[Int](binary(expr.Mod, a.node, literalInt(1)))
	}
	return once("m", b, func(b Int) Int {
		return of[Int](binary(expr.Mod, a.node, If(b.Equal(-1), IntVal(1)).Else(b).node))
	})
}

// divide guards a division.
func divide(n *expr.Node, a, by Int) *expr.Node {
	if harmless(a, by) {
		return n
	}
	if by.node.Op == expr.Const {
		return Subtract(a).node
	}
	return once("a", a, func(a Int) Int {
		return once("b", by, func(by Int) Int {
			return If(by.Equal(-1), Subtract(a)).Else(of[Int](binary(expr.Divide, a.node, by.node)))
		})
	}).node
}

// harmless reports whether literals rule out that the least integer is divided by -1.
func harmless(a, by Int) bool {
	if a.node == nil || by.node == nil {
		return true // an error anyway
	}
	x, isInt := a.node.Value.(int)
	if a.node.Op == expr.Const && isInt && x != math.MinInt {
		return true
	}
	y, isInt := by.node.Value.(int)
	return by.node.Op == expr.Const && isInt && y != -1
}

// once returns what in makes of an expression, which is evaluated once. The name of its
// variable is used nowhere in the expression.
func once(name string, e Int, in func(Int) Int) Int {
	switch e.node.Op {
	case expr.Bin, expr.Var, expr.Const: // which cost nothing
		return in(e)
	}
	body := in(e)
	highest := 0
	walk(body.node, 0, map[*expr.Node]bool{}, func(n *expr.Node) {
		for _, other := range n.Names() {
			if strings.HasPrefix(other, "_") && len(other) > 2 {
				if i, err := strconv.Atoi(other[2:]); err == nil {
					highest = max(highest, i)
				}
			}
		}
	})
	return let("_"+name+strconv.Itoa(highest+1), e, in)
}

// walk visits each node of an expression once, unless it is too deep to be sent.
func walk(n *expr.Node, depth int, seen map[*expr.Node]bool, visit func(*expr.Node)) {
	if n == nil || depth > expr.MaxDepth || seen[n] {
		return
	}
	visit(n)
	if len(n.Args) == 0 {
		return
	}
	seen[n] = true
	for _, arg := range n.Args {
		walk(arg, depth+1, seen, visit)
	}
}

// Pow returns base to the power of exponent.
func Pow(base, exponent Float) Float { return of[Float](binary(expr.Pow, base.node, exponent.node)) }

// Log returns the logarithm of f to a base.
func Log(f, base Float) Float { return of[Float](binary(expr.Log, f.node, base.node)) }

// Abs returns the absolute value. That of the least integer is itself.
func Abs[N Number[N]](n N) N { return of[N](unary(expr.Abs, n.Node())) }

// Min returns the least of the numbers.
func Min[N Number[N]](a N, more ...N) N { return of[N](several(expr.Min, a, more)) }

// Max returns the greatest of the numbers.
func Max[N Number[N]](a N, more ...N) N { return of[N](several(expr.Max, a, more)) }

// Floor returns the greatest whole number that is not greater than f.
func Floor(f Float) Float { return of[Float](unary(expr.Floor, f.node)) }

// Ceil returns the least whole number that is not less than f.
func Ceil(f Float) Float { return of[Float](unary(expr.Ceil, f.node)) }

// ToInt returns f cut towards zero. It is the least integer for NaN and for what no
// integer holds.
func ToInt(f Float) Int { return of[Int](unary(expr.ToInt, f.node)) }

// ToFloat returns n as a float, rounded if it has more than 53 bits.
func ToFloat(n Int) Float { return of[Float](unary(expr.ToFloat, n.node)) }

// IntAnd returns the bits that are set in all.
func IntAnd(a Int, more ...Int) Int { return of[Int](several(expr.IntAnd, a, more)) }

// IntOr returns the bits that are set in one at least.
func IntOr(a Int, more ...Int) Int { return of[Int](several(expr.IntOr, a, more)) }

// IntXor returns the bits that are set in an odd number of them.
func IntXor(a Int, more ...Int) Int { return of[Int](several(expr.IntXor, a, more)) }

// IntNot returns the bits that are not set.
func IntNot(n Int) Int { return of[Int](unary(expr.IntNot, n.node)) }

// ShiftLeft returns n shifted to the left. Of by, 6 bits are used.
func ShiftLeft(n, by Int) Int { return of[Int](binary(expr.ShiftLeft, n.node, by.node)) }

// ShiftRight returns n shifted to the right, with zeros on the left. Of by, 6 bits are
// used.
func ShiftRight(n, by Int) Int { return of[Int](binary(expr.ShiftRight, n.node, by.node)) }

// ShiftRightSigned returns n shifted to the right, with its sign on the left. Of by, 6
// bits are used.
func ShiftRightSigned(n, by Int) Int { return of[Int](binary(expr.ShiftArith, n.node, by.node)) }

// OnesCount returns how many bits are set.
func OnesCount(n Int) Int { return of[Int](unary(expr.BitCount, n.node)) }

// ScanLeft returns the place of the first bit that is as bit says, -1 if there is none. The
// highest bit is at 0, the lowest at 63.
func ScanLeft(n Int, bit Bool) Int { return of[Int](binary(expr.ScanLeft, n.node, bit.node)) }

// ScanRight returns the place of the last bit that is as bit says, -1 if there is none. The
// highest bit is at 0, the lowest at 63.
func ScanRight(n Int, bit Bool) Int { return of[Int](binary(expr.ScanRight, n.node, bit.node)) }
