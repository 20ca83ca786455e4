package eval

import (
	"errors"

	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// compare returns the function of a comparison.
func compare(n *expr.Node, args []fn, ts []typ) (fn, typ, error) {
	if len(args) != 2 || ts[0] != ts[1] {
		return nil, 0, errors.New("values of different types are compared")
	}
	if ts[0] == isGeo || ts[0] == isHLL {
		return nil, 0, errors.New("GeoJSON and HyperLogLogs cannot be compared")
	}
	a, b, op := args[0], args[1], n.Op
	if ts[0] == isInt && n.Args[1].Op == expr.Const { // the common case
		k := n.Args[1].Value.(int)
		return func(e *env) result {
			x := a(e)
			if x.kind == isUnknown {
				return result{}
			}
			v := x.int()
			switch op {
			case expr.Equal:
				return ofBool(v == k)
			case expr.NotEqual:
				return ofBool(v != k)
			case expr.Greater:
				return ofBool(v > k)
			case expr.AtLeast:
				return ofBool(v >= k)
			case expr.Less:
				return ofBool(v < k)
			default:
				return ofBool(v <= k)
			}
		}, isBool, nil
	}
	return func(e *env) result {
		x := a(e)
		if x.kind == isUnknown {
			return result{}
		}
		y := b(e)
		if y.kind == isUnknown {
			return result{}
		}
		if x.kind == isFloat {
			return ofBool(compareFloats(op, x.float(), y.float()))
		}
		order := 0
		switch x.kind {
		case isInt:
			order = cmpInt(x.int(), y.int())
		case isBool:
			order = cmpInt(x.int(), y.int())
		case isList, isMap:
			var way outcome
			if order, way = compareNested(x.ref, y.ref); way == undecided {
				return result{}
			}
		case isString, isBytes, isEdge:
			order = value.Compare(x.ref, y.ref)
		}
		return ofBool(holds(op, order))
	}, isBool, nil
}

// An outcome is how a comparison ended.
type outcome uint8

const (
	decided   outcome = iota
	wild              // by a wildcard: what follows does not matter
	undecided         // a map in no order was reached, on whichever side
)

// compareNested compares like value.Compare, but maps in no order are compared only if
// they are empty.
func compareNested(a, b any) (int, outcome) {
	if !sortable(a) || !sortable(b) {
		return 0, undecided
	}
	switch a := a.(type) {
	case *value.List:
		b, ok := b.(*value.List)
		if !ok {
			break
		}
		for i := range min(len(a.Items), len(b.Items)) {
			if order, way := compareNested(a.Items[i], b.Items[i]); order != 0 || way != decided {
				return order, way
			}
		}
		return cmpInt(len(a.Items), len(b.Items)), decided
	case *value.Map:
		b, ok := b.(*value.Map)
		if !ok {
			break
		}
		if order := cmpInt(len(a.Pairs), len(b.Pairs)); order != 0 {
			return order, decided
		}
		for i := range a.Pairs {
			if order := value.Compare(a.Pairs[i].Key, b.Pairs[i].Key); order != 0 {
				return order, decided
			}
			if order, way := compareNested(a.Pairs[i].Value, b.Pairs[i].Value); order != 0 || way != decided {
				return order, way
			}
		}
		return 0, decided
	}
	if a == value.Wildcard || b == value.Wildcard {
		return 0, wild
	}
	return value.Compare(a, b), decided
}

// sortable reports whether a value can be compared. A map must be in order, or empty.
func sortable(v any) bool {
	switch v := v.(type) {
	case *value.Map:
		return v.Order == value.Ordered || v.Order == value.KeyValueOrdered || v.Order == value.Unordered && len(v.Pairs) == 0
	case value.Pairs:
		return false
	}
	return true
}

func cmpInt(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

func holds(op expr.Op, order int) bool {
	switch op {
	case expr.Equal:
		return order == 0
	case expr.NotEqual:
		return order != 0
	case expr.Greater:
		return order > 0
	case expr.AtLeast:
		return order >= 0
	case expr.Less:
		return order < 0
	default:
		return order <= 0
	}
}

func compareFloats(op expr.Op, a, b float64) bool {
	switch op {
	case expr.Equal:
		return a == b
	case expr.NotEqual:
		return a != b
	case expr.Greater:
		return a > b
	case expr.AtLeast:
		return a >= b
	case expr.Less:
		return a < b
	default:
		return a <= b
	}
}
