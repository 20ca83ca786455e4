package expr

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// maxSource is after how many bytes Source leaves out the rest.
const maxSource = 1 << 20

// Source returns the expression as a person would write it. Without constants it has a ?
// for each, and for what a path selects. A text of more than a megabyte is cut.
func (n *Node) Source(constants bool) string {
	w := writer{constants: constants}
	w.node(n, 0, 0)
	return w.b.String()
}

type writer struct {
	b         strings.Builder
	constants bool
	cut       bool
}

// How tight operations bind.
const (
	bindOr = 1 + iota
	bindAnd
	bindCompare
	bindAdd
	bindMultiply
	bindUnary
	bindPrimary
)

var infix = map[Op]struct {
	text string
	bind int
}{
	Or: {" || ", bindOr}, And: {" && ", bindAnd},
	Equal: {" == ", bindCompare}, NotEqual: {" != ", bindCompare}, Greater: {" > ", bindCompare},
	AtLeast: {" >= ", bindCompare}, Less: {" < ", bindCompare}, AtMost: {" <= ", bindCompare},
	Add: {" + ", bindAdd}, Subtract: {" - ", bindAdd}, IntOr: {" | ", bindAdd}, IntXor: {" ^ ", bindAdd},
	Multiply: {" * ", bindMultiply}, Divide: {" / ", bindMultiply}, Mod: {" % ", bindMultiply},
	IntAnd: {" & ", bindMultiply}, ShiftLeft: {" << ", bindMultiply}, ShiftArith: {" >> ", bindMultiply},
	ShiftRight: {" >>> ", bindMultiply},
}

var prefix = map[Op]string{Not: "!", IntNot: "^", Subtract: "-", Divide: "1 / "}

var functionNames = map[Op]string{
	Geo: "within", Exclusive: "exclusive", Pow: "pow", Log: "log", Abs: "abs", Floor: "floor", Ceil: "ceil",
	ToInt: "int", ToFloat: "float", BitCount: "bitCount", ScanLeft: "scanLeft", ScanRight: "scanRight",
	Min: "min", Max: "max", DeviceSize: "deviceSize", LastUpdate: "lastUpdate", SinceUpdate: "sinceUpdate",
	VoidTime: "voidTime", TTL: "ttl", SetName: "setName", KeyExists: "keyExists", IsTombstone: "isTombstone",
	MemorySize: "memorySize", RecordSize: "recordSize",
	And: "and", Or: "or", Add: "add", Multiply: "multiply", IntAnd: "and", IntOr: "or", IntXor: "xor",
}

func (w *writer) text(s string) { w.b.WriteString(s) }

func (w *writer) constant(v any) {
	if !w.constants {
		w.text("?")
		return
	}
	w.value(v)
}

func (w *writer) value(v any) {
	switch v := v.(type) {
	case nil:
		w.text("nil")
	case string:
		w.text(strconv.Quote(v))
	case value.GeoJSON:
		w.text("geo" + strconv.Quote(string(v)))
	case []byte:
		fmt.Fprintf(&w.b, "0x%x", v)
	case value.HLL:
		fmt.Fprintf(&w.b, "hll 0x%x", []byte(v))
	case value.NestedHLL:
		fmt.Fprintf(&w.b, "hll 0x%x", []byte(v))
	case value.Edge:
		w.text(map[value.Edge]string{value.Infinity: "infinity", value.Wildcard: "*"}[v])
	case *value.List:
		for i, e := range v.Items {
			w.text([]string{", ", "["}[btoi(i == 0)])
			w.value(e)
		}
		w.text([]string{"]", "[]"}[btoi(len(v.Items) == 0)])
	case *value.Map:
		w.text("{")
		for i, p := range v.Pairs {
			if i > 0 {
				w.text(", ")
			}
			w.value(p.Key)
			w.text(": ")
			w.value(p.Value)
		}
		w.text("}")
	default:
		fmt.Fprint(&w.b, v)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// node writes a node, in parentheses if what is around it binds tighter.
func (w *writer) node(n *Node, bind, depth int) {
	if n == nil || depth > MaxDepth {
		w.text("<nothing>")
		return
	}
	if w.b.Len() > maxSource {
		if !w.cut {
			w.text("…")
			w.cut = true
		}
		return
	}
	depth++
	switch n.Op {
	case Const:
		v, isInt := n.Value.(int)
		parens := w.constants && isInt && v < 0 && bind == bindPrimary
		w.open(parens)
		w.constant(n.Value)
		w.close(parens)
	case Invalid:
		w.text("<" + n.Name + ">")
	case Unknown:
		w.text("unknown")
	case Bin:
		w.name("bin", n.Name)
	case BinType:
		w.text("binType(")
		w.name("bin", n.Name)
		w.text(")")
	case Var:
		w.text("$" + n.Name)
	case Key:
		w.text("key()")
	case DigestModulo:
		w.text("digestModulo(")
		w.constant(n.Flags)
		w.text(")")
	case Regex:
		w.regex(n, depth)
	case Cond:
		w.cond(n, depth)
	case Let:
		w.let(n, bind, depth)
	case Call:
		w.call(n, depth)
	default:
		w.operation(n, bind, depth)
	}
}

func (w *writer) name(kind, name string) {
	if ValidName(name) {
		w.text(name)
		return
	}
	w.text(kind + "(" + strconv.Quote(name) + ")")
}

func (w *writer) operation(n *Node, bind, depth int) {
	if n.Op == NotEqual && len(n.Args) == 2 && n.Args[0] != nil && n.Args[0].Op == BinType && n.Args[1] != nil && n.Args[1].isConst(0) {
		w.text("exists(")
		w.name("bin", n.Args[0].Name)
		w.text(")")
		return
	}
	if text, ok := prefix[n.Op]; ok && len(n.Args) == 1 {
		w.open(bind > bindUnary)
		w.text(text)
		w.node(n.Args[0], bindPrimary, depth)
		w.close(bind > bindUnary)
		return
	}
	if in, ok := infix[n.Op]; ok && len(n.Args) > 1 {
		w.open(bind >= in.bind)
		for i, arg := range n.Args {
			if i > 0 {
				w.text(in.text)
			}
			w.node(arg, in.bind, depth)
		}
		w.close(bind >= in.bind)
		return
	}
	name := functionNames[n.Op]
	if name == "" {
		name = fmt.Sprintf("operation%d", n.Op)
	}
	w.text(name + "(")
	w.list(n.Args, depth)
	w.text(")")
}

func (w *writer) list(args []*Node, depth int) {
	for i, arg := range args {
		if i > 0 {
			w.text(", ")
		}
		w.node(arg, 0, depth)
	}
}

func (w *writer) open(parens bool) {
	if parens {
		w.text("(")
	}
}

func (w *writer) close(parens bool) {
	if parens {
		w.text(")")
	}
}

func (w *writer) regex(n *Node, depth int) {
	if len(n.Args) == 1 {
		w.node(n.Args[0], bindPrimary, depth)
	}
	w.text(".matches(")
	w.constant(n.Name)
	for i, flag := range []string{"extended", "ignoring case", "by lines"} {
		if n.Flags&(1<<i) != 0 {
			w.text(", " + flag)
		}
	}
	w.text(")")
}

func (w *writer) cond(n *Node, depth int) {
	for i, arg := range n.Args {
		switch {
		case i == len(n.Args)-1 && i > 0:
			w.text(" else { ")
			w.node(arg, 0, depth)
			w.text(" }")
		case i%2 == 0:
			if i > 0 {
				w.text(" else ")
			}
			w.text("if ")
			w.node(arg, 0, depth)
		default:
			w.text(" { ")
			w.node(arg, 0, depth)
			w.text(" }")
		}
	}
}

func (w *writer) let(n *Node, bind, depth int) {
	w.open(bind > 0)
	w.text("let ")
	for i, arg := range n.Args {
		switch {
		case i < len(n.Names()):
			if i > 0 {
				w.text(", ")
			}
			w.text("$" + n.Names()[i] + " = ")
			w.node(arg, bindOr, depth)
		default:
			w.text(" in ")
			w.node(arg, 0, depth)
		}
	}
	w.close(bind > 0)
}

// call writes an operation on a list, a map, bits or a HyperLogLog.
func (w *writer) call(n *Node, depth int) {
	f := FunctionOf(n)
	if f == nil || len(n.Args) == 0 || len(n.Args)-1 < f.Optional || len(n.Args)-1 > len(f.Args) {
		fmt.Fprintf(&w.b, "call%d.%d(", n.Module, n.Code)
		w.list(n.Args, depth)
		w.text(")")
		return
	}
	args, on := n.Args[:len(n.Args)-1], n.Args[len(n.Args)-1]
	w.node(on, bindPrimary, depth)
	for _, step := range n.Path() {
		w.step(step)
	}
	if f.Kind.Family() == cdt.OfBits {
		w.text(".bits")
	}
	if f.Select == 0 {
		w.text("." + f.Name + "(")
		w.arguments(f, args, depth)
		w.text(")")
		return
	}
	give, _ := args[0].constInt()
	single := f.Select == cdt.ByIndex || f.Select == cdt.ByRank || f.Select == cdt.ByKey
	if f.Name == "get" && single && give == int(cdt.Elements) {
		w.text([]string{"[", "[rank "}[btoi(f.Select == cdt.ByRank)])
		w.node(args[1], 0, depth)
		w.text("]")
		return
	}
	verb, gives := f.Name, ""
	if f.Name == "get" {
		switch give & 0xff {
		case int(cdt.Elements):
		case int(cdt.Count):
			verb = "count"
		case int(cdt.Exists):
			verb = "exists"
		default:
			gives = giveNames[give&0xff]
		}
	}
	w.text("." + verb + "(")
	if give&Inverted != 0 {
		w.text("not ")
	}
	w.text(selectNames[f.Select])
	for i, arg := range args[1:] {
		w.text([]string{", ", " "}[btoi(i == 0)])
		w.node(arg, 0, depth)
	}
	if gives != "" {
		w.text("; " + gives)
	}
	w.text(")")
}

var selectNames = map[cdt.SelectorKind]string{
	cdt.ByIndex: "index", cdt.ByRank: "rank", cdt.ByKey: "key", cdt.ByValue: "value", cdt.ByIndexRange: "indexes",
	cdt.ByRankRange: "ranks", cdt.ByValueList: "values in", cdt.ByValueInterval: "values from",
	cdt.ByValueRelativeRank: "ranks near", cdt.ByKeyList: "keys in", cdt.ByKeyInterval: "keys from",
	cdt.ByKeyRelativeIndex: "indexes near",
}

var giveNames = map[int]string{
	int(cdt.IndexOf): "indexes", int(cdt.ReverseIndexOf): "indexes from the end", int(cdt.RankOf): "ranks",
	int(cdt.ReverseRankOf): "ranks from the highest", int(cdt.KeyOf): "keys", int(cdt.Pairs): "pairs",
	int(cdt.AsMap): "map", int(cdt.AsOrderedMap): "ordered map",
}

func (n *Node) constInt() (int, bool) {
	if n == nil || n.Op != Const {
		return 0, false
	}
	v, ok := n.Value.(int)
	return v, ok
}

// arguments writes what is no default.
func (w *writer) arguments(f *Function, args []*Node, depth int) {
	first := true
	for i, arg := range args {
		n, isInt := arg.constInt()
		switch f.Args[i] {
		case ArgOrder, ArgFlags, ArgAction, ArgSigned:
			if isInt && n == 0 {
				continue
			}
			if !first {
				w.text(", ")
			}
			w.text(map[Arg]string{ArgOrder: "order ", ArgFlags: "flags ", ArgAction: "action ", ArgSigned: "signed "}[f.Args[i]])
			if isInt { // which are no data
				w.text(strconv.Itoa(n))
			} else {
				w.node(arg, 0, depth)
			}
		default:
			if !first {
				w.text(", ")
			}
			w.node(arg, 0, depth)
		}
		first = false
	}
}

func (w *writer) step(step cdt.Step) {
	if step == nil || step.Selector() == nil {
		w.text("[nothing]")
		return
	}
	s := step.Selector()
	w.text("[")
	switch s.Kind() {
	case cdt.ByIndex:
		w.constant(s.At())
	case cdt.ByRank:
		w.text("rank ")
		w.constant(s.At())
	case cdt.ByValue:
		w.text("value ")
		w.constantOf(s.Value())
	default:
		w.constantOf(s.Value())
	}
	if step.Creation() != 0 {
		w.text(", created")
	}
	w.text("]")
}

// constantOf writes a value that a caller gave.
func (w *writer) constantOf(v any) {
	in, err := value.Import(v)
	if err != nil {
		w.text("<no value>")
		return
	}
	w.constant(in)
}
