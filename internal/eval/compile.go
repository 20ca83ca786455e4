package eval

import (
	"errors"
	"fmt"

	"github.com/aerostore/aerostore/internal/expr"
	"github.com/aerostore/aerostore/internal/geo"
	"github.com/aerostore/aerostore/internal/posix"
	value "github.com/aerostore/aerostore/internal/value"
)

// Compile checks an expression. It returns an error for one that the server refuses
// before it looks at a record, with code 4.
func Compile(n *expr.Node) (*Program, error) {
	c := compiler{}
	run, t, err := c.node(n, 0)
	if err != nil {
		return nil, err
	}
	if t == isEdge {
		return nil, errors.New("infinity and the wildcard are no values")
	}
	p := &Program{run: run, typ: t, vars: c.vars}
	p.envs.New = func() any { return &env{vars: make([]result, p.vars)} }
	return p, nil
}

// Memoized is Compile, but compiles a node once.
func Memoized(n *expr.Node) (*Program, error) {
	if n == nil {
		return nil, errEmpty
	}
	if m, ok := n.Memo().(compiled); ok {
		return m.program, m.err
	}
	var m compiled
	m.program, m.err = Compile(n)
	n.Memoize(m)
	return m.program, m.err
}

type compiled struct {
	program *Program
	err     error
}

var errEmpty = errors.New("an expression, or a part of it, is its zero value")

type compiler struct {
	scope []variable
	vars  int
}

type variable struct {
	name    string
	typ     typ
	slot    int
	defined bool // its value does not use it
}

func (c *compiler) nodes(nodes []*expr.Node, depth int) (fns []fn, ts []typ, err error) {
	fns, ts = make([]fn, len(nodes)), make([]typ, len(nodes))
	for i, n := range nodes {
		if fns[i], ts[i], err = c.node(n, depth); err != nil {
			return nil, nil, err
		}
	}
	return fns, ts, nil
}

// node returns the function of a node and its type, isUnknown if it is never known.
func (c *compiler) node(n *expr.Node, depth int) (fn, typ, error) {
	switch {
	case n == nil:
		return nil, 0, errEmpty
	case depth > expr.MaxDepth:
		return nil, 0, errors.New("the expression nests too deep")
	}
	switch n.Op {
	case expr.Const:
		return constant(n.Value)
	case expr.Unknown:
		if len(n.Args) > 0 {
			return nil, 0, arguments(n)
		}
		return func(*env) result { return result{} }, isUnknown, nil
	case expr.Bin:
		return bin(n)
	case expr.BinType:
		name := n.Name
		return func(e *env) result {
			v := e.record.Bin(name)
			if v == (unread{}) {
				return result{}
			}
			return ofInt(particle(v))
		}, isInt, nil
	case expr.Cond:
		return c.cond(n, depth)
	case expr.Let:
		return c.let(n, depth)
	case expr.Var:
		for _, v := range c.scope {
			if v.name == n.Name && v.defined {
				slot := v.slot
				return func(e *env) result { return e.vars[slot] }, v.typ, nil
			}
		}
		return nil, 0, fmt.Errorf("there is no variable %q", n.Name)
	case expr.Call:
		return c.call(n, depth)
	}
	if f, t, err := metadata(n); f != nil || err != nil {
		return f, t, err
	}
	args, ts, err := c.nodes(n.Args, depth+1)
	if err != nil {
		return nil, 0, err
	}
	for i, t := range ts {
		if t == isUnknown {
			ts[i] = isBool // which it is, where it stands for no other type
		}
	}
	switch {
	case n.Op >= expr.Equal && n.Op <= expr.AtMost:
		return compare(n, args, ts)
	case n.Op >= expr.And && n.Op <= expr.Exclusive:
		return logic(n, args, ts)
	case n.Op >= expr.Add && n.Op <= expr.Max:
		return number(n, args, ts)
	case n.Op == expr.Regex:
		if len(args) != 1 || ts[0] != isString {
			return nil, 0, errors.New("a regular expression is compared with a string")
		}
		return regex(n, args[0])
	case n.Op == expr.Geo:
		if len(args) != 2 || ts[0] != isGeo || ts[1] != isGeo {
			return nil, 0, errors.New("a point is compared with a region")
		}
		return within(n.Args, args)
	}
	return nil, 0, fmt.Errorf("there is no operation %d", n.Op)
}

func arguments(n *expr.Node) error {
	return fmt.Errorf("operation %d does not take %d arguments of these types", n.Op, len(n.Args))
}

func constant(v any) (fn, typ, error) {
	r := of(v)
	if r.kind == isUnknown {
		return nil, 0, errors.New("a constant is of no known type")
	}
	if r.kind == isGeo {
		if _, err := geo.Parse(string(v.(value.GeoJSON))); err != nil {
			return nil, 0, err
		}
	}
	return func(*env) result { return r }, r.kind, nil
}

func bin(n *expr.Node) (fn, typ, error) {
	if int(n.Type) >= len(types) || n.Type == expr.NilType {
		return nil, 0, errors.New("a bin is of no known type")
	}
	name, t := n.Name, types[n.Type]
	if len(name) > expr.MaxBinName {
		return nil, 0, errors.New("the name of a bin is too long")
	}
	if t == isInt { // the common case
		return func(e *env) result {
			if v, ok := e.record.Bin(name).(int); ok {
				return ofInt(v)
			}
			return result{}
		}, t, nil
	}
	return func(e *env) result {
		if r := of(e.record.Bin(name)); r.kind == t {
			return r
		}
		return result{}
	}, t, nil
}

// particle returns the number of the type of a bin.
func particle(v any) int {
	switch of(v).kind {
	case isInt:
		return 1
	case isFloat:
		return 2
	case isString:
		return 3
	case isBytes:
		return 4
	case isBool:
		return 17
	case isHLL:
		return 18
	case isMap:
		return 19
	case isList:
		return 20
	case isGeo:
		return 23
	default:
		return 0
	}
}

// metadata returns the function of what is known of the record itself.
func metadata(n *expr.Node) (fn, typ, error) {
	switch n.Op {
	case expr.DeviceSize, expr.MemorySize, expr.RecordSize, expr.LastUpdate, expr.SinceUpdate, expr.VoidTime, expr.TTL:
		op := n.Op
		return func(e *env) result { return ofInt(e.record.Number(op)) }, isInt, noArguments(n)
	case expr.SetName:
		return func(e *env) result { return result{kind: isString, ref: e.record.Set()} }, isString, noArguments(n)
	case expr.KeyExists:
		return func(e *env) result { return ofBool(e.record.Key() != nil) }, isBool, noArguments(n)
	case expr.IsTombstone:
		return func(*env) result { return ofBool(false) }, isBool, noArguments(n)
	case expr.Key:
		if n.Type != expr.IntType && n.Type != expr.StringType && n.Type != expr.BytesType {
			return nil, 0, errors.New("a key is an integer, a string or bytes")
		}
		t := types[n.Type]
		return func(e *env) result {
			if r := of(e.record.Key()); r.kind == t {
				return r
			}
			return result{}
		}, t, nil
	case expr.DigestModulo:
		m := int32(n.Flags) //nolint:gosec // G115: what the server takes of it
		if m == 0 {
			return nil, 0, errors.New("the modulo of a digest is not 0")
		}
		return digestModulo(m), isInt, nil
	}
	return nil, 0, nil
}

func noArguments(n *expr.Node) error {
	if len(n.Args) > 0 {
		return arguments(n)
	}
	return nil
}

func (c *compiler) cond(n *expr.Node, depth int) (fn, typ, error) {
	args, ts, err := c.nodes(n.Args, depth+1)
	if err != nil {
		return nil, 0, err
	}
	if len(args) < 3 || len(args)%2 == 0 {
		return nil, 0, errors.New("a condition has actions and a default")
	}
	t, edges := isUnknown, false // which stand for any type if they come first
	for i, u := range ts {
		if i%2 == 0 && i < len(ts)-1 {
			if u != isBool && u != isUnknown {
				return nil, 0, errors.New("a condition is no boolean")
			}
			continue
		}
		switch {
		case u == isEdge && t == isUnknown:
			edges = true
		case u == isUnknown || u == t:
		case t == isUnknown:
			t = u
		default:
			return nil, 0, errors.New("the actions of a condition have different types")
		}
	}
	if t == isUnknown && edges { // which ends a server up to 8.1.0.3
		return nil, 0, errors.New("infinity and the wildcard are no values")
	}
	return func(e *env) result {
		i := 0
		for ; i < len(args)-1; i += 2 {
			test := args[i](e)
			if test.kind == isUnknown {
				return result{}
			}
			if test.bool() {
				return action(args[i+1](e))
			}
		}
		return action(args[i](e))
	}, t, nil
}

// action returns the result of an action. Infinity and the wildcard are none.
func action(r result) result {
	if r.kind == isEdge {
		return result{}
	}
	return r
}

func (c *compiler) let(n *expr.Node, depth int) (fn, typ, error) {
	if len(n.Names()) == 0 || len(n.Args) != len(n.Names())+1 {
		return nil, 0, errors.New("a let has variables and an expression")
	}
	outer := len(c.scope)
	defer func() { c.scope = c.scope[:outer] }()
	values := make([]fn, len(n.Names()))
	slots := make([]int, len(n.Names()))
	for i, name := range n.Names() {
		if !expr.ValidName(name) {
			return nil, 0, errors.New("the name of a variable has other characters than letters, digits and underscores")
		}
		for _, v := range c.scope {
			if v.name == name {
				return nil, 0, fmt.Errorf("the variable %q is defined twice", name)
			}
		}
		slots[i] = c.vars
		c.vars++
		at := len(c.scope)
		c.scope = append(c.scope, variable{name: name, slot: slots[i]})
		var t typ
		var err error
		if values[i], t, err = c.node(n.Args[i], depth+1); err != nil {
			return nil, 0, err
		}
		if t == isUnknown {
			t = isBool // a variable has a type
		}
		c.scope[at].typ, c.scope[at].defined = t, true
	}
	in, t, err := c.node(n.Args[len(n.Names())], depth+1)
	if err != nil {
		return nil, 0, err
	}
	return func(e *env) result {
		for i, f := range values {
			e.vars[slots[i]] = f(e)
		}
		return in(e)
	}, t, nil
}

func regex(n *expr.Node, text fn) (fn, typ, error) {
	re, err := posix.Compile(n.Name, n.Flags)
	if err != nil {
		return nil, 0, err
	}
	return func(e *env) result {
		r := text(e)
		if r.kind == isUnknown {
			return result{}
		}
		return ofBool(re.Match(r.ref.(string)))
	}, isBool, nil
}

// within compares points with regions. Shapes of constants are read once.
func within(nodes []*expr.Node, args []fn) (fn, typ, error) {
	var shapes [2]*geo.Shape
	for i, n := range nodes {
		if n.Op == expr.Const {
			shape, err := geo.Parse(string(n.Value.(value.GeoJSON)))
			if err != nil {
				return nil, 0, err
			}
			shapes[i] = shape
		}
	}
	return func(e *env) result {
		both := shapes
		for i := range both {
			if both[i] != nil {
				continue
			}
			r := args[i](e)
			if r.kind == isUnknown {
				return result{}
			}
			shape, err := geo.Parse(string(r.ref.(value.GeoJSON)))
			if err != nil {
				return result{}
			}
			both[i] = shape
		}
		return ofBool(geo.Within(both[0], both[1]))
	}, isBool, nil
}
