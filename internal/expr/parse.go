//nolint:gosec // G115: numbers are read from the bits that they are stored in.
package expr

import (
	"encoding/binary"
	"errors"
	"fmt"

	value "github.com/aerostore/aerostore/internal/value"
)

// Parse returns the expression that the bytes pack, as a client sends it. It keeps
// nothing of the bytes. The memory that it takes is proportional to their number.
//
// It checks the form, not whether a server would evaluate the expression.
func Parse(b []byte) (*Node, error) {
	p := parser{b: b}
	n, err := p.node(0)
	if err == nil && len(p.b) > 0 {
		err = errors.New("bytes follow the end")
	}
	if err != nil {
		return nil, fmt.Errorf("the bytes pack no expression: %w", err)
	}
	return n, nil
}

var (
	errShort  = errors.New("they end too early")
	errForm   = errors.New("an operation has other arguments")
	errNested = errors.New("lists and maps nest too deep")
)

type parser struct{ b []byte }

func (p *parser) byte() (byte, error) {
	if len(p.b) == 0 {
		return 0, errShort
	}
	c := p.b[0]
	p.b = p.b[1:]
	return c, nil
}

// take returns the next n bytes.
func (p *parser) take(n int) ([]byte, error) {
	if n < 0 || n > len(p.b) {
		return nil, errShort
	}
	b := p.b[:n]
	p.b = p.b[n:]
	return b, nil
}

// uint reads a big-endian number of n bytes.
func (p *parser) uint(n int) (uint64, error) {
	b, err := p.take(n)
	if err != nil {
		return 0, err
	}
	var all [8]byte
	copy(all[8-n:], b)
	return binary.BigEndian.Uint64(all[:]), nil
}

// length reads the length that follows a head of n bytes. Each element takes a byte at
// least.
func (p *parser) length(n int) (int, error) {
	u, err := p.uint(n)
	if err != nil {
		return 0, err
	}
	if u > uint64(len(p.b)) {
		return 0, errShort
	}
	return int(u), nil
}

// array reads the head of an array.
func (p *parser) array() (int, error) {
	c, err := p.byte()
	if err != nil {
		return 0, err
	}
	n, ok, err := p.arrayLen(c)
	if err == nil && !ok {
		err = errForm
	}
	return n, err
}

func (p *parser) arrayLen(c byte) (n int, ok bool, err error) {
	switch {
	case c&0xf0 == 0x90:
		n = int(c & 0x0f)
		if n > len(p.b) {
			return 0, true, errShort
		}
		return n, true, nil
	case c == 0xdc:
		n, err = p.length(2)
		return n, true, err
	case c == 0xdd:
		n, err = p.length(4)
		return n, true, err
	}
	return 0, false, nil
}

func (p *parser) int() (int, error) {
	v, err := p.value(0)
	if err != nil {
		return 0, err
	}
	n, ok := value.Alone(v).(int)
	if !ok {
		return 0, errForm
	}
	return n, nil
}

// small reads a number that is at most limit.
func (p *parser) small(limit int) (int, error) {
	n, err := p.int()
	if err == nil && (n < 0 || n > limit) {
		err = errForm
	}
	return n, err
}

// name reads a text that is no value.
func (p *parser) name() (string, error) {
	c, err := p.byte()
	if err != nil {
		return "", err
	}
	n, ok, err := p.textLen(c)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", errForm
	}
	b, err := p.take(n)
	return string(b), err
}

func (p *parser) textLen(c byte) (n int, ok bool, err error) {
	switch {
	case c&0xe0 == 0xa0:
		return int(c & 0x1f), true, nil
	case c == 0xc4, c == 0xd9:
		n, err = p.length(1)
	case c == 0xc5, c == 0xda:
		n, err = p.length(2)
	case c == 0xc6, c == 0xdb:
		n, err = p.length(4)
	default:
		return 0, false, nil
	}
	return n, true, err
}

func (p *parser) node(depth int) (*Node, error) {
	if depth > MaxDepth {
		return nil, errDeep
	}
	if len(p.b) == 0 {
		return nil, errShort
	}
	if c := p.b[0]; c&0xf0 != 0x90 && c != 0xdc && c != 0xdd {
		v, err := p.value(0)
		if err != nil {
			return nil, err
		}
		return &Node{Op: Const, Value: value.Alone(v)}, nil
	}
	count, err := p.array()
	if err != nil {
		return nil, err
	}
	if count == 0 {
		return nil, errForm
	}
	op, err := p.small(int(Call))
	if err != nil {
		return nil, err
	}
	n := &Node{Op: Op(op)}
	return n, p.rest(n, count-1, depth)
}

// rest reads what follows the number of an operation.
func (p *parser) rest(n *Node, count, depth int) (err error) {
	arguments := count // how many are expressions
	switch n.Op {
	case Quoted:
		if count != 1 {
			return errForm
		}
		n.Op = Const
		if n.Value, err = p.value(0); err != nil {
			return err
		}
		if _, ok := n.Value.(*value.List); !ok {
			return errForm
		}
		return nil
	case Bin:
		if count != 2 {
			return errForm
		}
		if err = p.typ(n); err != nil {
			return err
		}
		n.Name, err = p.name()
		return err
	case BinType, Var:
		if count != 1 {
			return errForm
		}
		n.Name, err = p.name()
		return err
	case Key:
		if count != 1 {
			return errForm
		}
		return p.typ(n)
	case DigestModulo:
		if count != 1 {
			return errForm
		}
		n.Flags, err = p.int()
		return err
	case Regex:
		if count != 3 {
			return errForm
		}
		if n.Flags, err = p.int(); err != nil {
			return err
		}
		if n.Name, err = p.name(); err != nil {
			return err
		}
		arguments = 1
	case Let:
		return p.let(n, count, depth)
	case Call:
		if count != 4 {
			return errForm
		}
		return p.call(n, depth)
	}
	return p.args(n, arguments, depth)
}

// args reads arguments. What is allocated grows with what is read, because nested heads
// may all promise the rest of the bytes.
func (p *parser) args(n *Node, count, depth int) error {
	n.Args = make([]*Node, 0, min(count, few))
	for range count {
		arg, err := p.node(depth + 1)
		if err != nil {
			return err
		}
		n.Args = append(n.Args, arg)
	}
	return nil
}

// few is how many elements are allocated before they are read.
const few = 4

func (p *parser) typ(n *Node) error {
	t, err := p.small(int(HLLType))
	n.Type = Type(t)
	return err
}

func (p *parser) let(n *Node, count, depth int) error {
	if count%2 == 0 {
		return errForm
	}
	var names Names
	for i := range count/2 + 1 {
		if i < count/2 {
			name, err := p.name()
			if err != nil {
				return err
			}
			names = append(names, name)
		}
		arg, err := p.node(depth + 1)
		if err != nil {
			return err
		}
		n.Args = append(n.Args, arg)
	}
	n.Value = names
	return nil
}

// call reads a call: its type, its module, its operation with arguments, after a path if
// there is one, and what it works on.
func (p *parser) call(n *Node, depth int) error {
	if err := p.typ(n); err != nil {
		return err
	}
	module, err := p.small(int(Modify | HLLModule))
	if err != nil {
		return err
	}
	n.Module = uint8(module)
	count, err := p.array()
	if err != nil {
		return err
	}
	code, err := p.small(0xff)
	if err != nil {
		return err
	}
	if code == 0xff {
		if count != 3 {
			return errForm
		}
		steps, err := p.path()
		if err != nil {
			return err
		}
		n.Value = Path(steps)
		if count, err = p.array(); err != nil {
			return err
		}
		if code, err = p.small(0x7f); err != nil {
			return err
		}
	}
	n.Code = uint8(code)
	return p.args(n, count, depth) // without the code, with what it works on
}
