package eval

import (
	"errors"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// call returns the function of an operation on a list, a map, bits or a HyperLogLog.
func (c *compiler) call(n *expr.Node, depth int) (fn, typ, error) {
	f := expr.FunctionOf(n)
	if f == nil || len(n.Args) == 0 {
		return nil, 0, errors.New("there is no such operation on lists, maps, bits or HyperLogLogs")
	}
	given := len(n.Args) - 1
	miscounted := given < f.Optional || given > len(f.Args)
	if miscounted && f.Kind.Family() > cdt.OfMaps || int(n.Type) >= len(types) {
		return nil, 0, arguments(n)
	}
	if f.Kind.Writes() != (n.Module&expr.Modify != 0) {
		return nil, 0, errors.New("an operation is said to modify, or not to, and does otherwise")
	}
	args, ts, err := c.nodes(n.Args, depth+1)
	if err != nil {
		return nil, 0, err
	}
	on, target := ts[given], args[given]
	switch {
	case f.Kind.Family() == cdt.OfBits && on == isBytes:
	case f.Kind.Family() == cdt.OfHLLs && on == isHLL:
	case f.Kind.Family() <= cdt.OfMaps && (on == isList || on == isMap || on == isNil):
	case on == isNil && f.Kind.Writes():
	case on == isNil: // which ends a server up to 8.1.0.3
		return nil, 0, errors.New("nil is read as bits or as a HyperLogLog")
	default:
		return nil, 0, errors.New("an operation works on another type")
	}
	gives := types[n.Type]
	if miscounted { // which a server finds when it carries out the operation
		return func(*env) result { return result{} }, gives, nil
	}
	build := builder{f: f, args: args[:given], path: n.Path()}
	fixed := true
	for _, arg := range n.Args[:given] {
		fixed = fixed && arg.Op == expr.Const
	}
	var op *cdt.Op
	if fixed {
		op, _ = build.op(nil) // refused for each record
	}
	return func(e *env) result {
		in := target(e)
		if in.kind == isUnknown {
			return in
		}
		op := op
		if !fixed {
			var ok bool
			if op, ok = build.op(e); !ok {
				return result{}
			}
		}
		if op == nil {
			return result{}
		}
		return apply(in, op, gives)
	}, gives, nil
}

// apply carries out an operation. What it refuses is unknown.
func apply(in result, op *cdt.Op, gives typ) result {
	bin := in.ref
	if pairs, ok := bin.(value.Pairs); ok { // which a server takes for sorted
		bin = &value.Map{Order: value.AsGiven, Pairs: pairs}
	}
	if op.Kind.Writes() {
		bin = value.Clone(bin)
	}
	after, out, err := engine.Apply(bin, op, nil)
	if err != nil {
		return result{}
	}
	if op.Kind.Writes() {
		if m, ok := after.(*value.Map); ok && m.Order == value.AsGiven {
			after = value.Pairs(m.Pairs)
		}
		if out = after; room(out, value.MaxRecord) < 0 {
			return result{} // more than a record of any server holds
		}
	}
	r := of(out)
	if r.kind != gives {
		return result{}
	}
	return r
}

// room returns how much of n bytes a value leaves, at least. Expressions could make values
// of any size, by appending a list to itself again and again.
func room(v any, n int) int {
	switch v := v.(type) {
	case string:
		return n - len(v)
	case []byte:
		return n - len(v)
	case value.HLL:
		return n - len(v)
	case value.NestedHLL:
		return n - len(v)
	case value.GeoJSON:
		return n - len(v)
	case *value.List:
		for _, e := range v.Items {
			if n = room(e, n); n < 0 {
				break
			}
		}
	case *value.Map:
		for _, p := range v.Pairs {
			if n = room(p.Value, room(p.Key, n)); n < 0 {
				break
			}
		}
	}
	return n - 4 // not the one byte of some: a million of them are enough
}

// A builder makes an operation from its arguments.
type builder struct {
	f    *expr.Function
	args []fn
	path []cdt.Step
}

// op returns the operation with the arguments for a record, false if one is unknown or of
// another type.
func (b *builder) op(e *env) (*cdt.Op, bool) {
	op := &cdt.Op{Kind: b.f.Kind, Path: b.path}
	s := expr.Selection{Count: cdt.ToEnd}
	for i, arg := range b.args {
		r := arg(e)
		if r.kind == isUnknown {
			return nil, false
		}
		v := r.any()
		if h, ok := v.(value.HLL); ok && b.f.Kind.Family() <= cdt.OfMaps {
			v = value.NestedHLL(h)
		}
		n, isNumber := v.(int)
		switch b.f.Args[i] {
		case expr.ArgReturn, expr.ArgIndex, expr.ArgCount, expr.ArgOrder, expr.ArgFlags, expr.ArgAction, expr.ArgSigned, expr.ArgShift:
			if !isNumber {
				return nil, false
			}
		}
		switch b.f.Args[i] {
		case expr.ArgReturn:
			op.Give, s.Inverted = uint8(n), n&expr.Inverted != 0 //nolint:gosec // G115: the lowest bits
		case expr.ArgIndex:
			op.Index, s.At = n, n
		case expr.ArgCount:
			op.Count, s.Count, op.Counted = n, n, true
		case expr.ArgOrder:
			op.Order, op.Stored = value.Order(n&0x0f), n&expr.Stored != 0
		case expr.ArgFlags:
			op.Flags = uint8(n) //nolint:gosec // G115: the lowest bits
		case expr.ArgAction:
			op.Action = uint8(n) //nolint:gosec // G115: the lowest bits
		case expr.ArgSigned:
			op.Signed = n != 0
		case expr.ArgShift:
			op.Shift = n
		case expr.ArgKey:
			op.Key, s.Value = v, v
		case expr.ArgKeys, expr.ArgValues:
			if r.kind == isHLL && b.f.Kind.Family() == cdt.OfHLLs { // which stands for a list of it
				v = value.NewList(v)
			}
			if _, isList := v.(*value.List); !isList && b.f.Kind.Family() == cdt.OfLists {
				return nil, false
			}
			op.Values, s.Value = v, v
		case expr.ArgTo:
			s.To, s.Ends = v, true
		default:
			if text, ok := v.(string); ok && b.f.Kind.Family() == cdt.OfBits {
				v = []byte(text)
			}
			op.Value, s.Value = v, v
		}
	}
	if b.f.Select != 0 {
		var ok bool
		if op.Select, ok = s.Selector(b.f.Select); !ok {
			return nil, false
		}
	}
	return op, true
}
