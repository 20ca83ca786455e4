package wire

import (
	"encoding/binary"
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// The types of operations on the wire.
const (
	Read       = 1
	Write      = 2
	CDTRead    = 3
	CDTModify  = 4
	Increment  = 5
	ExpRead    = 7
	ExpModify  = 8
	Append     = 9
	Prepend    = 10
	Touch      = 11
	BitsRead   = 12
	BitsModify = 13
	Delete     = 14
	HLLRead    = 15
	HLLModify  = 16
)

// ParseOperation returns the operation that a client sent. It keeps nothing of data.
func ParseOperation(opType, particle byte, bin string, data []byte) (aerostore.Operation, error) {
	switch opType {
	case Read:
		if bin == "" {
			return aerostore.ReadAll(), nil
		}
		return aerostore.ReadBin(bin), nil
	case Touch:
		return aerostore.TouchRecord(), nil
	case Delete:
		return aerostore.DeleteRecord(), nil
	case Write, Increment, Append, Prepend:
		v, err := ParseValue(particle, data)
		if err != nil {
			return aerostore.Operation{}, err
		}
		return onBin(opType, bin, v), nil
	case CDTRead, CDTModify:
		return parseCall(bin, expr.CDTModule, opType == CDTModify, data)
	case BitsRead, BitsModify:
		return parseCall(bin, expr.BitModule, opType == BitsModify, data)
	case HLLRead, HLLModify:
		return parseCall(bin, expr.HLLModule, opType == HLLModify, data)
	case ExpRead, ExpModify:
		return parseExp(bin, opType == ExpModify, data)
	}
	return aerostore.Operation{}, refuse("the type of an operation is unknown")
}

func onBin(opType byte, bin string, v any) aerostore.Operation {
	switch opType {
	case Write:
		return aerostore.WriteBin(bin, v)
	case Increment:
		return aerostore.AddBin(bin, v)
	case Append:
		return aerostore.AppendBin(bin, v)
	default:
		return aerostore.PrependBin(bin, v)
	}
}

func parseExp(bin string, writes bool, data []byte) (aerostore.Operation, error) {
	r := expr.NewReader(data)
	if n, err := r.Array(); err != nil || n != 2 {
		return aerostore.Operation{}, refuse("an expression comes without flags")
	}
	packed := data[len(data)-r.Len():]
	if _, err := r.Node(); err != nil {
		return aerostore.Operation{}, refused(err)
	}
	packed = packed[:len(packed)-r.Len()]
	flags, err := r.Int()
	if err != nil || r.Len() > 0 {
		return aerostore.Operation{}, refuse("the flags of an expression are no integer")
	}
	e, err := exp.DecodeAny(packed)
	if err == nil {
		err = e.Node().Admit()
	}
	if err != nil {
		return aerostore.Operation{}, refused(err)
	}
	if flags < 0 || flags > 0xff {
		return aerostore.Operation{}, refuse("the flags of an expression are unknown")
	}
	if writes {
		return aerostore.WriteExp(bin, e, numbered(exp.CreateOnly, flags)), nil
	}
	return aerostore.ReadExp(bin, e, numbered(exp.EvalNoFail, flags)), nil
}

// numbered returns flags of the type of like, whose type has no exported name. What a
// server refuses, the engine refuses.
func numbered[F ~uint8](_ F, flags int) F { return F(flags) }

// operationsOnly are what operations can do and expressions cannot, by module and number.
var operationsOnly = [...]map[int]*expr.Function{
	expr.CDTModule: {
		0:  {Kind: cdt.ListSetOrder, Args: []expr.Arg("o")},
		5:  {Kind: cdt.ListPop, Args: []expr.Arg("i"), Optional: 1},
		6:  {Kind: cdt.ListPopRange, Args: []expr.Arg("in"), Optional: 1},
		7:  {Kind: cdt.ListRemoveAt, Args: []expr.Arg("i"), Optional: 1},
		8:  {Kind: cdt.ListRemoveRange, Args: []expr.Arg("in"), Optional: 1},
		10: {Kind: cdt.ListTrim, Args: []expr.Arg("in"), Optional: 2},
		17: {Kind: cdt.ListGetAt, Args: []expr.Arg("i"), Optional: 1},
		18: {Kind: cdt.ListGetRange, Args: []expr.Arg("in"), Optional: 1},
		64: {Kind: cdt.MapSetOrder, Args: []expr.Arg("o")},
		74: {Kind: cdt.MapDecrement, Args: []expr.Arg("kvo"), Optional: 1},
	},
	expr.BitModule: {},
	expr.HLLModule: {
		2: {Kind: cdt.HLLSetUnion, Args: []expr.Arg("Vf"), Optional: 1},
		3: {Kind: cdt.HLLRefreshCount},
		4: {Kind: cdt.HLLFold, Args: []expr.Arg("i"), Optional: 1},
	},
}

// parseCall reads an operation on a list, map, bits or HyperLogLog.
func parseCall(bin string, module uint8, writes bool, data []byte) (o aerostore.Operation, err error) {
	var code, count int
	var path []cdt.Step
	r := expr.NewReader(data)
	if len(data) >= 2 && data[0] == 0 { // the number in two bytes, before the arguments
		code = int(binary.BigEndian.Uint16(data))
		if r = expr.NewReader(data[2:]); r.Len() > 0 {
			count, err = r.Array()
		}
	} else {
		code, count, path, err = head(&r)
	}
	if err != nil {
		return o, refused(err)
	}
	f := operationsOnly[module][code]
	if f == nil {
		if code < 0 || code > 0x7f {
			return o, refuse("an operation is unknown")
		}
		f = expr.FunctionOf(&expr.Node{Module: module, Code: uint8(code)})
	}
	if f == nil || f.Kind.Writes() != writes {
		return o, refuse("an operation is unknown")
	}
	if count < f.Optional || count > len(f.Args) {
		return o, refuse("an operation has another number of arguments")
	}
	c := call{f: f, op: cdt.Op{Kind: f.Kind, Path: path}, selection: expr.Selection{Count: cdt.ToEnd}}
	if f.Kind == cdt.HLLInit || f.Kind == cdt.HLLAdd {
		c.op.Index, c.op.Shift = -1, -1
	}
	for _, arg := range f.Args[:count] {
		v, err := r.Value()
		if err != nil {
			return o, refused(err)
		}
		if !c.set(arg, v) {
			return o, refuse("an argument of an operation has another type")
		}
	}
	if r.Len() > 0 {
		return o, refuse("bytes follow an operation")
	}
	if f.Select != 0 {
		var ok bool
		if c.op.Select, ok = c.selection.Selector(f.Select); !ok {
			return o, refuse("the keys or values of an operation are no list")
		}
	}
	return aerostore.OperationOf(bin, c.op), nil
}

// head reads the number of an operation and how many arguments it has, behind a path if
// there is one.
func head(r *expr.Reader) (code, count int, path []cdt.Step, err error) {
	if count, err = r.Array(); err != nil {
		return 0, 0, nil, err
	}
	if code, err = r.Int(); err != nil {
		return 0, 0, nil, err
	}
	const withPath = 0xff
	if code == withPath {
		if path, err = r.Path(); err != nil {
			return 0, 0, nil, err
		}
		if count, err = r.Array(); err != nil {
			return 0, 0, nil, err
		}
		if code, err = r.Int(); err != nil {
			return 0, 0, nil, err
		}
	}
	return code, count - 1, path, nil
}

// A call is an operation whose arguments are being read.
type call struct {
	f  *expr.Function
	op cdt.Op

	selection expr.Selection
}

func (c *call) set(arg expr.Arg, v any) bool {
	n, isInt := value.Alone(v).(int)
	switch arg {
	case expr.ArgReturn, expr.ArgIndex, expr.ArgCount, expr.ArgOrder, expr.ArgFlags, expr.ArgAction, expr.ArgSigned, expr.ArgShift:
		if !isInt {
			return false
		}
	}
	family, selects, s := c.f.Kind.Family(), c.f.Select != 0, &c.selection
	switch arg {
	case expr.ArgReturn:
		s.Inverted = n&expr.Inverted != 0
		return narrow(&c.op.Give, n&^expr.Inverted)
	case expr.ArgIndex:
		if s.At = n; !selects {
			c.op.Index = n
		}
	case expr.ArgCount:
		s.Count = n
		if family > cdt.OfMaps {
			c.op.Count = n
		} else if !selects && n != cdt.ToEnd {
			c.op.Count, c.op.Counted = n, true
		}
	case expr.ArgOrder:
		c.op.Order, c.op.Stored = value.Order(n&0x0f), n&expr.Stored != 0
		return n&^0x1f == 0
	case expr.ArgFlags:
		return narrow(&c.op.Flags, n)
	case expr.ArgAction:
		if c.f.Kind != cdt.BitResize {
			c.op.Signed, n = n&1 != 0, n&^1
		}
		return narrow(&c.op.Action, n)
	case expr.ArgSigned:
		c.op.Signed = n != 0
	case expr.ArgShift:
		c.op.Shift = n
	case expr.ArgTo:
		s.To, s.Ends = v, true
	case expr.ArgKey:
		if s.Value = v; !selects {
			c.op.Key = v
		}
	case expr.ArgKeys, expr.ArgValues:
		if s.Value = v; selects {
			return true
		}
		return c.several(v)
	default:
		if s.Value = v; !selects {
			c.op.Value = written(v)
		}
	}
	return true
}

// several sets the values of an operation that takes several.
func (c *call) several(v any) bool {
	list, isList := v.(*value.List)
	if c.f.Kind.Family() == cdt.OfMaps {
		m, ok := v.(*value.Map)
		if ok {
			m.Order = value.Unordered // of the argument, which says nothing about the map
			c.op.Values = written(m)
		}
		return ok
	}
	if !isList {
		return false
	}
	for i, e := range list.Items {
		list.Items[i] = written(e)
		if c.f.Kind.Family() == cdt.OfHLLs && c.f.Kind != cdt.HLLAdd && c.f.Kind != cdt.HLLMayContain {
			switch e := e.(type) {
			case []byte:
				list.Items[i] = aerostore.HLL(e)
			case value.NestedHLL:
				list.Items[i] = aerostore.HLL(e)
			}
		}
	}
	c.op.Values = list.Items
	if c.f.Kind == cdt.HLLAdd && slices.ContainsFunc(list.Items, value.HasEdge) {
		c.op.Values = list // which the library takes as it came: there an edge is an element
	}
	return true
}

func narrow(to *uint8, n int) bool {
	*to = uint8(n) //nolint:gosec // G115: what does not fit is refused
	return int(*to) == n
}
