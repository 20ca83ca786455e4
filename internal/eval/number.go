package eval

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"github.com/aerostore/aerostore/internal/expr"
)

// number returns the function of an operation on numbers.
func number(n *expr.Node, args []fn, ts []typ) (fn, typ, error) {
	all := func(t typ) bool { return !slices.ContainsFunc(ts, func(u typ) bool { return u != t }) }
	if len(args) == 0 {
		return nil, 0, arguments(n)
	}
	switch n.Op {
	case expr.Divide:
		switch {
		case all(isInt):
			return quotient(args, ofInt(1), foldInts(expr.Multiply), divide), isInt, nil
		case all(isFloat):
			over := func(a, b result) result { return ofFloat(a.float() / b.float()) }
			return quotient(args, ofFloat(1), foldFloats(expr.Multiply), over), isFloat, nil
		}
	case expr.Add, expr.Subtract, expr.Multiply, expr.Min, expr.Max:
		switch {
		case all(isInt):
			return fold(args, foldInts(n.Op)), isInt, nil
		case all(isFloat):
			return fold(args, foldFloats(n.Op)), isFloat, nil
		}
	case expr.IntAnd, expr.IntOr, expr.IntXor:
		if all(isInt) {
			return fold(args, foldBits(n.Op)), isInt, nil
		}
	case expr.Pow, expr.Log:
		if len(args) == 2 && all(isFloat) {
			pow := n.Op == expr.Pow
			return binary2(args, func(a, b result) result {
				if pow {
					return ofFloat(math.Pow(a.float(), b.float()))
				}
				return ofFloat(math.Log(a.float()) / math.Log(b.float()))
			}), isFloat, nil
		}
	case expr.Mod:
		if len(args) == 2 && all(isInt) {
			return binary2(args, modulo), isInt, nil
		}
	case expr.Abs, expr.Floor, expr.Ceil, expr.ToInt, expr.ToFloat, expr.IntNot, expr.BitCount:
		if len(args) == 1 {
			if f, t := unary(n.Op, args[0], ts[0]); f != nil {
				return f, t, nil
			}
		}
	case expr.ShiftLeft, expr.ShiftRight, expr.ShiftArith:
		if len(args) == 2 && all(isInt) {
			op := n.Op
			return binary2(args, func(a, b result) result {
				by := b.n & 63
				switch op {
				case expr.ShiftLeft:
					return result{kind: isInt, n: a.n << by}
				case expr.ShiftRight:
					return result{kind: isInt, n: a.n >> by}
				default:
					return ofInt(a.int() >> by)
				}
			}), isInt, nil
		}
	case expr.ScanLeft, expr.ScanRight:
		if len(args) == 2 && ts[0] == isInt && ts[1] == isBool {
			return binary2(args, scan(n.Op == expr.ScanLeft)), isInt, nil
		}
	}
	return nil, 0, arguments(n)
}

func binary2(args []fn, op func(a, b result) result) fn {
	f, g := args[0], args[1]
	return func(e *env) result {
		a := f(e)
		if a.kind == isUnknown {
			return a
		}
		b := g(e)
		if b.kind == isUnknown {
			return b
		}
		return op(a, b)
	}
}

// A folder adds one result to another. One alone is folded with the neutral element
// where single says so.
type folder struct {
	op     func(a, b result) result
	single func(result) result
}

func fold(args []fn, f folder) fn {
	if len(args) == 1 && f.single != nil {
		return func(e *env) result {
			r := args[0](e)
			if r.kind == isUnknown {
				return r
			}
			return f.single(r)
		}
	}
	return func(e *env) result {
		sum := args[0](e)
		for _, arg := range args[1:] {
			if sum.kind == isUnknown {
				return sum
			}
			r := arg(e)
			if r.kind == isUnknown {
				return r
			}
			sum = f.op(sum, r)
		}
		return sum
	}
}

// quotient returns the function of the first number divided by the product of the
// others, or of one divided by a single number.
func quotient(args []fn, one result, times folder, over func(a, b result) result) fn {
	if len(args) == 1 {
		return fold(args, folder{single: func(r result) result { return over(one, r) }})
	}
	return binary2([]fn{args[0], fold(args[1:], times)}, over)
}

func foldInts(op expr.Op) folder {
	switch op {
	case expr.Add:
		return folder{op: func(a, b result) result { return ofInt(a.int() + b.int()) }}
	case expr.Subtract:
		return folder{
			op:     func(a, b result) result { return ofInt(a.int() - b.int()) },
			single: func(a result) result { return ofInt(-a.int()) },
		}
	case expr.Multiply:
		return folder{op: func(a, b result) result { return ofInt(a.int() * b.int()) }}
	case expr.Min:
		return folder{op: func(a, b result) result { return ofInt(min(a.int(), b.int())) }}
	default:
		return folder{op: func(a, b result) result { return ofInt(max(a.int(), b.int())) }}
	}
}

// divide divides integers. The least one by -1 wraps, where it ends a server up to
// 8.1.0.3.
func divide(a, b result) result {
	if b.int() == 0 {
		return result{}
	}
	return ofInt(a.int() / b.int())
}

func modulo(a, b result) result {
	if b.int() == 0 {
		return result{}
	}
	return ofInt(a.int() % b.int())
}

func foldFloats(op expr.Op) folder {
	switch op {
	case expr.Add:
		return folder{op: func(a, b result) result { return ofFloat(a.float() + b.float()) }}
	case expr.Subtract:
		return folder{
			op:     func(a, b result) result { return ofFloat(a.float() - b.float()) },
			single: func(a result) result { return ofFloat(0 - a.float()) }, // so that 0 does not become -0
		}
	case expr.Multiply:
		return folder{op: func(a, b result) result { return ofFloat(a.float() * b.float()) }}
	case expr.Min: // not math.Min: the first stays unless another is less
		return folder{op: func(a, b result) result {
			if b.float() < a.float() {
				return b
			}
			return a
		}}
	default:
		return folder{op: func(a, b result) result {
			if b.float() > a.float() {
				return b
			}
			return a
		}}
	}
}

func foldBits(op expr.Op) folder {
	switch op {
	case expr.IntAnd:
		return folder{op: func(a, b result) result { return result{kind: isInt, n: a.n & b.n} }}
	case expr.IntOr:
		return folder{op: func(a, b result) result { return result{kind: isInt, n: a.n | b.n} }}
	default:
		return folder{op: func(a, b result) result { return result{kind: isInt, n: a.n ^ b.n} }}
	}
}

// unary returns the function of an operation on one number, nil if the type is another.
func unary(op expr.Op, arg fn, t typ) (fn, typ) {
	var of func(result) result
	gives := t
	switch {
	case op == expr.Abs && t == isInt:
		of = func(r result) result {
			if r.int() < 0 {
				return ofInt(-r.int())
			}
			return r
		}
	case op == expr.Abs && t == isFloat:
		of = func(r result) result { return ofFloat(math.Abs(r.float())) }
	case op == expr.Floor && t == isFloat:
		of = func(r result) result { return ofFloat(math.Floor(r.float())) }
	case op == expr.Ceil && t == isFloat:
		of = func(r result) result { return ofFloat(math.Ceil(r.float())) }
	case op == expr.ToInt && t == isFloat:
		gives = isInt
		of = func(r result) result { return ofInt(toInt(r.float())) }
	case op == expr.ToFloat && t == isInt:
		gives = isFloat
		of = func(r result) result { return ofFloat(float64(r.int())) }
	case op == expr.IntNot && t == isInt:
		of = func(r result) result { return ofInt(^r.int()) }
	case op == expr.BitCount && t == isInt:
		of = func(r result) result { return ofInt(bits.OnesCount64(r.n)) }
	default:
		return nil, 0
	}
	return func(e *env) result {
		r := arg(e)
		if r.kind == isUnknown {
			return r
		}
		return of(r)
	}, gives
}

// toInt cuts a float. What no integer holds becomes the least one.
func toInt(f float64) int {
	if f >= -(1<<63) && f < 1<<63 {
		return int(f)
	}
	return math.MinInt64
}

// scan finds the first or the last bit of a value, counted from the highest.
func scan(left bool) func(a, b result) result {
	return func(a, b result) result {
		v := a.n
		if !b.bool() {
			v = ^v
		}
		switch {
		case v == 0:
			return ofInt(-1)
		case left:
			return ofInt(bits.LeadingZeros64(v))
		default:
			return ofInt(63 - bits.TrailingZeros64(v))
		}
	}
}

// digestModulo returns the function of the last four bytes of a digest modulo m, of
// which the server takes 32 bits.
func digestModulo(m int32) fn {
	return func(e *env) result {
		n := binary.LittleEndian.Uint32(e.record.Digest()[16:])
		return ofInt(int(n) % int(m))
	}
}
