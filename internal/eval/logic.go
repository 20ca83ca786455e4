package eval

import (
	"errors"
	"slices"

	"github.com/aerostore/aerostore/internal/expr"
)

// logic returns the function of a logical operation. True and false may decide what is
// unknown otherwise.
func logic(n *expr.Node, args []fn, ts []typ) (fn, typ, error) {
	if slices.ContainsFunc(ts, func(t typ) bool { return t != isBool }) {
		return nil, 0, errors.New("a logical operation is of booleans")
	}
	if n.Op == expr.Not {
		if len(args) != 1 {
			return nil, 0, arguments(n)
		}
		return func(e *env) result {
			r := args[0](e)
			if r.kind == isUnknown {
				return r
			}
			return ofBool(!r.bool())
		}, isBool, nil
	}
	if len(args) < 2 {
		return nil, 0, errors.New("a logical operation is of two booleans at least")
	}
	if n.Op == expr.Exclusive {
		return func(e *env) result {
			found := false
			for _, arg := range args {
				r := arg(e)
				if r.kind == isUnknown {
					return r
				}
				if r.bool() {
					if found {
						return ofBool(false)
					}
					found = true
				}
			}
			return ofBool(found)
		}, isBool, nil
	}
	decides := n.Op == expr.Or
	return func(e *env) result {
		last := ofBool(!decides)
		for _, arg := range args {
			r := arg(e)
			if r.kind == isUnknown {
				last = r
			} else if r.bool() == decides {
				return r
			}
		}
		return last
	}, isBool, nil
}
