package expr

import (
	"errors"
	"fmt"
	"math"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/geo"
	"github.com/aerostore/aerostore/internal/posix"
	value "github.com/aerostore/aerostore/internal/value"
)

// Check returns an error for an expression that must not be sent: one with a part that
// cannot be, with variables that a server refuses, or that is known to end a server up to
// 8.1.0.3.
//
// What depends on a record is not seen: the least integer divided by -1, unless package
// exp made the expression, which guards divisions.
func (n *Node) Check() error { return n.check(ofSending) }

// CheckForm is Check without what ends a server.
func (n *Node) CheckForm() error { return n.check(nil) }

// Ready returns an error for an expression that must not be sent, or cannot be packed. It
// checks and packs an expression once.
func (n *Node) Ready() error { return n.prepare(ofSending) }

// Admit is Ready for an expression that was received. It lets through what may write
// behind the bytes that a server has, which only what it would be sent to can suffer from.
// Ready lets through what was admitted.
func (n *Node) Admit() error { return n.prepare(ofEvaluation) }

// The dangers of an expression. Each returns an error for a node.
var (
	ofSending    = []func(*Node) error{deadly, overruns}
	ofEvaluation = []func(*Node) error{deadly}
)

func (n *Node) prepare(dangers []func(*Node) error) error {
	if n != nil && n.ready.Load() {
		return nil
	}
	if err := n.check(dangers); err != nil {
		return err
	}
	if _, err := n.Pack(); err != nil {
		return err
	}
	n.ready.Store(true)
	return nil
}

func (n *Node) check(dangers []func(*Node) error) error {
	c := checker{left: MaxSize, dangers: dangers}
	return c.check(n, 0)
}

// A checker knows the variables of the lets around a node, and how many bytes the rest may
// take.
type checker struct {
	scope   []string
	left    int
	dangers []func(*Node) error
}

// nodeSize is about how many bytes a node takes.
const nodeSize = 16

func (c *checker) check(n *Node, depth int) error {
	switch {
	case n == nil:
		return errEmpty
	case depth > MaxDepth:
		return errDeep
	}
	if c.left -= nodeSize + len(n.Name); c.left < 0 {
		return errBig
	}
	switch n.Op {
	case Invalid:
		return errors.New(n.Name)
	case Let:
		return c.let(n, depth)
	case Var:
		for _, name := range c.scope {
			if name == n.Name {
				return nil
			}
		}
		return fmt.Errorf("there is no variable %q", n.Name)
	case DigestModulo:
		if int32(n.Flags) == 0 { //nolint:gosec // G115: what the server takes of it
			return errors.New("the modulo of a digest is a multiple of 2^32")
		}
	case Regex:
		if _, err := posix.Compile(n.Name, n.Flags); err != nil { // whose text has the pattern
			return errors.New("a regular expression does not compile")
		}
	case Const:
		if text, ok := n.Value.(value.GeoJSON); ok {
			if _, err := geo.Parse(string(text)); err != nil { // whose text may have a part of it
				return errors.New("a text is no GeoJSON that a server knows")
			}
		}
	case Bin, BinType:
		if len(n.Name) > MaxBinName {
			return errors.New("the name of a bin is longer than 15 bytes")
		}
	}
	for _, arg := range n.Args {
		if err := c.check(arg, depth+1); err != nil {
			return err
		}
	}
	for _, step := range n.Path() {
		if _, err := appendStep(nil, step); err != nil {
			return err
		}
	}
	for _, danger := range c.dangers {
		if err := danger(n); err != nil {
			return err
		}
	}
	return nil
}

// MaxBinName is how long the name of a bin may be, in bytes.
const MaxBinName = 15

func (c *checker) let(n *Node, depth int) error {
	if len(n.Args) != len(n.Names())+1 {
		return errEmpty
	}
	outer := len(c.scope)
	defer func() { c.scope = c.scope[:outer] }()
	for i, name := range n.Names() {
		if !ValidName(name) {
			return fmt.Errorf("%q is no name of a variable: it has letters, digits and underscores, and begins with no digit", name)
		}
		for _, other := range c.scope {
			if other == name {
				return fmt.Errorf("the variable %q is defined twice", name)
			}
		}
		c.scope = append(c.scope, name)
		if err := c.check(n.Args[i], depth+1); err != nil {
			return err
		}
	}
	return c.check(n.Args[len(n.Names())], depth+1)
}

// ValidName reports whether a variable may have the name.
func ValidName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// deadly returns an error for what ends a server.
func deadly(n *Node) error {
	switch n.Op {
	case Divide, Mod:
		if len(n.Args) > 1 && n.Args[0].isConst(math.MinInt) && n.Args[1].isConst(-1) {
			return errors.New("the least integer is divided by -1")
		}
	case Cond:
		edges := len(n.Args) > 0
		for i, arg := range n.Args {
			if i%2 == 1 || i == len(n.Args)-1 {
				_, isEdge := arg.Value.(value.Edge)
				edges = edges && (arg.Op == Unknown || arg.Op == Const && isEdge)
			}
		}
		if edges && n.Args[len(n.Args)-1].Op == Const {
			return errors.New("infinity or the wildcard is the action of a condition")
		}
	case Call:
		return deadlyCall(n)
	}
	return nil
}

// deadlyCall returns an error for what must not be sent as an operation either, see
// cdt.Op.Check, and for reads of nil.
func deadlyCall(n *Node) error {
	f := FunctionOf(n)
	if f == nil || len(n.Args) == 0 || len(n.Args)-1 > len(f.Args) {
		return nil
	}
	if f.Kind.Family() >= cdt.OfBits && !f.Kind.Writes() && TypeOf(n.Args[len(n.Args)-1]) == NilType {
		return errors.New("nil is read as bits or as a HyperLogLog")
	}
	op := cdt.Op{Kind: f.Kind, Path: n.Path()}
	if f.Select != 0 {
		op.Select = cdt.All().Selector() // some selector: its values may be expressions
	}
	invert, none := false, false
	for i, arg := range n.Args[:len(n.Args)-1] {
		v, isInt := arg.constInt()
		switch f.Args[i] {
		case ArgCount:
			if f.Kind.Family() <= cdt.OfMaps && isInt && v < 0 {
				return errors.New("a range has a negative count")
			}
		case ArgReturn:
			invert = v&Inverted != 0
		case ArgKeys, ArgValues:
			l, isList := arg.Value.(*value.List)
			none = arg.Op == Const && isList && len(l.Items) == 0
		}
	}
	if f.Kind == cdt.HLLMayContain {
		return nil // which only an expression does
	}
	if invert && none && f.Kind.Family() == cdt.OfMaps {
		return errors.New("nothing is inverted: select all entries instead of those that are not among none")
	}
	return op.Check()
}

// overruns returns an error for what may make a server write behind the bytes of a value:
// a range that Partial cuts, of which the server takes the bytes before it for a part, unless
// there are none. What is no literal may be anything.
func overruns(n *Node) error {
	f := FunctionOf(n)
	if n.Op != Call || f == nil || len(n.Args) == 0 || len(n.Args)-1 > len(f.Args) {
		return nil
	}
	switch f.Kind {
	case cdt.BitOr, cdt.BitXor, cdt.BitAnd, cdt.BitLShift, cdt.BitRShift:
	default:
		return nil
	}
	var cuts bool
	var offset, shift int
	for i, arg := range n.Args[:len(n.Args)-1] {
		v, isInt := arg.constInt()
		switch f.Args[i] {
		case ArgFlags:
			cuts = !isInt || uint8(v)&uint8(cdt.Partial) != 0 //nolint:gosec // G115: the lowest bits
		case ArgIndex:
			if offset = v; !isInt {
				offset = math.MaxInt
			}
		case ArgShift:
			if shift = v; !isInt {
				shift = math.MaxInt
			}
		}
	}
	shifts := f.Kind == cdt.BitLShift || f.Kind == cdt.BitRShift
	switch {
	case !cuts, 0 <= offset && offset < 8, shifts && shift < 8:
		return nil
	case shifts:
		return errors.New("bits are shifted with Partial by 8 or more, or by what is no literal, at an offset that is no literal from 0 to 7")
	default:
		return errors.New("bits are combined with Partial at an offset that is no literal from 0 to 7")
	}
}

func (n *Node) isConst(v int) bool {
	return n.Op == Const && n.Value == v
}

// AnyType is the type of what is never known, and of what has no type.
const AnyType Type = 0xff

// TypeOf returns the type of the value of an expression, as far as its form says it.
func TypeOf(n *Node) Type { return typeOf(n, nil, 0) }

func typeOf(n *Node, scope []scoped, depth int) Type {
	if n == nil || depth > MaxDepth {
		return AnyType
	}
	switch n.Op {
	case Const:
		return typeOfValue(n.Value)
	case Equal, NotEqual, Greater, AtLeast, Less, AtMost, Regex, Geo, And, Or, Not, Exclusive, KeyExists, IsTombstone:
		return BoolType
	case Bin, Key, Call:
		return n.Type
	case Add, Subtract, Multiply, Divide, Abs, Min, Max:
		if len(n.Args) > 0 {
			return typeOf(n.Args[0], scope, depth+1)
		}
	case Pow, Log, Floor, Ceil, ToFloat:
		return FloatType
	case Mod, ToInt, IntAnd, IntOr, IntXor, IntNot, ShiftLeft, ShiftRight, ShiftArith, BitCount, ScanLeft, ScanRight,
		DigestModulo, DeviceSize, LastUpdate, SinceUpdate, VoidTime, TTL, MemorySize, RecordSize, BinType:
		return IntType
	case SetName:
		return StringType
	case Cond:
		for i, arg := range n.Args {
			if i%2 == 1 || i == len(n.Args)-1 {
				if t := typeOf(arg, scope, depth+1); t != AnyType {
					return t
				}
			}
		}
	case Let:
		for i, name := range n.Names() {
			if i < len(n.Args) {
				scope = append(scope, scoped{name, typeOf(n.Args[i], scope, depth+1)})
			}
		}
		if len(n.Args) > 0 {
			return typeOf(n.Args[len(n.Args)-1], scope, depth+1)
		}
	case Var:
		for _, s := range scope {
			if s.name == n.Name {
				return s.t
			}
		}
	}
	return AnyType
}

type scoped struct {
	name string
	t    Type
}

func typeOfValue(v any) Type {
	switch v.(type) {
	case nil:
		return NilType
	case bool:
		return BoolType
	case int:
		return IntType
	case float64:
		return FloatType
	case string:
		return StringType
	case []byte:
		return BytesType
	case *value.List:
		return ListType
	case *value.Map:
		return MapType
	case value.GeoJSON:
		return GeoType
	case value.HLL:
		return HLLType
	}
	return AnyType
}
