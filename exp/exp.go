// Package exp builds expressions that the server evaluates for a record: to filter
// records, and to read or write what is computed from their bins.
//
//	exp.And(
//		exp.IntBin("age").AtLeast(30),
//		exp.ListBin("tags").Contains("vip"),
//		exp.MapBin("profile").StringAt(cdt.Key("os")).Equal("iOS"),
//		exp.Greater(exp.IntBin("spent"), exp.IntBin("limit")),
//	)
//
// An expression has the type of its value: an [Int] cannot be compared with a [String].
// Against a literal it is compared by a method, with another expression by a function.
// An argument of type any takes a literal or an expression. [IntVal] and its like make an
// expression of a literal.
//
// A bin has the type that the expression says. If it is missing or has another type, the
// expression is unknown for the record: a filter does not let it through, and a read or
// write fails. The same goes for an operation that is not possible, such as a division by
// zero. [And] and [Or] may know their value all the same. [BinExists] and [If] avoid what
// is unknown.
//
// Expressions are immutable, copy the literals that they are given, and are safe for
// concurrent use. Their text has no literal, so that it can be logged; Source has.
package exp

import (
	"encoding/base64"
	"errors"

	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

type (
	// An Int is an expression for an integer of 64 bits.
	Int struct {
		_ [0]*Int
		expression
	}
	// A Float is an expression for a float64.
	Float struct {
		_ [0]*Float
		expression
	}
	// A String is an expression for a string.
	String struct {
		_ [0]*String
		expression
	}
	// A Bytes is an expression for a []byte.
	Bytes struct {
		_ [0]*Bytes
		expression
	}
	// A Bool is an expression for a boolean, as a filter is.
	Bool struct {
		_ [0]*Bool
		expression
	}
	// A Geo is an expression for GeoJSON: a point or a region.
	Geo struct {
		_ [0]*Geo
		expression
	}
	// An HLL is an expression for a HyperLogLog.
	HLL struct {
		_ [0]*HLL
		expression
		flags uint8
	}
	// A Null is an expression for nil.
	Null struct {
		_ [0]*Null
		expression
	}
)

// expression is what the types of expressions have in common. Their first fields differ,
// so that none can be converted into another.
type expression struct{ node *expr.Node }

// Any is an expression of any type.
type Any interface {
	// Node returns the expression as backends read it, nil for a zero value.
	Node() *expr.Node
	// String returns the expression without its literals.
	String() string
	// Source returns the expression with its literals.
	Source() string
	any()
}

// A Type is an expression of type E: the type E itself.
type Type[E any] interface {
	Any
	of(*expr.Node) E
}

// Node returns the expression as backends read it, nil for a zero value.
func (e expression) Node() *expr.Node { return e.node }

// String returns the expression without its literals.
func (e expression) String() string { return e.node.Source(false) }

// GoString returns the expression without its literals.
func (e expression) GoString() string { return e.String() }

// Source returns the expression as a person would write it, with its literals.
func (e expression) Source() string { return e.node.Source(true) }

func (expression) any() {}

func (Int) of(n *expr.Node) Int       { return Int{expression: expression{n}} }
func (Float) of(n *expr.Node) Float   { return Float{expression: expression{n}} }
func (String) of(n *expr.Node) String { return String{expression: expression{n}} }
func (Bytes) of(n *expr.Node) Bytes   { return Bytes{expression: expression{n}} }
func (Bool) of(n *expr.Node) Bool     { return Bool{expression: expression{n}} }
func (Geo) of(n *expr.Node) Geo       { return Geo{expression: expression{n}} }
func (HLL) of(n *expr.Node) HLL       { return HLL{expression: expression{n}} }
func (Null) of(n *expr.Node) Null     { return Null{expression: expression{n}} }

// of returns the node as an expression of type E.
func of[E Type[E]](n *expr.Node) E {
	var e E
	return e.of(n)
}

// The nodes that most expressions are made of come in one allocation with what they need.
type (
	pair struct {
		expr.Node
		args [2]*expr.Node
	}
	withLiteral struct {
		pair
		literal expr.Node
	}
)

func binary(op expr.Op, a, b *expr.Node) *expr.Node {
	n := &pair{args: [2]*expr.Node{a, b}}
	n.Op, n.Args = op, n.args[:]
	return &n.Node
}

// against returns an operation on an expression and a literal, which is copied.
func against(op expr.Op, a *expr.Node, literal any) *expr.Node {
	n := &withLiteral{}
	n.literal.Op, n.literal.Value = expr.Const, literal
	n.args = [2]*expr.Node{a, &n.literal}
	n.Op, n.Args = op, n.args[:]
	return &n.Node
}

// operation returns an operation of a module on an expression. It keeps no argument
// slice.
func operation(t expr.Type, module, code uint8, on *expr.Node, args []*expr.Node) *expr.Node {
	n := &struct {
		expr.Node
		args [6]*expr.Node
	}{}
	n.Op, n.Type, n.Module, n.Code = expr.Call, t, module, code
	n.Args = append(append(n.args[:0], args...), on)
	return &n.Node
}

func unary(op expr.Op, a *expr.Node) *expr.Node {
	return &expr.Node{Op: op, Args: []*expr.Node{a}}
}

// several returns an operation on several expressions.
func several[E Any](op expr.Op, first E, more []E) *expr.Node {
	if len(more) == 1 {
		return binary(op, first.Node(), more[0].Node())
	}
	args := make([]*expr.Node, 1, 1+len(more))
	args[0] = first.Node()
	for _, e := range more {
		args = append(args, e.Node())
	}
	return &expr.Node{Op: op, Args: args}
}

// Encode returns the expression as the server takes it, and as it can be stored. It
// returns an error for an expression that no server evaluates: a part of it is a zero
// value, a literal is of a type that cannot be stored, a variable is missing or defined
// twice.
func Encode(e Any) ([]byte, error) {
	b, err := pack(e)
	return append([]byte(nil), b...), err
}

// EncodeBase64 returns what Encode returns as text, as clients of Aerospike exchange it.
func EncodeBase64(e Any) (string, error) {
	b, err := pack(e)
	return base64.StdEncoding.EncodeToString(b), err
}

func pack(e Any) ([]byte, error) {
	if value.IsNil(e) {
		return nil, errors.New("exp: there is no expression")
	}
	n := e.Node()
	if err := n.Check(); err != nil {
		return nil, wrap(err)
	}
	b, err := n.Pack()
	if err != nil {
		return nil, wrap(err)
	}
	return b, nil
}

// Decode returns the expression that Encode, or a client of Aerospike, made. It returns an
// error for other bytes, and for an expression of another type than E. The types within
// the expression are not checked: a server refuses those that do not fit. What is known to
// end a server is refused when it is sent or encoded. Its divisions
// have no guard unless this package made them; see [Divide].
func Decode[E Type[E]](b []byte) (E, error) {
	var none E
	n, err := decode(b)
	if err != nil {
		return none, err
	}
	if t := expr.TypeOf(n); t != expr.AnyType && t != typeOf[E]() {
		return none, wrap(errors.New("the bytes are an expression of another type"))
	}
	return of[E](n), nil
}

// DecodeAny is [Decode] for an expression whose type is not known beforehand.
func DecodeAny(b []byte) (Any, error) {
	n, err := decode(b)
	if err != nil {
		return nil, err
	}
	return expression{n}, nil
}

func decode(b []byte) (*expr.Node, error) {
	n, err := expr.Parse(b)
	if err == nil {
		err = n.CheckForm()
	}
	if err != nil {
		return nil, wrap(err)
	}
	return n, nil
}

// DecodeBase64 is Decode for what EncodeBase64 returned.
func DecodeBase64[E Type[E]](text string) (E, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		var none E
		return none, wrap(errors.New("the text is no base64"))
	}
	return Decode[E](b)
}

// An encodingError says why an expression cannot be encoded or decoded.
type encodingError struct{ err error }

func (e encodingError) Error() string { return "exp: " + e.err.Error() }
func (e encodingError) Unwrap() error { return e.err }

func wrap(err error) error { return encodingError{err} }

func typeOf[E any]() expr.Type {
	var e E
	switch any(e).(type) {
	case Int:
		return expr.IntType
	case Float:
		return expr.FloatType
	case String:
		return expr.StringType
	case Bytes:
		return expr.BytesType
	case Bool:
		return expr.BoolType
	case List:
		return expr.ListType
	case Map:
		return expr.MapType
	case Geo:
		return expr.GeoType
	case HLL:
		return expr.HLLType
	case Null:
		return expr.NilType
	}
	return expr.AnyType
}

// node returns the node of a literal or an expression. What cannot be stored becomes a
// node that says so.
func node(v any) *expr.Node {
	switch v := v.(type) {
	case Any:
		if value.IsNil(v) {
			return nil
		}
		return v.Node()
	case int:
		return literalInt(v)
	case nil, string, bool:
		return &expr.Node{Op: expr.Const, Value: v}
	}
	in, err := value.Import(v)
	if err != nil {
		return expr.Error(err.Error())
	}
	if h, ok := in.(value.HLL); ok { // of which the server takes the bytes
		in = []byte(h)
	}
	return &expr.Node{Op: expr.Const, Value: in}
}

// small are the nodes of small integers, such as flags.
var small = func() (nodes [32]*expr.Node) {
	for i := range nodes {
		nodes[i] = &expr.Node{Op: expr.Const, Value: i}
	}
	return nodes
}()

func literalInt(n int) *expr.Node {
	if n >= 0 && n < len(small) {
		return small[n]
	}
	return &expr.Node{Op: expr.Const, Value: n}
}
