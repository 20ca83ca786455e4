//nolint:gosec // G115: numbers are cut to the bits that they are stored in.
package expr

import (
	"encoding/binary"
	"errors"
	"math"

	value "github.com/aerostore/aerostore/internal/value"
)

// Pack returns the expression as a server takes it. The bytes must not be modified:
// the node keeps them.
func (n *Node) Pack() ([]byte, error) {
	if n == nil {
		return nil, errEmpty
	}
	if b := n.packed.Load(); b != nil {
		return *b, nil
	}
	b, err := n.appendPacked(make([]byte, 0, 64), 0)
	if err != nil {
		return nil, err
	}
	n.packed.Store(&b)
	return b, nil
}

// MaxDepth is how deep expressions may nest.
const MaxDepth = 256

// MaxSize is how long a packed expression may be, in bytes. A part counts each time that
// it occurs: an expression of 60 nodes that share their parts can have 2^60 occurrences.
const MaxSize = 16 << 20

var (
	errEmpty = errors.New("an expression, or a part of it, is its zero value")
	errDeep  = errors.New("the expression nests too deep")
	errBig   = errors.New("the expression is too big: a part that occurs twice counts twice, unless a Let names it")
)

func (n *Node) appendPacked(b []byte, depth int) ([]byte, error) {
	switch {
	case n == nil:
		return nil, errEmpty
	case depth > MaxDepth:
		return nil, errDeep
	case len(b) > MaxSize:
		return nil, errBig
	}
	var err error
	switch n.Op {
	case Const:
		switch v := n.Value.(type) {
		case *value.List:
			b = append(b, 0x92, byte(Quoted))
		case value.HLL:
			return appendValue(b, value.NestedHLL(v)), nil
		}
		return appendValue(b, n.Value), nil
	case Bin:
		b = append(b, 0x93, byte(Bin), byte(n.Type))
		return appendName(b, n.Name), nil
	case BinType, Var:
		return appendName(append(b, 0x92, byte(n.Op)), n.Name), nil
	case Key:
		return append(b, 0x92, byte(Key), byte(n.Type)), nil
	case DigestModulo:
		return appendInt(append(b, 0x92, byte(n.Op)), n.Flags), nil
	case Regex:
		if len(n.Args) != 1 {
			return nil, errEmpty
		}
		b = appendName(appendInt(append(b, 0x94, byte(n.Op)), n.Flags), n.Name)
		return n.Args[0].appendPacked(b, depth+1)
	case Invalid:
		return nil, errors.New(n.Name)
	case Let:
		b = append(appendLen(b, 0x90, 0xdc, 1+len(n.Names())+len(n.Args)), byte(n.Op))
		for i, arg := range n.Args {
			if i < len(n.Names()) {
				b = appendName(b, n.Names()[i])
			}
			if b, err = arg.appendPacked(b, depth+1); err != nil {
				return nil, err
			}
		}
		return b, nil
	case Call:
		return n.appendCall(b, depth)
	default:
		b = append(appendLen(b, 0x90, 0xdc, 1+len(n.Args)), byte(n.Op))
		for _, arg := range n.Args {
			if b, err = arg.appendPacked(b, depth+1); err != nil {
				return nil, err
			}
		}
		return b, nil
	}
}

func (n *Node) appendCall(b []byte, depth int) (_ []byte, err error) {
	if len(n.Args) == 0 {
		return nil, errEmpty
	}
	b = append(b, 0x95, byte(n.Op), byte(n.Type), n.Module)
	if len(n.Path()) > 0 {
		if b, err = appendPath(append(b, 0x93, 0xcc, 0xff), n.Path()); err != nil {
			return nil, err
		}
	}
	args, target := n.Args[:len(n.Args)-1], n.Args[len(n.Args)-1]
	b = appendInt(appendLen(b, 0x90, 0xdc, 1+len(args)), int(n.Code))
	for _, arg := range args {
		if b, err = arg.appendPacked(b, depth+1); err != nil {
			return nil, err
		}
	}
	return target.appendPacked(b, depth+1)
}

// appendName appends a text that is no value.
func appendName(b []byte, s string) []byte { return append(appendTextLen(b, len(s)), s...) }

// appendValue appends a value as clients send it. It differs from value.AppendPacked in
// large integers.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case int:
		return appendInt(b, v)
	case *value.List:
		flags := byte(v.Order)
		if flags != 0 {
			b = append(appendLen(b, 0x90, 0xdc, len(v.Items)+1), 0xc7, 0x00, flags)
		} else {
			b = appendLen(b, 0x90, 0xdc, len(v.Items))
		}
		for _, e := range v.Items {
			b = appendValue(b, e)
		}
		return b
	case *value.Map:
		flags := byte(v.Order)
		if flags != 0 {
			b = append(appendLen(b, 0x80, 0xde, len(v.Pairs)+1), 0xc7, 0x00, flags, 0xc0)
		} else {
			b = appendLen(b, 0x80, 0xde, len(v.Pairs))
		}
		for _, p := range v.Pairs {
			b = appendValue(appendValue(b, p.Key), p.Value)
		}
		return b
	default:
		return value.AppendPacked(b, v)
	}
}

func appendInt(b []byte, n int) []byte {
	if n > math.MaxUint32 {
		return binary.BigEndian.AppendUint64(append(b, 0xd3), uint64(n))
	}
	return value.AppendPacked(b, n)
}

func appendTextLen(b []byte, n int) []byte {
	switch {
	case n < 1<<5:
		return append(b, 0xa0|byte(n))
	case n < 1<<8:
		return append(b, 0xd9, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, 0xda), uint16(n))
	default:
		return binary.BigEndian.AppendUint32(append(b, 0xdb), uint32(n))
	}
}

func appendLen(b []byte, small, large byte, n int) []byte {
	switch {
	case n < 1<<4:
		return append(b, small|byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, large), uint16(n))
	default:
		return binary.BigEndian.AppendUint32(append(b, large+1), uint32(n))
	}
}
